//! Conversations and who is in them.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, patch, post};
use damso_protocol::{
    AddMembersRequest, Conversation, Conversations, CreateConversationRequest, Member, Members, Membership,
    PageQuery, Problem, UpdateConversationRequest, UpdateMemberRequest, UpdateMembershipRequest,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::created_or_found;
use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::{ConversationPath, MemberPath};

/// My conversations: pinned ones first, then by their last message.
#[utoipa::path(
    tag = "conversations",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of my list", body = Conversations),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations")]
async fn list_conversations(
    services: Data<Services>,
    caller: Caller,
    query: Query<PageQuery>,
) -> ApiResult<Json<Conversations>> {
    Ok(Json(services.conversations.list(caller.id(), &query).await?))
}

/// Open the direct conversation with a friend, or make a group of friends.
///
/// A direct conversation is invisible to the other one until a message is sent. One with somebody who is no friend can be
/// begun if they let everybody (`messages_from`); one that there is goes on, whatever they let.
#[utoipa::path(
    tag = "conversations",
    request_body = CreateConversationRequest,
    responses(
        (status = 201, description = "A new conversation", body = Conversation),
        (status = 200, description = "The direct conversation that there was", body = Conversation),
        (status = 403, description = "`not_friends`, `group_add_not_allowed`, `blocked_by_you`", body = Problem),
        (status = 422, description = "`invalid_fields`, `group_full`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations")]
async fn create_conversation(
    services: Data<Services>,
    caller: Caller,
    body: Body<CreateConversationRequest>,
) -> ApiResult<HttpResponse> {
    let opened = services
        .conversations
        .create(caller.id(), body.into_inner())
        .await?;
    Ok(created_or_found(opened.is_new, opened.conversation))
}

/// One conversation, as I see it.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    responses(
        (status = 200, description = "The conversation", body = Conversation),
        (status = 404, description = "`conversation_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}")]
async fn get_conversation(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<Json<Conversation>> {
    Ok(Json(
        services
            .conversations
            .get(caller.id(), path.conversation_id)
            .await?,
    ))
}

/// Change name, picture or history setting of a group; for its owner and admins.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = UpdateConversationRequest,
    responses(
        (status = 200, description = "The conversation as it is now", body = Conversation),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `attachment_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
        (status = 422, description = "`invalid_fields`, `attachment_not_ready`, `image_unreadable`, `image_too_large`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/conversations/{conversation_id}")]
async fn update_conversation(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<UpdateConversationRequest>,
) -> ApiResult<Json<Conversation>> {
    let updated = services
        .groups
        .update(caller.id(), path.conversation_id, body.into_inner())
        .await?;
    Ok(Json(updated))
}

/// Change how I see a conversation; what is absent stays.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = UpdateMembershipRequest,
    responses(
        (status = 200, description = "My own view of it now", body = Membership),
        (status = 404, description = "`conversation_not_found`, `folder_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/conversations/{conversation_id}/membership")]
async fn update_membership(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<UpdateMembershipRequest>,
) -> ApiResult<Json<Membership>> {
    let membership = services
        .conversations
        .update_membership(caller.id(), path.conversation_id, body.into_inner())
        .await?;
    Ok(Json(membership))
}

/// Leave a group; clear a direct conversation, which returns with the next message.
///
/// The last owner hands the group over to the oldest admin, else to the oldest member.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    responses(
        (status = 204, description = "Left"),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 409, description = "`cannot_leave`: the notes to oneself", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/leave")]
async fn leave_conversation(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<HttpResponse> {
    services
        .conversations
        .leave(caller.id(), path.conversation_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who is in a conversation, by when they joined.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath, PageQuery),
    responses(
        (status = 200, description = "A page of members", body = Members),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/members")]
async fn list_members(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    query: Query<PageQuery>,
) -> ApiResult<Json<Members>> {
    Ok(Json(
        services
            .members
            .list(caller.id(), path.conversation_id, &query)
            .await?,
    ))
}

/// Bring friends of mine into a group.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = AddMembersRequest,
    responses(
        (status = 200, description = "The conversation as it is now", body = Conversation),
        (status = 403, description = "`not_friends`, `group_add_not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
        (status = 422, description = "`invalid_fields`, `group_full`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/members")]
async fn add_members(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<AddMembersRequest>,
) -> ApiResult<Json<Conversation>> {
    let ids = body.into_inner().user_ids;
    Ok(Json(
        services
            .members
            .add(caller.id(), path.conversation_id, ids)
            .await?,
    ))
}

/// Give a member another role; for the owner. Making somebody the owner hands the group over.
#[utoipa::path(
    tag = "conversations",
    params(MemberPath),
    request_body = UpdateMemberRequest,
    responses(
        (status = 200, description = "The member now", body = Member),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `member_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/conversations/{conversation_id}/members/{user_id}")]
async fn update_member(
    services: Data<Services>,
    caller: Caller,
    path: Path<MemberPath>,
    body: Body<UpdateMemberRequest>,
) -> ApiResult<Json<Member>> {
    let MemberPath {
        conversation_id,
        user_id,
    } = path.into_inner();
    Ok(Json(
        services
            .members
            .update_role(caller.id(), conversation_id, user_id, body.role)
            .await?,
    ))
}

/// Remove somebody from a group; owners remove anyone, admins remove members.
#[utoipa::path(
    tag = "conversations",
    params(MemberPath),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `member_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/members/{user_id}")]
async fn delete_member(
    services: Data<Services>,
    caller: Caller,
    path: Path<MemberPath>,
) -> ApiResult<HttpResponse> {
    services
        .members
        .remove(caller.id(), path.conversation_id, path.user_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Say that I am typing; also a command of the socket.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    responses(
        (status = 204, description = "Told to those who look at the conversation"),
        (status = 404, description = "`conversation_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/typing")]
async fn create_typing(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<HttpResponse> {
    services
        .conversations
        .typing(caller.id(), path.conversation_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_conversations)
        .service(create_conversation)
        .service(get_conversation)
        .service(update_conversation)
        .service(update_membership)
        .service(leave_conversation)
        .service(list_members)
        .service(add_members)
        .service(update_member)
        .service(delete_member)
        .service(create_typing);
}

//! Links that people hand out: to become their friend, or to come into a group.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use damso_protocol::{
    Conversation, CreateGroupInviteRequest, FriendInvite, GroupInvite, GroupInvites, InvitePreview, Problem,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, InviteHolder};
use crate::paths::{ConversationPath, GroupInvitePath, InvitePath};

/// Make a link by which one person becomes my friend, at once: `POST /friend-requests` with its code.
///
/// It is good once, for seven days. Of more than twenty the oldest is good no longer.
#[utoipa::path(
    tag = "people",
    responses((status = 201, description = "A new link", body = FriendInvite)),
    security(("access_token" = [])),
)]
#[post("/me/friend-invites")]
async fn create_friend_invite(services: Data<Services>, caller: Caller) -> ApiResult<HttpResponse> {
    let invite = services.invite_links.create_for_friend(caller.id()).await?;
    Ok(HttpResponse::Created().json(invite))
}

/// Take back every link by which somebody may become my friend.
#[utoipa::path(
    tag = "people",
    responses((status = 204, description = "None of them is good")),
    security(("access_token" = [])),
)]
#[delete("/me/friend-invites")]
async fn delete_friend_invites(services: Data<Services>, caller: Caller) -> ApiResult<HttpResponse> {
    services.invite_links.delete_for_friend(caller.id()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The links into a group that are good; for its owner and admins.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    responses(
        (status = 200, description = "The newest first", body = GroupInvites),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/invites")]
async fn list_group_invites(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<Json<GroupInvites>> {
    let invites = services
        .invite_links
        .list_for_group(caller.id(), path.conversation_id)
        .await?;
    Ok(Json(invites))
}

/// Make a link that brings people into a group; for its owner and admins.
///
/// It ends with its time, with its last use, when it is taken back, and when its maker leaves the group or is no longer
/// owner or admin.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = CreateGroupInviteRequest,
    responses(
        (status = 201, description = "A new link", body = GroupInvite),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
        (status = 422, description = "`invalid_fields`, `too_many_invites`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/invites")]
async fn create_group_invite(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<CreateGroupInviteRequest>,
) -> ApiResult<HttpResponse> {
    let invite = services
        .invite_links
        .create_for_group(caller.id(), path.conversation_id, *body)
        .await?;
    Ok(HttpResponse::Created().json(invite))
}

/// Take a link into a group back; for its owner and admins, whoever made it.
#[utoipa::path(
    tag = "conversations",
    params(GroupInvitePath),
    responses(
        (status = 204, description = "It is good no longer"),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `invite_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/invites/{code}")]
async fn delete_group_invite(
    services: Data<Services>,
    caller: Caller,
    path: Path<GroupInvitePath>,
) -> ApiResult<HttpResponse> {
    services
        .invite_links
        .delete_for_group(caller.id(), path.conversation_id, &path.code)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a link leads to. Without sign-in.
///
/// Who is in a group is not told. A link that is unknown, used up, over or taken back is not there.
#[utoipa::path(
    tag = "people",
    params(InvitePath),
    responses(
        (status = 200, description = "What it leads to", body = InvitePreview),
        (status = 404, description = "`invite_not_found`", body = Problem),
    ),
)]
#[get("/invites/{code}")]
async fn get_invite(
    services: Data<Services>,
    _holder: InviteHolder,
    path: Path<InvitePath>,
) -> ApiResult<Json<InvitePreview>> {
    Ok(Json(services.invite_links.preview(&path.code).await?))
}

/// Come into a group by a link.
///
/// Whoever is in it already is answered with it, and uses nothing up.
#[utoipa::path(
    tag = "conversations",
    params(InvitePath),
    responses(
        (status = 200, description = "The conversation, as I see it", body = Conversation),
        (status = 403, description = "`removed_from_group`", body = Problem),
        (status = 404, description = "`invite_not_found`", body = Problem),
        (status = 422, description = "`group_full`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/invites/{code}/join")]
async fn join_group(
    services: Data<Services>,
    caller: Caller,
    _holder: InviteHolder,
    path: Path<InvitePath>,
) -> ApiResult<Json<Conversation>> {
    Ok(Json(services.invite_links.join(caller.id(), &path.code).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(create_friend_invite)
        .service(delete_friend_invites)
        .service(list_group_invites)
        .service(create_group_invite)
        .service(delete_group_invite)
        .service(get_invite)
        .service(join_group);
}

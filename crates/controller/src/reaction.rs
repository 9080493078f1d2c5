//! Changing messages, and reacting to them.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, patch, put};
use damso_domain::{MessageRef, Seq};
use damso_protocol::{
    EditMessageRequest, Message, MessageEdit, Page, PageQuery, Problem, ReactionPage, ReactionsQuery,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::{MessagePath, ReactionPath};

impl ReactionPath {
    const fn target(&self) -> MessageRef {
        MessageRef {
            conversation_id: self.conversation_id,
            seq: Seq::new(self.seq),
        }
    }
}

/// Change what a message of mine says, and whom it mentions.
///
/// The same again changes nothing. What it said before is kept for me until the message is deleted.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    request_body = EditMessageRequest,
    responses(
        (status = 200, description = "The message as it is now", body = Message),
        (status = 403, description = "`not_allowed`: somebody else's, or the conversation's own, or everybody is mentioned by a plain member; `blocked_by_you`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`message_deleted`, `message_forwarded`, `message_is_poll`; `not_a_group`: nobody can be mentioned here", body = Problem),
        (status = 422, description = "`message_empty`, `message_too_long`, `mention_invalid`, `mention_not_member`, `too_many_mentions`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/conversations/{conversation_id}/messages/{seq}")]
async fn edit_message(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    body: Body<EditMessageRequest>,
) -> ApiResult<Json<Message>> {
    Ok(Json(
        services.edits.edit(caller.id(), path.target(), &body).await?,
    ))
}

/// What a message of mine said before, the oldest first.
#[utoipa::path(
    tag = "messages",
    params(MessagePath, PageQuery),
    responses(
        (status = 200, description = "A page of earlier texts", body = Page<MessageEdit>),
        (status = 403, description = "`not_allowed`: only its author may read that", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages/{seq}/edits")]
async fn list_message_edits(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    query: Query<PageQuery>,
) -> ApiResult<Json<Page<MessageEdit>>> {
    Ok(Json(
        services.edits.list(caller.id(), path.target(), &query).await?,
    ))
}

/// React to a message. Once more changes nothing.
#[utoipa::path(
    tag = "messages",
    params(ReactionPath),
    responses(
        (status = 204, description = "It is there"),
        (status = 403, description = "`not_allowed`: the conversation itself speaks; `blocked_by_you`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`message_deleted`", body = Problem),
        (status = 422, description = "`not_an_emoji`, `too_many_reactions`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/conversations/{conversation_id}/messages/{seq}/reactions/{emoji}")]
async fn add_reaction(
    services: Data<Services>,
    caller: Caller,
    path: Path<ReactionPath>,
) -> ApiResult<HttpResponse> {
    services
        .reactions
        .add(caller.id(), path.target(), &path.emoji)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take a reaction of mine back. One that is not there changes nothing.
#[utoipa::path(
    tag = "messages",
    params(ReactionPath),
    responses(
        (status = 204, description = "It is not there"),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 422, description = "`not_an_emoji`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/messages/{seq}/reactions/{emoji}")]
async fn remove_reaction(
    services: Data<Services>,
    caller: Caller,
    path: Path<ReactionPath>,
) -> ApiResult<HttpResponse> {
    services
        .reactions
        .remove(caller.id(), path.target(), &path.emoji)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who reacted to a message, in the order in which they did.
#[utoipa::path(
    tag = "messages",
    params(MessagePath, ReactionsQuery),
    responses(
        (status = 200, description = "A page of reactions", body = ReactionPage),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 422, description = "`not_an_emoji`, `invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages/{seq}/reactions")]
async fn list_reactions(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    query: Query<ReactionsQuery>,
) -> ApiResult<Json<ReactionPage>> {
    Ok(Json(
        services
            .reactions
            .list(caller.id(), path.target(), &query)
            .await?,
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(edit_message)
        .service(list_message_edits)
        .service(add_reaction)
        .service(remove_reaction)
        .service(list_reactions);
}

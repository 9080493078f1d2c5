//! Messages and how far people have read.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use damso_domain::{MessageRef, Seq};
use damso_protocol::{
    DeleteMessageQuery, MarkReadRequest, Message, Messages, MessagesQuery, Problem, ReadPosition, Readers,
    Reads, SendMessageRequest, UnreadMentions,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::created_or_found;
use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, Sending};
use crate::paths::{ConversationPath, MessagePath};

impl MessagePath {
    pub(crate) const fn target(&self) -> MessageRef {
        MessageRef {
            conversation_id: self.conversation_id,
            seq: Seq::new(self.seq),
        }
    }
}

/// A stretch of a conversation; the newest messages when no position is given.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath, MessagesQuery),
    responses(
        (status = 200, description = "Ascending by `seq`", body = Messages),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages")]
async fn list_messages(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    query: Query<MessagesQuery>,
) -> ApiResult<Json<Messages>> {
    Ok(Json(
        services
            .messages
            .list(caller.id(), path.conversation_id, &query)
            .await?,
    ))
}

/// Send a message to a conversation.
///
/// Repeating the request with the same `client_key` returns the message that was stored first, for ever.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath),
    request_body = SendMessageRequest,
    responses(
        (status = 201, description = "The stored message", body = Message),
        (status = 200, description = "Already stored under this `client_key`", body = Message),
        (status = 403, description = "`not_allowed`: the other one's account is gone, what is answered or forwarded is by nobody, or everybody is mentioned by a plain member; `blocked_by_you`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `attachment_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`attachment_in_use`; `message_deleted`: what is forwarded is gone; `message_is_poll`: it is a poll; `not_a_group`: nobody can be mentioned here", body = Problem),
        (status = 422, description = "`message_empty`, `message_too_long`, `attachment_not_ready`, `too_many_attachments`, `forward_not_alone`, `mention_invalid`, `mention_not_member`, `too_many_mentions`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/messages")]
async fn send_message(
    services: Data<Services>,
    caller: Caller<Sending>,
    path: Path<ConversationPath>,
    body: Body<SendMessageRequest>,
) -> ApiResult<HttpResponse> {
    let sent = services
        .messages
        .send(caller.id(), path.conversation_id, &body)
        .await?;
    Ok(created_or_found(sent.is_new, sent.message))
}

/// Which unread messages of a conversation mention me: the numbers of the first 100 after my pointer.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath),
    responses(
        (status = 200, description = "Ascending; those that `mention_count` counts", body = UnreadMentions),
        (status = 404, description = "`conversation_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/mentions")]
async fn list_unread_mentions(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<Json<UnreadMentions>> {
    Ok(Json(
        services
            .mentions
            .list_unread(caller.id(), path.conversation_id)
            .await?,
    ))
}

/// One message.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    responses(
        (status = 200, description = "The message", body = Message),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages/{seq}")]
async fn get_message(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
) -> ApiResult<Json<Message>> {
    Ok(Json(services.messages.get(caller.id(), path.target()).await?))
}

/// Delete a message, for everyone (its author, or an admin of the group) or for me alone.
#[utoipa::path(
    tag = "messages",
    params(MessagePath, DeleteMessageQuery),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`not_allowed`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/messages/{seq}")]
async fn delete_message(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    query: Query<DeleteMessageQuery>,
) -> ApiResult<HttpResponse> {
    services
        .messages
        .delete(caller.id(), path.target(), query.audience)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who has read a message, and who has not.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    responses(
        (status = 200, description = "Without its author, and without those who joined later", body = Readers),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages/{seq}/readers")]
async fn list_readers(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
) -> ApiResult<Json<Readers>> {
    Ok(Json(services.reads.readers(caller.id(), path.target()).await?))
}

/// How far everyone has read, for the numbers beside the messages.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath),
    responses(
        (status = 200, description = "Everyone who is counted", body = Reads),
        (status = 404, description = "`conversation_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/reads")]
async fn list_reads(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
) -> ApiResult<Json<Reads>> {
    Ok(Json(
        services.reads.list(caller.id(), path.conversation_id).await?,
    ))
}

/// Say what was shown to me. My pointer only moves forward, to the last message at the most.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath),
    request_body = MarkReadRequest,
    responses(
        (status = 200, description = "Where my pointer stands", body = ReadPosition),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`seq_out_of_range`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/conversations/{conversation_id}/read")]
async fn mark_read(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<MarkReadRequest>,
) -> ApiResult<Json<ReadPosition>> {
    Ok(Json(
        services
            .reads
            .mark_read(caller.id(), path.conversation_id, body.into_inner())
            .await?,
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(send_message)
        .service(list_messages)
        .service(mark_read)
        .service(list_unread_mentions)
        .service(get_message)
        .service(delete_message)
        .service(list_readers)
        .service(list_reads);
}

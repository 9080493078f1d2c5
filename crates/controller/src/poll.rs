//! Polls and votes in them.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post, put};
use damso_protocol::{CreatePollRequest, Message, PageQuery, PollVotePage, PollVoteRequest, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::created_or_found;
use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, Sending};
use crate::paths::{ConversationPath, MessagePath};

/// Ask the members of a group to choose.
///
/// A poll is a message. Repeating the request with the same `client_key` returns the message that was stored first, for
/// ever.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath),
    request_body = CreatePollRequest,
    responses(
        (status = 201, description = "The stored message", body = Message),
        (status = 200, description = "Already stored under this `client_key`", body = Message),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 409, description = "`not_a_group`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/polls")]
async fn create_poll(
    services: Data<Services>,
    caller: Caller<Sending>,
    path: Path<ConversationPath>,
    body: Body<CreatePollRequest>,
) -> ApiResult<HttpResponse> {
    let sent = services
        .polls
        .create(caller.id(), path.conversation_id, &body)
        .await?;
    Ok(created_or_found(sent.is_new, sent.message))
}

/// Vote in a poll, in place of what I have chosen before. The same again changes nothing.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    request_body = PollVoteRequest,
    responses(
        (status = 200, description = "The poll as it is now", body = Message),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`not_a_poll`, `poll_closed`, `message_deleted`", body = Problem),
        (status = 422, description = "`poll_option_unknown`, `poll_takes_one`, `invalid_fields`: nothing is chosen", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/conversations/{conversation_id}/messages/{seq}/poll-vote")]
async fn put_poll_vote(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    body: Body<PollVoteRequest>,
) -> ApiResult<Json<Message>> {
    Ok(Json(
        services.polls.vote(caller.id(), path.target(), &body).await?,
    ))
}

/// Take a vote of mine back. Where there is none, nothing changes.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    responses(
        (status = 200, description = "The poll as it is now", body = Message),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`not_a_poll`, `poll_closed`, `message_deleted`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/messages/{seq}/poll-vote")]
async fn delete_poll_vote(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
) -> ApiResult<Json<Message>> {
    Ok(Json(
        services.polls.take_vote_back(caller.id(), path.target()).await?,
    ))
}

/// Who voted in an open poll, in the order in which they did.
#[utoipa::path(
    tag = "messages",
    params(MessagePath, PageQuery),
    responses(
        (status = 200, description = "A page of votes", body = PollVotePage),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`poll_anonymous`, `not_a_poll`, `message_deleted`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/messages/{seq}/poll-votes")]
async fn list_poll_votes(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
    query: Query<PageQuery>,
) -> ApiResult<Json<PollVotePage>> {
    Ok(Json(
        services
            .polls
            .list_votes(caller.id(), path.target(), &query)
            .await?,
    ))
}

/// Close a poll, so that nobody can vote any more: one of mine, or as an admin of the group. Once more changes nothing.
#[utoipa::path(
    tag = "messages",
    params(MessagePath),
    responses(
        (status = 200, description = "The poll as it is now", body = Message),
        (status = 403, description = "`not_allowed`: somebody else's", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`not_a_poll`, `message_deleted`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/conversations/{conversation_id}/messages/{seq}/poll-close")]
async fn close_poll(
    services: Data<Services>,
    caller: Caller,
    path: Path<MessagePath>,
) -> ApiResult<Json<Message>> {
    Ok(Json(services.polls.close(caller.id(), path.target()).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(create_poll)
        .service(put_poll_vote)
        .service(delete_poll_vote)
        .service(list_poll_votes)
        .service(close_poll);
}

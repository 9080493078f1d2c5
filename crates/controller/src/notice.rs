//! The message that stands on top of a conversation.

use actix_web::web::{Data, Json, Path};
use actix_web::{delete, put};
use damso_protocol::{Conversation, Problem, SetNoticeRequest};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, Sending};
use crate::paths::ConversationPath;

/// Put a message on top of a conversation; in a group for its owner and admins.
///
/// It takes the place of what stands there. The conversation says that it was put there.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = SetNoticeRequest,
    responses(
        (status = 200, description = "The conversation as it is now", body = Conversation),
        (status = 403, description = "`not_allowed`: for the owner and admins, or the message is by nobody; `blocked_by_you`", body = Problem),
        (status = 404, description = "`conversation_not_found`, `message_not_found`", body = Problem),
        (status = 409, description = "`message_deleted`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/conversations/{conversation_id}/notice")]
async fn set_notice(
    services: Data<Services>,
    caller: Caller<Sending>,
    path: Path<ConversationPath>,
    body: Body<SetNoticeRequest>,
) -> ApiResult<Json<Conversation>> {
    Ok(Json(
        services
            .notices
            .set(caller.id(), path.conversation_id, body.seq)
            .await?,
    ))
}

/// Take away what stands on top of a conversation; in a group for its owner and admins.
///
/// It goes by itself when its message is deleted for everyone.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    responses(
        (status = 200, description = "The conversation as it is now", body = Conversation),
        (status = 403, description = "`not_allowed`, `blocked_by_you`", body = Problem),
        (status = 404, description = "`conversation_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/conversations/{conversation_id}/notice")]
async fn delete_notice(
    services: Data<Services>,
    caller: Caller<Sending>,
    path: Path<ConversationPath>,
) -> ApiResult<Json<Conversation>> {
    Ok(Json(
        services.notices.remove(caller.id(), path.conversation_id).await?,
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(set_notice).service(delete_notice);
}

//! What I have begun to write.

use actix_web::put;
use actix_web::web::{Data, Json, Path};
use damso_protocol::{DraftUpdated, Problem, SetDraftRequest};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::ConversationPath;

/// Keep what I have begun to write, for all of my devices; nobody else is told of it.
///
/// A text that shows nothing removes it, unless it answers something. Sending a message does not. What it is to answer is
/// kept as it is given: whether there is such a message, and whether I may see it, is not asked.
#[utoipa::path(
    tag = "conversations",
    params(ConversationPath),
    request_body = SetDraftRequest,
    responses(
        (status = 200, description = "As my devices are told", body = DraftUpdated),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`message_too_long`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/conversations/{conversation_id}/draft")]
async fn set_draft(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    body: Body<SetDraftRequest>,
) -> ApiResult<Json<DraftUpdated>> {
    let updated = services
        .drafts
        .set(caller.id(), path.conversation_id, &body)
        .await?;
    Ok(Json(updated))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(set_draft);
}

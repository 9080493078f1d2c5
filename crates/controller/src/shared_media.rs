//! What the messages of a conversation hold besides their words.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use damso_protocol::{Problem, SharedMediaPage, SharedMediaQuery};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::ConversationPath;

/// The messages of a conversation that hold pictures, videos, other files or links, the newest first.
#[utoipa::path(
    tag = "messages",
    params(ConversationPath, SharedMediaQuery),
    responses(
        (status = 200, description = "A page of messages", body = SharedMediaPage),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/conversations/{conversation_id}/media")]
async fn list_shared_media(
    services: Data<Services>,
    caller: Caller,
    path: Path<ConversationPath>,
    query: Query<SharedMediaQuery>,
) -> ApiResult<Json<SharedMediaPage>> {
    Ok(Json(
        services
            .shared_media
            .list(caller.id(), path.conversation_id, &query)
            .await?,
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(list_shared_media);
}

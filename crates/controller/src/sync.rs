//! Catching up.

use actix_web::post;
use actix_web::web::{Data, Json};
use damso_protocol::{SyncRequest, SyncResponse};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;

/// What changed since the numbers that I have, from one consistent snapshot.
///
/// At most 500 conversations a call. Open the socket first, wait for `ready`, then call this, then apply what
/// arrived meanwhile: of two copies the larger `rev` wins.
#[utoipa::path(
    tag = "sync",
    request_body = SyncRequest,
    responses((status = 200, description = "What the client lacks", body = SyncResponse)),
    security(("access_token" = [])),
)]
#[post("/sync")]
async fn sync(
    services: Data<Services>,
    caller: Caller,
    body: Body<SyncRequest>,
) -> ApiResult<Json<SyncResponse>> {
    Ok(Json(services.sync.sync(caller.id(), body.into_inner()).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(sync);
}

//! What I let others see.

use actix_web::web::{Data, Json};
use actix_web::{get, patch, put};
use damso_protocol::{OwnPresence, Problem, SetPresenceRequest, Settings, UpdateSettingsRequest};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;

/// My settings.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My settings", body = Settings)),
    security(("access_token" = [])),
)]
#[get("/me/settings")]
async fn get_settings(services: Data<Services>, caller: Caller) -> ApiResult<Json<Settings>> {
    Ok(Json(services.settings.get(caller.id()).await?))
}

/// Change my settings; what is absent stays.
///
/// Read receipts and typing work both ways: whoever does not show theirs is not shown those of others.
#[utoipa::path(
    tag = "account",
    request_body = UpdateSettingsRequest,
    responses((status = 200, description = "My settings as they are now", body = Settings)),
    security(("access_token" = [])),
)]
#[patch("/me/settings")]
async fn update_settings(
    services: Data<Services>,
    caller: Caller,
    body: Body<UpdateSettingsRequest>,
) -> ApiResult<Json<Settings>> {
    Ok(Json(services.settings.update(caller.id(), *body).await?))
}

/// Say something else about being here.
///
/// Friends see it while one of my sockets is open. Somebody `invisible` looks like somebody who is not there, in
/// every answer and event.
#[utoipa::path(
    tag = "account",
    request_body = SetPresenceRequest,
    responses(
        (status = 200, description = "What I say now", body = OwnPresence),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/me/presence")]
async fn set_presence(
    services: Data<Services>,
    caller: Caller,
    body: Body<SetPresenceRequest>,
) -> ApiResult<Json<OwnPresence>> {
    Ok(Json(services.settings.set_presence(caller.id(), &body).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_settings)
        .service(update_settings)
        .service(set_presence);
}

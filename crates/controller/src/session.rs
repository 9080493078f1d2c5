//! My devices.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch};
use damso_protocol::{Problem, RenameSessionRequest, Sessions};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::SessionPath;

/// My devices, the last used first.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My devices", body = Sessions)),
    security(("access_token" = [])),
)]
#[get("/me/sessions")]
async fn list_sessions(services: Data<Services>, caller: Caller) -> ApiResult<Json<Sessions>> {
    Ok(Json(services.sessions.list(caller.0).await?))
}

/// Give one of my devices a name.
#[utoipa::path(
    tag = "account",
    params(SessionPath),
    request_body = RenameSessionRequest,
    responses(
        (status = 204, description = "Renamed"),
        (status = 404, description = "`session_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/me/sessions/{session_id}")]
async fn rename_session(
    services: Data<Services>,
    caller: Caller,
    path: Path<SessionPath>,
    body: Body<RenameSessionRequest>,
) -> ApiResult<HttpResponse> {
    services
        .sessions
        .rename(caller.0, path.session_id, &body.name)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign one of my devices out.
#[utoipa::path(
    tag = "account",
    params(SessionPath),
    responses(
        (status = 204, description = "Signed out"),
        (status = 404, description = "`session_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/me/sessions/{session_id}")]
async fn end_session(
    services: Data<Services>,
    caller: Caller,
    path: Path<SessionPath>,
) -> ApiResult<HttpResponse> {
    services.sessions.end(caller.0, path.session_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign all my other devices out.
#[utoipa::path(
    tag = "account",
    responses((status = 204, description = "Signed out")),
    security(("access_token" = [])),
)]
#[delete("/me/sessions")]
async fn end_other_sessions(services: Data<Services>, caller: Caller) -> ApiResult<HttpResponse> {
    services.sessions.end_others(caller.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_sessions)
        .service(rename_session)
        .service(end_session)
        .service(end_other_sessions);
}

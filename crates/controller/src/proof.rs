//! Showing that it is me.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use damso_protocol::{Problem, ReauthenticateRequest};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;

/// Show that it is me, by my password, a code or a passkey.
///
/// For ten minutes this session may do what answers `reauthentication_required` without it.
#[utoipa::path(
    tag = "account",
    request_body = ReauthenticateRequest,
    responses(
        (status = 204, description = "Shown"),
        (status = 403, description = "`passkeys_unavailable`", body = Problem),
        (status = 422, description = "`invalid_fields`: it is not right", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/auth/reauthenticate")]
async fn reauthenticate(
    services: Data<Services>,
    caller: Caller,
    body: Body<ReauthenticateRequest>,
) -> ApiResult<HttpResponse> {
    services.proofs.reauthenticate(caller.0, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(reauthenticate);
}

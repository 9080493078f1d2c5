//! A new password for whoever has forgotten the old one.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use damso_protocol::{ConfirmPasswordResetRequest, PasswordResetRequest, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{FromDevice, Guest};

/// Ask for a link that sets a new password.
///
/// Says the same, and takes as long, whether or not the address belongs to an account.
#[utoipa::path(
    tag = "account",
    request_body = PasswordResetRequest,
    responses(
        (status = 202, description = "On its way, if the address belongs to an account"),
        (status = 403, description = "`mail_unavailable`", body = Problem),
        (status = 422, description = "`invalid_fields`: not an address", body = Problem),
    ),
)]
#[post("/auth/password-reset")]
async fn request_password_reset(
    _guest: Guest,
    services: Data<Services>,
    body: Body<PasswordResetRequest>,
) -> ApiResult<HttpResponse> {
    services.resets.request(&body).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Set a new password by the token of a link; every session ends.
///
/// Where the account has a second factor, `code` is asked for; the link is good until all of it is right.
#[utoipa::path(
    tag = "account",
    request_body = ConfirmPasswordResetRequest,
    responses(
        (status = 204, description = "Sign in with the new password"),
        (status = 401, description = "`second_factor_required`, `second_factor_invalid`", body = Problem),
        (status = 404, description = "`link_invalid`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
)]
#[post("/auth/password-reset/confirm")]
async fn confirm_password_reset(
    _guest: Guest,
    services: Data<Services>,
    device: FromDevice,
    body: Body<ConfirmPasswordResetRequest>,
) -> ApiResult<HttpResponse> {
    services.resets.confirm(&body, device.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(request_password_reset)
        .service(confirm_password_reset);
}

//! The address of my account.

use actix_web::web::Data;
use actix_web::{HttpResponse, post, put};
use damso_protocol::{ChangeEmailRequest, ConfirmEmailRequest, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, FromDevice, Guest};

/// Change my address.
///
/// It takes effect once it is confirmed by the link that is mailed there; `null` takes the address away at once. Says
/// the same whether or not the address belongs to somebody else.
#[utoipa::path(
    tag = "account",
    request_body = ChangeEmailRequest,
    responses(
        (status = 202, description = "A link is on its way, or the address is gone"),
        (status = 403, description = "`reauthentication_required`, `mail_unavailable`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/me/email")]
async fn change_email(
    services: Data<Services>,
    caller: Caller,
    body: Body<ChangeEmailRequest>,
) -> ApiResult<HttpResponse> {
    services.emails.change(caller.0, &body).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Mail the link once more to my address that waits to be confirmed.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 202, description = "On its way, if an address waits"),
        (status = 403, description = "`mail_unavailable`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/auth/email-verification")]
async fn resend_verification(services: Data<Services>, caller: Caller) -> ApiResult<HttpResponse> {
    services.emails.resend(caller.0).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Confirm an address by the token of the mailed link. Without sign-in: it may be opened on another device.
#[utoipa::path(
    tag = "account",
    request_body = ConfirmEmailRequest,
    responses(
        (status = 204, description = "The address belongs to the account"),
        (status = 404, description = "`link_invalid`", body = Problem),
    ),
)]
#[post("/auth/email-verification/confirm")]
async fn confirm_email(
    _guest: Guest,
    services: Data<Services>,
    device: FromDevice,
    body: Body<ConfirmEmailRequest>,
) -> ApiResult<HttpResponse> {
    services.emails.confirm(&body.token, device.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(change_email)
        .service(resend_verification)
        .service(confirm_email);
}

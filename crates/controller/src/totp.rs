//! Codes from an app.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use damso_protocol::{CodeRequest, Problem, RecoveryCodes, Totp, TotpSetup};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;

/// Whether codes from an app are asked for when I sign in.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "Whether they are", body = Totp)),
    security(("access_token" = [])),
)]
#[get("/me/totp")]
async fn get_totp(services: Data<Services>, caller: Caller) -> ApiResult<Json<Totp>> {
    Ok(Json(services.totp.get(caller.id()).await?))
}

/// Make a secret for an app; it counts once a first code has come back.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "What the app needs", body = TotpSetup),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 409, description = "`totp_enabled`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/totp")]
async fn start_totp(services: Data<Services>, caller: Caller) -> ApiResult<Json<TotpSetup>> {
    Ok(Json(services.totp.start(caller.0).await?))
}

/// Ask for codes from now on, by a first one.
#[utoipa::path(
    tag = "account",
    request_body = CodeRequest,
    responses(
        (status = 200, description = "The recovery codes; nobody sees them again", body = RecoveryCodes),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 409, description = "`totp_enabled`, `totp_not_enabled`: there is no secret", body = Problem),
        (status = 422, description = "`invalid_fields`: not the code", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/totp/confirm")]
async fn confirm_totp(
    services: Data<Services>,
    caller: Caller,
    body: Body<CodeRequest>,
) -> ApiResult<Json<RecoveryCodes>> {
    Ok(Json(services.totp.confirm(caller.0, &body.code).await?))
}

/// Make new recovery codes; the old ones are worthless.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "The recovery codes; nobody sees them again", body = RecoveryCodes),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 409, description = "`totp_not_enabled`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/totp/recovery-codes")]
async fn renew_recovery_codes(services: Data<Services>, caller: Caller) -> ApiResult<Json<RecoveryCodes>> {
    Ok(Json(services.totp.renew_recovery_codes(caller.0).await?))
}

/// Ask for no codes any more, by a code from the app or a recovery code.
#[utoipa::path(
    tag = "account",
    request_body = CodeRequest,
    responses(
        (status = 204, description = "Turned off; the recovery codes are gone, too"),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 409, description = "`totp_not_enabled`", body = Problem),
        (status = 422, description = "`invalid_fields`: not the code", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/totp/disable")]
async fn disable_totp(
    services: Data<Services>,
    caller: Caller,
    body: Body<CodeRequest>,
) -> ApiResult<HttpResponse> {
    services.totp.disable(caller.0, &body.code).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_totp)
        .service(start_totp)
        .service(confirm_totp)
        .service(renew_recovery_codes)
        .service(disable_totp);
}

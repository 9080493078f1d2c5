//! Keys that sign me in without a password.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use damso_protocol::{
    AddPasskeyRequest, AuthResponse, Passkey, PasskeyCeremony, PasskeySignInRequest, Passkeys, Problem,
    RenamePasskeyRequest,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ControllerConfig;
use crate::auth::respond;
use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, FromDevice, Guest};
use crate::origin::refuse_cross_site;
use crate::paths::PasskeyPath;

/// Begin to use a passkey: to sign in, as a second factor, or to show that it is me.
///
/// Whose it is, is not asked: its owner chooses it.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "What the browser needs", body = PasskeyCeremony),
        (status = 403, description = "`passkeys_unavailable`", body = Problem),
    ),
)]
#[post("/auth/passkey/start")]
async fn start_passkey(_guest: Guest, services: Data<Services>) -> ApiResult<Json<PasskeyCeremony>> {
    Ok(Json(services.passkeys.start_use().await?))
}

/// Sign in with a passkey. No password and no code is asked for.
#[utoipa::path(
    tag = "account",
    request_body = PasskeySignInRequest,
    responses(
        (status = 200, description = "A new session", body = AuthResponse),
        (status = 401, description = "`passkey_invalid`, `invalid_credentials`: the account is gone", body = Problem),
        (
            status = 403,
            description = "`origin_not_allowed`, `passkeys_unavailable`, `account_disabled`",
            body = Problem,
        ),
    ),
)]
#[post("/auth/passkey/finish")]
async fn sign_in_with_passkey(
    _guest: Guest,
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    device: FromDevice,
    body: Body<PasskeySignInRequest>,
) -> ApiResult<HttpResponse> {
    refuse_cross_site(&config, request.headers())?;
    let session = services
        .auth
        .sign_in_with_passkey(&body.passkey_assertion, device.0)
        .await?;
    let transport = body.token_transport.unwrap_or_default();
    Ok(respond(HttpResponse::Ok(), &config, session, transport))
}

/// My passkeys, the oldest first.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My passkeys", body = Passkeys)),
    security(("access_token" = [])),
)]
#[get("/me/passkeys")]
async fn list_passkeys(services: Data<Services>, caller: Caller) -> ApiResult<Json<Passkeys>> {
    Ok(Json(services.passkeys.list(caller.id()).await?))
}

/// Begin to make a passkey.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "What the browser needs", body = PasskeyCeremony),
        (status = 403, description = "`reauthentication_required`, `passkeys_unavailable`", body = Problem),
        (status = 422, description = "`too_many_passkeys`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/passkeys/start")]
async fn start_adding_passkey(services: Data<Services>, caller: Caller) -> ApiResult<Json<PasskeyCeremony>> {
    Ok(Json(services.passkeys.start_registration(caller.0).await?))
}

/// Keep the passkey that the browser has made.
#[utoipa::path(
    tag = "account",
    request_body = AddPasskeyRequest,
    responses(
        (status = 201, description = "It signs me in from now on", body = Passkey),
        (status = 403, description = "`reauthentication_required`, `passkeys_unavailable`", body = Problem),
        (status = 422, description = "`invalid_fields`, `too_many_passkeys`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/passkeys/finish")]
async fn add_passkey(
    services: Data<Services>,
    caller: Caller,
    body: Body<AddPasskeyRequest>,
) -> ApiResult<HttpResponse> {
    let passkey = services
        .passkeys
        .finish_registration(caller.0, body.into_inner())
        .await?;
    Ok(HttpResponse::Created().json(passkey))
}

/// Give one of my passkeys another name.
#[utoipa::path(
    tag = "account",
    params(PasskeyPath),
    request_body = RenamePasskeyRequest,
    responses(
        (status = 204, description = "Renamed"),
        (status = 404, description = "`passkey_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/me/passkeys/{passkey_id}")]
async fn rename_passkey(
    services: Data<Services>,
    caller: Caller,
    path: Path<PasskeyPath>,
    body: Body<RenamePasskeyRequest>,
) -> ApiResult<HttpResponse> {
    services
        .passkeys
        .rename(caller.id(), path.passkey_id, &body.name)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Remove one of my passkeys.
#[utoipa::path(
    tag = "account",
    params(PasskeyPath),
    responses(
        (status = 204, description = "It signs nobody in any more"),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 404, description = "`passkey_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/me/passkeys/{passkey_id}")]
async fn remove_passkey(
    services: Data<Services>,
    caller: Caller,
    path: Path<PasskeyPath>,
) -> ApiResult<HttpResponse> {
    services.passkeys.remove(caller.0, path.passkey_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(start_passkey)
        .service(sign_in_with_passkey)
        .service(list_passkeys)
        .service(start_adding_passkey)
        .service(add_passkey)
        .service(rename_passkey)
        .service(remove_passkey);
}

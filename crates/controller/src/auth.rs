//! Signing up, in and out.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, post};
use damso_protocol::{
    AuthResponse, ErrorKind, PasswordStrength, PasswordStrengthRequest, Problem, RefreshRequest,
    SignInRequest, SignUpRequest, TokenTransport,
};
use damso_service::Services;
use damso_service::auth::SignedIn;
use damso_service::token::ACCESS_LIFETIME;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, FromDevice, Guest};
use crate::origin::refuse_cross_site;
use crate::{ControllerConfig, cookies};

/// Make an account and sign in.
///
/// Where `GET /server` says `"sign_up": "invite"`, it takes the `invite_code` of an invitation, and uses it once.
#[utoipa::path(
    tag = "account",
    request_body = SignUpRequest,
    responses(
        (status = 201, description = "The account and its first session", body = AuthResponse),
        (
            status = 403,
            description = "`origin_not_allowed`, `sign_up_closed`, `sign_up_invite_required`, `invite_invalid`",
            body = Problem,
        ),
        (status = 409, description = "`handle_taken`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
)]
#[post("/auth/sign-up")]
async fn sign_up(
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    device: FromDevice,
    body: Body<SignUpRequest>,
) -> ApiResult<HttpResponse> {
    refuse_cross_site(&config, request.headers())?;
    let session = services.auth.sign_up(&body, device.0).await?;
    let transport = body.token_transport.unwrap_or_default();
    Ok(respond(HttpResponse::Created(), &config, session, transport))
}

/// Sign in.
///
/// Says the same, and takes as long, whether or not the account exists. Where the account has a second factor, the
/// password is asked for first: `second_factor_required` tells who has it that `code` or `passkey_assertion` is missing.
#[utoipa::path(
    tag = "account",
    request_body = SignInRequest,
    responses(
        (status = 200, description = "A new session", body = AuthResponse),
        (
            status = 401,
            description = "`invalid_credentials`, `second_factor_required`, `second_factor_invalid`, `passkey_invalid`",
            body = Problem,
        ),
        (
            status = 403,
            description = "`origin_not_allowed`, `passkeys_unavailable`, `account_disabled`",
            body = Problem,
        ),
    ),
)]
#[post("/auth/sign-in")]
async fn sign_in(
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    device: FromDevice,
    body: Body<SignInRequest>,
) -> ApiResult<HttpResponse> {
    refuse_cross_site(&config, request.headers())?;
    let session = services.auth.sign_in(&body, device.0).await?;
    let transport = body.token_transport.unwrap_or_default();
    Ok(respond(HttpResponse::Ok(), &config, session, transport))
}

/// Exchange the refresh token for its successor and a new access token.
///
/// Browsers send `{}`: their token is in the cookie. A token can be exchanged again for a short while, with the
/// same result, in case the answer was lost; using an older one ends the session.
#[utoipa::path(
    tag = "account",
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "The session goes on", body = AuthResponse),
        (status = 401, description = "`refresh_token_invalid`", body = Problem),
        (status = 403, description = "`origin_not_allowed`", body = Problem),
    ),
)]
#[post("/auth/refresh")]
async fn refresh(
    _guest: Guest,
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    device: FromDevice,
    body: Body<RefreshRequest>,
) -> ApiResult<HttpResponse> {
    refuse_cross_site(&config, request.headers())?;
    let (token, transport) = match body.into_inner().refresh_token {
        Some(token) => (Some(token), TokenTransport::Body),
        None => (cookies::refresh_token(&config, &request), TokenTransport::Cookie),
    };
    let token = token.ok_or(ErrorKind::RefreshTokenInvalid)?;
    let session = services.auth.refresh(&token, device.0).await?;
    Ok(respond(HttpResponse::Ok(), &config, session, transport))
}

/// How hard a password is to guess, for a form; it is kept nowhere.
#[utoipa::path(
    tag = "account",
    request_body = PasswordStrengthRequest,
    responses((status = 200, description = "How hard it is", body = PasswordStrength)),
)]
#[post("/auth/password-strength")]
async fn judge_password(
    _guest: Guest,
    services: Data<Services>,
    body: Body<PasswordStrengthRequest>,
) -> ApiResult<Json<PasswordStrength>> {
    Ok(Json(services.auth.judge_password(body.into_inner()).await?))
}

/// End this session; its sockets close.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 204, description = "Signed out"),
        (status = 403, description = "`origin_not_allowed`", body = Problem),
        (status = 404, description = "`session_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/auth/sign-out")]
async fn sign_out(
    services: Data<Services>,
    config: Data<ControllerConfig>,
    request: HttpRequest,
    caller: Caller,
) -> ApiResult<HttpResponse> {
    refuse_cross_site(&config, request.headers())?;
    services.auth.sign_out(caller.0).await?;
    Ok(without_cookies(HttpResponse::NoContent(), &config).finish())
}

/// Takes the cookies away together with what they were good for.
pub(crate) fn without_cookies(
    mut response: actix_web::HttpResponseBuilder,
    config: &ControllerConfig,
) -> actix_web::HttpResponseBuilder {
    for cookie in cookies::removals(config) {
        response.cookie(cookie);
    }
    response
}

pub(crate) fn respond(
    mut response: actix_web::HttpResponseBuilder,
    config: &ControllerConfig,
    session: SignedIn,
    transport: TokenTransport,
) -> HttpResponse {
    let refresh_token = match transport {
        TokenTransport::Body => Some(session.refresh_token.clone()),
        TokenTransport::Cookie => {
            response.cookie(cookies::refresh(config, &session));
            response.cookie(cookies::media(config, &session));
            response.cookie(cookies::device(config, &session));
            None
        }
    };
    response.json(AuthResponse {
        user: session.user,
        session_id: session.session_id,
        access_token: session.access_token,
        expires_in_secs: u32::try_from(ACCESS_LIFETIME.as_secs()).unwrap_or(u32::MAX),
        refresh_token,
    })
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(sign_up)
        .service(sign_in)
        .service(judge_password)
        .service(refresh)
        .service(sign_out);
}

//! The cookies: one that refreshes a session, one that `<img>` and downloads send, and one that tells a device where
//! somebody has signed in before.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use damso_service::auth::{ABSOLUTE_LIFETIME, SignedIn};
use damso_service::token::{DEVICE_LIFETIME, MEDIA_LIFETIME};

use crate::ControllerConfig;

const AUTH_PATH: &str = "/api/v1/auth";
const MEDIA_PATH: &str = "/api/v1";

/// Cookies ignore ports: two servers on one host would sign each other out without the port in the name.
fn port(config: &ControllerConfig) -> u16 {
    config
        .public_url
        .as_ref()
        .map_or(config.port, crate::PublicUrl::port)
}

fn refresh_name(config: &ControllerConfig) -> String {
    format!("damso_refresh_{}", port(config))
}

fn media_name(config: &ControllerConfig) -> String {
    format!("damso_media_{}", port(config))
}

fn device_name(config: &ControllerConfig) -> String {
    format!("damso_device_{}", port(config))
}

fn cookie(
    config: &ControllerConfig,
    name: String,
    value: String,
    path: &'static str,
    lifetime: std::time::Duration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(config.is_https())
        .max_age(Duration::seconds(
            i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
        ))
        .finish()
}

/// Never reaches a script, and no other site can send it.
pub(crate) fn refresh(config: &ControllerConfig, session: &SignedIn) -> Cookie<'static> {
    cookie(
        config,
        refresh_name(config),
        session.refresh_token.clone(),
        AUTH_PATH,
        ABSOLUTE_LIFETIME,
    )
}

/// Only good for reading pictures and files.
pub(crate) fn media(config: &ControllerConfig, session: &SignedIn) -> Cookie<'static> {
    cookie(
        config,
        media_name(config),
        session.media_token.clone(),
        MEDIA_PATH,
        MEDIA_LIFETIME,
    )
}

/// Opens nothing: whoever tries passwords from here is not counted together with strangers.
pub(crate) fn device(config: &ControllerConfig, session: &SignedIn) -> Cookie<'static> {
    cookie(
        config,
        device_name(config),
        session.device_token.clone(),
        AUTH_PATH,
        DEVICE_LIFETIME,
    )
}

/// Takes those away that a session had. The device stays known.
pub(crate) fn removals(config: &ControllerConfig) -> [Cookie<'static>; 2] {
    let gone = std::time::Duration::ZERO;
    [
        cookie(config, refresh_name(config), String::new(), AUTH_PATH, gone),
        cookie(config, media_name(config), String::new(), MEDIA_PATH, gone),
    ]
}

/// The refresh token a browser sent.
pub(crate) fn refresh_token(config: &ControllerConfig, request: &HttpRequest) -> Option<String> {
    request
        .cookie(&refresh_name(config))
        .map(|cookie| cookie.value().to_owned())
}

/// What an earlier sign-in has left in a browser.
pub(crate) fn device_token(config: &ControllerConfig, request: &HttpRequest) -> Option<String> {
    request
        .cookie(&device_name(config))
        .map(|cookie| cookie.value().to_owned())
}

/// The media token a browser sent.
pub(crate) fn media_token(config: &ControllerConfig, request: &HttpRequest) -> Option<String> {
    request
        .cookie(&media_name(config))
        .map(|cookie| cookie.value().to_owned())
}

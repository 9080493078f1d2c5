//! What the operator and programs ask of a server.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use damso_domain::{ConversationKind, MessageText, UploadSize};
use damso_protocol::{API_VERSION, ErrorKind, Limits, Problem, SendMessageRequest, ServerInfo};
use damso_service::Services;
use damso_service::media::MAX_PIXELS;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::{ApiError, ApiResult};
use crate::extract::Guest;

/// Web clients older than this have to reload.
pub(crate) const MIN_CLIENT_VERSION: &str = "0.1.0";

/// What this server is and which bounds it keeps. Without sign-in.
#[utoipa::path(tag = "server", responses((status = 200, description = "About this server", body = ServerInfo)))]
#[get("/server")]
async fn get_server(services: Data<Services>) -> Json<ServerInfo> {
    Json(ServerInfo {
        api_version: API_VERSION,
        min_client_version: MIN_CLIENT_VERSION.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        features: services.features(),
        limits: Limits {
            message_chars: MessageText::MAX_CHARS,
            message_attachments: SendMessageRequest::MAX_ATTACHMENTS,
            upload_bytes: UploadSize::MAX_BYTES,
            image_pixels: MAX_PIXELS,
            group_members: ConversationKind::MAX_MEMBERS,
        },
        sign_up: services.auth.sign_up_mode(),
    })
}

/// The process is up.
#[utoipa::path(tag = "server", responses((status = 200, description = "Up")))]
#[get("/healthz")]
async fn get_health() -> HttpResponse {
    HttpResponse::Ok().body("ok")
}

/// Database and storage can be reached.
#[utoipa::path(
    tag = "server",
    responses(
        (status = 200, description = "Ready"),
        (status = 503, description = "`unavailable`", body = Problem),
    ),
)]
#[get("/readyz")]
async fn get_readiness(_guest: Guest, services: Data<Services>) -> ApiResult<HttpResponse> {
    let unavailable = |part: &'static str| {
        move |cause: String| {
            tracing::warn!(part, cause, "A part of the server is unavailable");
            ApiError::from(ErrorKind::Unavailable)
        }
    };
    services
        .database
        .check()
        .await
        .map_err(|error| unavailable("database")(error.to_string()))?;
    services
        .objects
        .check()
        .await
        .map_err(|error| unavailable("storage")(error.to_string()))?;
    Ok(HttpResponse::Ok().body("ready"))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(get_server);
}

pub(crate) fn configure_probes(config: &mut ServiceConfig) {
    config.service(get_health).service(get_readiness);
}

//! A copy of everything that is mine.

use actix_web::http::header::{HeaderValue, RANGE};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use damso_protocol::{ErrorKind, Export, Exports, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::FileBytes;
use crate::attachment::Served;
use crate::error::ApiResult;
use crate::extract::{Caller, Reader};
use crate::paths::ExportPath;

/// An archive holds what nobody but its owner may find on a machine that others use.
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// Ask for a copy of everything that is mine.
///
/// One is made at a time: while it is under way, asking again is answered with it. Look at it until it is `ready`, then
/// download its content. When a new one is ready, the one before it goes. What is in the archive is described in
/// `docs/export.md`.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 202, description = "It will be made", body = Export),
        (status = 200, description = "It is being made already", body = Export),
        (status = 403, description = "`reauthentication_required`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/exports")]
async fn create_export(services: Data<Services>, caller: Caller) -> ApiResult<HttpResponse> {
    let asked = services.exports.ask(caller.0).await?;
    let mut response = if asked.is_new {
        HttpResponse::Accepted()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(asked.export))
}

/// My exports, the newest first.
///
/// Those that failed or expired are told for 30 days.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My exports", body = Exports)),
    security(("access_token" = [])),
)]
#[get("/me/exports")]
async fn list_exports(services: Data<Services>, caller: Caller) -> ApiResult<Json<Exports>> {
    Ok(Json(services.exports.list(caller.0).await?))
}

/// How far an export has come.
#[utoipa::path(
    tag = "account",
    params(ExportPath),
    responses(
        (status = 200, description = "The export", body = Export),
        (status = 404, description = "`export_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/me/exports/{export_id}")]
async fn get_export(
    services: Data<Services>,
    caller: Caller,
    path: Path<ExportPath>,
) -> ApiResult<Json<Export>> {
    Ok(Json(services.exports.get(caller.0, path.export_id).await?))
}

/// The archive, with `Range` or as a redirect to the storage.
///
/// Only for a session that has shown whose it is within ten minutes before the export was asked for, or at any time since:
/// see `needs_proof`. Browsers may read it with the `damso_media` cookie instead of an access token. An interrupted
/// download goes on with `Range` and `If-Range`.
#[utoipa::path(
    tag = "account",
    params(ExportPath),
    responses(
        (status = 200, description = "The archive", content((inline(FileBytes) = "application/zip"))),
        (status = 206, description = "A part of it", content((inline(FileBytes) = "application/zip"))),
        (status = 302, description = "Where the storage serves it, for a minute"),
        (status = 304, description = "Not modified"),
        (status = 403, description = "`reauthentication_required`", body = Problem),
        (status = 404, description = "`export_not_found`", body = Problem),
        (status = 416, description = "`malformed_request`: there is no such range", body = Problem),
        (status = 422, description = "`export_not_ready`, `export_expired`", body = Problem),
    ),
    security(("access_token" = []), ("media_cookie" = [])),
)]
#[get("/me/exports/{export_id}/content")]
async fn get_export_content(
    services: Data<Services>,
    reader: Reader,
    request: HttpRequest,
    path: Path<ExportPath>,
) -> ApiResult<HttpResponse> {
    let content = services
        .exports
        .content(reader.user(), path.export_id, is_begun(&request))
        .await?;
    let served = Served {
        source: content.source,
        disposition: content.disposition,
        caching: NEVER,
        missing: ErrorKind::ExportExpired,
    };
    served.answer(&request).await
}

/// Whether a download begins: what goes on later in the file was begun before.
fn is_begun(request: &HttpRequest) -> bool {
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let from_start = range.is_none_or(|range| range.trim().starts_with("bytes=0-"));
    from_start && !crate::head::was_head(request)
}

/// Remove an export, however far it has come.
#[utoipa::path(
    tag = "account",
    params(ExportPath),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`export_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/me/exports/{export_id}")]
async fn delete_export(
    services: Data<Services>,
    caller: Caller,
    path: Path<ExportPath>,
) -> ApiResult<HttpResponse> {
    services.exports.delete(caller.id(), path.export_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(create_export)
        .service(list_exports)
        .service(get_export)
        .service(get_export_content)
        .service(delete_export);
}

//! Uploads and downloads.

use actix_files::NamedFile;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue,
    LOCATION,
};
use actix_web::web::{Data, Json, Path, Query, block};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use damso_protocol::{
    Attachment, CompleteAttachmentRequest, ContentQuery, CreateAttachmentRequest, CreatedAttachment,
    ErrorKind, Problem, Upload, UploadPartsRequest,
};
use damso_service::Services;
use damso_service::content::Content;
use damso_service::ports::{Disposition, ObjectSource};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::FileBytes;
use crate::body::Body;
use crate::error::{ApiError, ApiResult, malformed};
use crate::extract::{Caller, Reader, Uploading};
use crate::paths::AttachmentPath;

/// What people send is never a page of ours, whatever it holds.
pub(crate) const SANDBOX: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
);
/// Pictures have a new id at each change.
pub(crate) const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// The right to read a file can end.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Announce an upload.
///
/// `PUT` the bytes to the URL in the answer, with its headers, then complete the upload.
#[utoipa::path(
    tag = "attachments",
    request_body = CreateAttachmentRequest,
    responses(
        (status = 201, description = "Where to put the bytes", body = CreatedAttachment),
        (status = 413, description = "`file_too_large`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/attachments")]
async fn create_attachment(
    services: Data<Services>,
    caller: Caller<Uploading>,
    body: Body<CreateAttachmentRequest>,
) -> ApiResult<HttpResponse> {
    let created = services.attachments.create(caller.id(), &body).await?;
    Ok(HttpResponse::Created().json(created))
}

/// Fresh URLs for an upload that was interrupted.
#[utoipa::path(
    tag = "attachments",
    params(AttachmentPath),
    request_body = UploadPartsRequest,
    responses(
        (status = 200, description = "Where to put the bytes", body = Upload),
        (status = 404, description = "`attachment_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`, `upload_expired`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/attachments/{attachment_id}/parts")]
async fn create_attachment_parts(
    services: Data<Services>,
    caller: Caller,
    path: Path<AttachmentPath>,
    body: Body<UploadPartsRequest>,
) -> ApiResult<Json<Upload>> {
    Ok(Json(
        services
            .attachments
            .parts(caller.id(), path.attachment_id, &body)
            .await?,
    ))
}

/// Say that the bytes are there.
///
/// What they are is decided by looking at them. Images get a thumbnail and a preview and lose their metadata.
/// What is served lies under another key: a second `PUT` to the same URL changes nothing.
#[utoipa::path(
    tag = "attachments",
    params(AttachmentPath),
    request_body = CompleteAttachmentRequest,
    responses(
        (status = 200, description = "Ready to be sent", body = Attachment),
        (status = 404, description = "`attachment_not_found`", body = Problem),
        (status = 422, description = "`upload_incomplete`, `upload_expired`, `image_unreadable`, `image_too_large`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/attachments/{attachment_id}/complete")]
async fn complete_attachment(
    services: Data<Services>,
    caller: Caller,
    path: Path<AttachmentPath>,
    body: Body<CompleteAttachmentRequest>,
) -> ApiResult<Json<Attachment>> {
    Ok(Json(
        services
            .attachments
            .complete(caller.id(), path.attachment_id, &body)
            .await?,
    ))
}

/// What is known of an attachment.
#[utoipa::path(
    tag = "attachments",
    params(AttachmentPath),
    responses(
        (status = 200, description = "The attachment", body = Attachment),
        (status = 404, description = "`attachment_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/attachments/{attachment_id}")]
async fn get_attachment(
    services: Data<Services>,
    caller: Caller,
    path: Path<AttachmentPath>,
) -> ApiResult<Json<Attachment>> {
    Ok(Json(
        services.attachments.get(caller.id(), path.attachment_id).await?,
    ))
}

/// Remove an upload of mine that is in no message.
#[utoipa::path(
    tag = "attachments",
    params(AttachmentPath),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`attachment_not_found`", body = Problem),
        (status = 409, description = "`attachment_in_use`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/attachments/{attachment_id}")]
async fn delete_attachment(
    services: Data<Services>,
    caller: Caller,
    path: Path<AttachmentPath>,
) -> ApiResult<HttpResponse> {
    services
        .attachments
        .delete(caller.id(), path.attachment_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The bytes of an attachment, with `Range` or as a redirect to the storage.
///
/// Browsers may read it with the `damso_media` cookie instead of an access token.
#[utoipa::path(
    tag = "attachments",
    params(AttachmentPath, ContentQuery),
    responses(
        (
            status = 200,
            description = "The bytes; what is no picture, video or sound is `application/octet-stream`",
            content(
                (inline(FileBytes) = "application/octet-stream"),
                (inline(FileBytes) = "image/*"),
                (inline(FileBytes) = "video/*"),
                (inline(FileBytes) = "audio/*"),
            ),
        ),
        (
            status = 206,
            description = "A part of the bytes",
            content(
                (inline(FileBytes) = "application/octet-stream"),
                (inline(FileBytes) = "image/*"),
                (inline(FileBytes) = "video/*"),
                (inline(FileBytes) = "audio/*"),
            ),
        ),
        (status = 302, description = "Where the storage serves the bytes, for a minute"),
        (status = 304, description = "Not modified"),
        (status = 404, description = "`attachment_not_found`", body = Problem),
        (status = 416, description = "`malformed_request`: there is no such range", body = Problem),
        (status = 422, description = "`attachment_not_ready`", body = Problem),
    ),
    security(("access_token" = []), ("media_cookie" = [])),
)]
#[get("/attachments/{attachment_id}/content")]
async fn get_attachment_content(
    services: Data<Services>,
    reader: Reader,
    request: HttpRequest,
    path: Path<AttachmentPath>,
    query: Query<ContentQuery>,
) -> ApiResult<HttpResponse> {
    match services
        .content
        .read(reader.id(), path.attachment_id, query.variant)
        .await?
    {
        Content::Picture { bytes, media_type } => Ok(picture(bytes, media_type)),
        Content::Original { source, disposition } => {
            let served = Served {
                source,
                disposition,
                caching: REVALIDATE,
                missing: ErrorKind::AttachmentNotFound,
            };
            served.answer(&request).await
        }
    }
}

/// A picture that this server made.
pub(crate) fn picture(bytes: bytes::Bytes, media_type: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CACHE_CONTROL, FOR_EVER))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(bytes)
}

/// A file that is served as it lies in the storage.
pub(crate) struct Served {
    pub(crate) source: ObjectSource,
    pub(crate) disposition: Disposition,
    /// What browsers may keep of it.
    pub(crate) caching: HeaderValue,
    /// Why it is refused when it was removed a moment ago.
    pub(crate) missing: ErrorKind,
}

impl Served {
    /// With `Range`, or as a redirect to the storage.
    pub(crate) async fn answer(self, request: &HttpRequest) -> ApiResult<HttpResponse> {
        let Self {
            source,
            disposition,
            caching,
            missing,
        } = self;
        let path = match source {
            ObjectSource::Url(url) => {
                return Ok(HttpResponse::Found()
                    .insert_header((LOCATION, url))
                    .insert_header((CACHE_CONTROL, caching))
                    .finish());
            }
            ObjectSource::File(path) => path,
        };
        let opened = block(move || NamedFile::open(path))
            .await
            .map_err(|_| ApiError::from(ErrorKind::Overloaded))?;
        let file = opened.map_err(|_| ApiError::from(missing))?;
        let mut response = file.use_last_modified(true).use_etag(true).into_response(request);
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(no_such_range(&response));
        }
        let headers = response.headers_mut();
        let value =
            |text: String| HeaderValue::try_from(text).map_err(|_| ApiError::from(ErrorKind::Internal));
        headers.insert(CONTENT_TYPE, value(disposition.content_type)?);
        headers.insert(CONTENT_DISPOSITION, value(disposition.content_disposition)?);
        headers.insert(CACHE_CONTROL, caching);
        headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
        Ok(response)
    }
}

/// How long the file is, is said in a header.
fn no_such_range(refused: &HttpResponse) -> HttpResponse {
    let problem = malformed(&"the file has no such range");
    let mut response = problem.with_status(refused.status());
    if let Some(range) = refused.headers().get(CONTENT_RANGE) {
        response.headers_mut().insert(CONTENT_RANGE, range.clone());
    }
    response
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(create_attachment)
        .service(create_attachment_parts)
        .service(complete_attachment)
        .service(get_attachment)
        .service(delete_attachment)
        .service(get_attachment_content);
}

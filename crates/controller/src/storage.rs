//! Uploads to this server's own storage, by presigned URL.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use actix_web::web::{Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, put};
use damso_protocol::ErrorKind;
use damso_service::ServiceError;
use damso_service::ports::{DirectUploadError, DirectUploads};
use futures_util::StreamExt as _;

use crate::error::{ApiError, ApiResult, malformed};

/// What takes the bytes; `None` when they go straight to S3.
pub(crate) struct Uploads(pub(crate) Option<Arc<dyn DirectUploads>>);

impl From<DirectUploadError> for ApiError {
    fn from(error: DirectUploadError) -> Self {
        match error {
            DirectUploadError::Forbidden => ErrorKind::NotAllowed.into(),
            DirectUploadError::Expired => ErrorKind::UploadExpired.into(),
            DirectUploadError::WrongType | DirectUploadError::WrongLength { .. } => malformed(&error),
            DirectUploadError::Unavailable(cause) => ServiceError::Unavailable(cause.to_string()).into(),
        }
    }
}

/// Takes one object. The URL itself is the permission, as with any presigned URL; it is never logged.
#[put("/storage/{token}")]
async fn put_object(
    uploads: Data<Uploads>,
    request: HttpRequest,
    token: Path<String>,
    mut body: Payload,
) -> ApiResult<HttpResponse> {
    let uploads = uploads.0.as_ref().ok_or(ErrorKind::RouteNotFound)?;
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let mut upload = uploads
        .accept(&token, text(CONTENT_TYPE).unwrap_or_default(), length)
        .await?;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| malformed(&error))?;
        upload.write(&chunk).await?;
    }
    let etag = upload.finish().await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, format!("\"{etag}\"")))
        .finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(put_object);
}

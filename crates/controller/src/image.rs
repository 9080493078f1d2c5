//! Pictures of people and groups.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use damso_protocol::{ImageQuery, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::FileBytes;
use crate::attachment::picture;
use crate::error::ApiResult;
use crate::extract::Reader;
use crate::paths::ImagePath;

/// A picture of a person or a group. Its id is new at each change, so it may be kept for ever.
///
/// Browsers may read it with the `damso_media` cookie instead of an access token.
#[utoipa::path(
    tag = "attachments",
    params(ImagePath, ImageQuery),
    responses(
        (status = 200, description = "The picture", content_type = "image/webp", body = inline(FileBytes)),
        (status = 404, description = "`image_not_found`", body = Problem),
    ),
    security(("access_token" = []), ("media_cookie" = [])),
)]
#[get("/images/{image_id}")]
async fn get_image(
    services: Data<Services>,
    _reader: Reader,
    path: Path<ImagePath>,
    query: Query<ImageQuery>,
) -> ApiResult<HttpResponse> {
    Ok(picture(
        services.images.read(path.image_id, query.size).await?,
        "image/webp",
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(get_image);
}

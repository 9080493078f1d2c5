//! Pictures of people and groups.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get};
use damso_protocol::{ImageQuery, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::answer::FileBytes;
use crate::attachment::picture;
use crate::error::ApiResult;
use crate::extract::Onlooker;
use crate::paths::ImagePath;

/// A picture of a person or a group. Its id is new at each change, so it may be kept for ever.
///
/// Browsers may read it with the `damso_media` cookie instead of an access token, and whoever has a link that shows it
/// (`GET /invites/{code}`) with the code of that and nothing else.
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
    onlooker: Onlooker,
    path: Path<ImagePath>,
    query: Query<ImageQuery>,
) -> ApiResult<HttpResponse> {
    if let Onlooker::InviteHolder(code) = onlooker {
        services
            .invite_links
            .require_picture(&code, path.image_id)
            .await?;
    }
    Ok(picture(
        services.images.read(path.image_id, query.size).await?,
        "image/webp",
    ))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(get_image);
}

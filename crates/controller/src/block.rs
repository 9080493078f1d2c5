//! Whom I want nothing of.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, put};
use damso_protocol::{Block, BlockRequest, Page, PageQuery, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::UserPath;

/// Whom I block.
#[utoipa::path(
    tag = "people",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of people I block", body = Page<Block>),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/blocks")]
async fn list_blocks(
    services: Data<Services>,
    caller: Caller,
    query: Query<PageQuery>,
) -> ApiResult<Json<Page<Block>>> {
    Ok(Json(services.blocks.list(caller.id(), &query).await?))
}

/// Block somebody, or change how much is hidden from them.
///
/// It does not show: their messages in our direct conversation are accepted and never reach me, their requests wait,
/// and I look to them as if I were away. They are no friend of mine any more; I stay in their list.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    request_body = BlockRequest,
    responses(
        (status = 200, description = "The block", body = Block),
        (status = 404, description = "`user_not_found`", body = Problem),
        (status = 422, description = "`cannot_block_self`, `too_many_blocks`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/blocks/{user_id}")]
async fn put_block(
    services: Data<Services>,
    caller: Caller,
    path: Path<UserPath>,
    body: Body<BlockRequest>,
) -> ApiResult<Json<Block>> {
    Ok(Json(services.blocks.put(caller.id(), path.user_id, *body).await?))
}

/// Do not block somebody any more.
///
/// What they wrote meanwhile stays away, and they do not become a friend again by it.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    responses(
        (status = 204, description = "Not blocked, whether or not they were"),
        (status = 404, description = "`user_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/blocks/{user_id}")]
async fn delete_block(
    services: Data<Services>,
    caller: Caller,
    path: Path<UserPath>,
) -> ApiResult<HttpResponse> {
    services.blocks.remove(caller.id(), path.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_blocks)
        .service(put_block)
        .service(delete_block);
}

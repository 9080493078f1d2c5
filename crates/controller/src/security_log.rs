//! What has happened to my account.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use damso_protocol::{Page, PageQuery, Problem, SecurityEvent};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::ApiResult;
use crate::extract::Caller;

/// What has happened to my account within 90 days, the newest first.
#[utoipa::path(
    tag = "account",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of it", body = Page<SecurityEvent>),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/me/audit")]
async fn list_security_events(
    services: Data<Services>,
    caller: Caller,
    query: Query<PageQuery>,
) -> ApiResult<Json<Page<SecurityEvent>>> {
    Ok(Json(services.security_log.list(caller.id(), &query).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(list_security_events);
}

//! What people tell the operator of each other.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use damso_protocol::{CreateReportRequest, CreatedReport, Problem};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, Reporting};

/// Report a person or a message to the operator of this server.
///
/// Name either `user_id`, or `conversation_id` and `seq` of a message that you can see. The operator gets a copy of the
/// profile, or of the message and up to five that you can see before it, also when they are deleted later. Whoever is
/// reported is not told.
#[utoipa::path(
    tag = "people",
    request_body = CreateReportRequest,
    responses(
        (status = 201, description = "The operator will read it", body = CreatedReport),
        (
            status = 404,
            description = "`user_not_found`, `conversation_not_found`, `message_not_found`",
            body = Problem,
        ),
        (status = 409, description = "`message_deleted`", body = Problem),
        (status = 422, description = "`invalid_fields`, `cannot_report_self`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/reports")]
async fn create_report(
    services: Data<Services>,
    caller: Caller<Reporting>,
    body: Body<CreateReportRequest>,
) -> ApiResult<HttpResponse> {
    let created = services.reports.create(caller.id(), &body).await?;
    Ok(HttpResponse::Created().json(created))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(create_report);
}

//! Finding messages.

use actix_web::get;
use actix_web::web::{Data, Json, Query};
use damso_protocol::{FoundMessages, FoundPeople, Problem, SearchMessagesQuery, SearchPeopleQuery};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::ApiResult;
use crate::extract::{Caller, Searching};

/// Messages that I may see, by what they say; the newest first.
///
/// What was written a moment ago may not be found yet. Conversations that I have left are not looked through.
#[utoipa::path(
    tag = "messages",
    params(SearchMessagesQuery),
    responses(
        (status = 200, description = "A page of messages", body = FoundMessages),
        (status = 404, description = "`conversation_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/search/messages")]
async fn search_messages(
    services: Data<Services>,
    caller: Caller<Searching>,
    query: Query<SearchMessagesQuery>,
) -> ApiResult<Json<FoundMessages>> {
    Ok(Json(services.search.messages(caller.id(), &query).await?))
}

/// My friends and conversations, by their names, nicknames and handles.
///
/// Clients that keep their friends and conversations need not ask.
#[utoipa::path(
    tag = "people",
    params(SearchPeopleQuery),
    responses(
        (status = 200, description = "What was found", body = FoundPeople),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/search/people")]
async fn search_people(
    services: Data<Services>,
    caller: Caller<Searching>,
    query: Query<SearchPeopleQuery>,
) -> ApiResult<Json<FoundPeople>> {
    Ok(Json(services.search.people(caller.id(), &query).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(search_messages).service(search_people);
}

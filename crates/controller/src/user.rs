//! People as others see them.

use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use damso_domain::UserId;
use damso_protocol::{Mutual, Problem, User, Users, UsersQuery};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::{ApiResult, malformed};
use crate::extract::{Caller, LookingUp};
use crate::paths::{HandlePath, UserPath};

/// Several people by id; those that do not exist are left out.
#[utoipa::path(
    tag = "people",
    params(UsersQuery),
    responses((status = 200, description = "Those that exist", body = Users)),
    security(("access_token" = [])),
)]
#[get("/users")]
async fn list_users(
    services: Data<Services>,
    caller: Caller,
    query: Query<UsersQuery>,
) -> ApiResult<Json<Users>> {
    let ids = query
        .ids
        .split(',')
        .map(|id| id.trim().parse::<UserId>())
        .collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|error| malformed(&error))?;
    Ok(Json(services.users.list(caller.id(), ids).await?))
}

/// A person by id; deleted accounts too, because the names of authors must be known.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    responses(
        (status = 200, description = "The person", body = User),
        (status = 404, description = "`user_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/users/{user_id}")]
async fn get_user(services: Data<Services>, caller: Caller, path: Path<UserPath>) -> ApiResult<Json<User>> {
    Ok(Json(services.users.get(caller.id(), path.user_id).await?))
}

/// A person by handle.
///
/// Somebody who is not to be found by their handle is found by their friends and by those whom they have asked.
#[utoipa::path(
    tag = "people",
    params(HandlePath),
    responses(
        (status = 200, description = "The person", body = User),
        (status = 404, description = "`user_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/users/by-handle/{handle}")]
async fn get_user_by_handle(
    services: Data<Services>,
    caller: Caller<LookingUp>,
    path: Path<HandlePath>,
) -> ApiResult<Json<User>> {
    Ok(Json(services.users.by_handle(caller.id(), &path.handle).await?))
}

/// What somebody and I have in common: friends and groups.
///
/// Friends are told of friends of mine, of those who have asked me to be one, and of those who are in a group with me.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    responses(
        (status = 200, description = "What both have", body = Mutual),
        (status = 404, description = "`user_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/users/{user_id}/mutual")]
async fn get_mutual(
    services: Data<Services>,
    caller: Caller,
    path: Path<UserPath>,
) -> ApiResult<Json<Mutual>> {
    Ok(Json(services.users.mutual(caller.id(), path.user_id).await?))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_users)
        .service(get_user_by_handle)
        .service(get_user)
        .service(get_mutual);
}

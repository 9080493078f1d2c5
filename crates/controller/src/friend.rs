//! Friends and the requests that lead there.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, patch, post};
use damso_protocol::{
    CreateFriendRequest, Friend, FriendRequest, FriendRequestsQuery, Page, PageQuery, Problem,
    UpdateFriendRequest,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::{Caller, LookingUp};
use crate::paths::{FriendRequestPath, UserPath};

/// My friends.
#[utoipa::path(
    tag = "people",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of friends", body = Page<Friend>),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/friends")]
async fn list_friends(
    services: Data<Services>,
    caller: Caller,
    query: Query<PageQuery>,
) -> ApiResult<Json<Page<Friend>>> {
    Ok(Json(services.friends.list(caller.id(), &query).await?))
}

/// Change how I keep a friend in my list.
///
/// Only I am told of it, on all my devices. It ends with the friendship.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    request_body = UpdateFriendRequest,
    responses(
        (status = 200, description = "The friend", body = Friend),
        (status = 404, description = "`friend_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/friends/{user_id}")]
async fn update_friend(
    services: Data<Services>,
    caller: Caller,
    path: Path<UserPath>,
    body: Body<UpdateFriendRequest>,
) -> ApiResult<Json<Friend>> {
    let friend = services.friends.update(caller.id(), path.user_id, &body).await?;
    Ok(Json(friend))
}

/// End a friendship, for both.
#[utoipa::path(
    tag = "people",
    params(UserPath),
    responses(
        (status = 204, description = "Not friends any more"),
        (status = 404, description = "`friend_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/friends/{user_id}")]
async fn delete_friend(
    services: Data<Services>,
    caller: Caller,
    path: Path<UserPath>,
) -> ApiResult<HttpResponse> {
    services.friends.remove(caller.id(), path.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask somebody to be a friend.
///
/// Asking again answers with the request that waits. If they had asked as well, both are friends at once
/// (`state` is `accepted`), and so they are if they had kept me as a friend all along, or by the code of a link that they
/// made (`POST /me/friend-invites`).
#[utoipa::path(
    tag = "people",
    request_body = CreateFriendRequest,
    responses(
        (status = 201, description = "The request", body = FriendRequest),
        (status = 403, description = "`blocked_by_you`, `friend_request_not_allowed`", body = Problem),
        (status = 404, description = "`user_not_found`, `invite_not_found`", body = Problem),
        (status = 409, description = "`already_friends`", body = Problem),
        (status = 422, description = "`cannot_befriend_self`, `invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/friend-requests")]
async fn create_friend_request(
    services: Data<Services>,
    caller: Caller<LookingUp>,
    body: Body<CreateFriendRequest>,
) -> ApiResult<HttpResponse> {
    let request = services.friends.request(caller.id(), &body).await?;
    Ok(HttpResponse::Created().json(request))
}

/// Requests that wait, the newest first.
#[utoipa::path(
    tag = "people",
    params(FriendRequestsQuery),
    responses(
        (status = 200, description = "A page of requests", body = Page<FriendRequest>),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[get("/friend-requests")]
async fn list_friend_requests(
    services: Data<Services>,
    caller: Caller,
    query: Query<FriendRequestsQuery>,
) -> ApiResult<Json<Page<FriendRequest>>> {
    Ok(Json(services.friends.list_requests(caller.id(), &query).await?))
}

/// Accept a request that I was asked.
#[utoipa::path(
    tag = "people",
    params(FriendRequestPath),
    responses(
        (status = 200, description = "The new friend", body = Friend),
        (status = 404, description = "`friend_request_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/friend-requests/{friend_request_id}/accept")]
async fn accept_friend_request(
    services: Data<Services>,
    caller: Caller,
    path: Path<FriendRequestPath>,
) -> ApiResult<Json<Friend>> {
    Ok(Json(
        services
            .friends
            .accept(caller.id(), path.friend_request_id)
            .await?,
    ))
}

/// Decline a request that I was asked.
#[utoipa::path(
    tag = "people",
    params(FriendRequestPath),
    responses(
        (status = 204, description = "Declined"),
        (status = 404, description = "`friend_request_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/friend-requests/{friend_request_id}/decline")]
async fn decline_friend_request(
    services: Data<Services>,
    caller: Caller,
    path: Path<FriendRequestPath>,
) -> ApiResult<HttpResponse> {
    services
        .friends
        .decline(caller.id(), path.friend_request_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Withdraw a request that I made.
#[utoipa::path(
    tag = "people",
    params(FriendRequestPath),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 404, description = "`friend_request_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/friend-requests/{friend_request_id}")]
async fn cancel_friend_request(
    services: Data<Services>,
    caller: Caller,
    path: Path<FriendRequestPath>,
) -> ApiResult<HttpResponse> {
    services
        .friends
        .cancel(caller.id(), path.friend_request_id)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_friends)
        .service(update_friend)
        .service(delete_friend)
        .service(create_friend_request)
        .service(list_friend_requests)
        .service(accept_friend_request)
        .service(decline_friend_request)
        .service(cancel_friend_request);
}

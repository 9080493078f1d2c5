//! One's own account.

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use damso_protocol::{
    ChangePasswordRequest, DeletionReport, DeletionRequest, Me, Problem, SetAvatarRequest, UpdateMeRequest,
};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ControllerConfig;
use crate::auth::without_cookies;
use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;

/// My account.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My account", body = Me)),
    security(("access_token" = [])),
)]
#[get("/me")]
async fn get_me(services: Data<Services>, caller: Caller) -> ApiResult<Json<Me>> {
    Ok(Json(services.account.get(caller.id()).await?))
}

/// Change my profile; what is absent stays.
#[utoipa::path(
    tag = "account",
    request_body = UpdateMeRequest,
    responses(
        (status = 200, description = "My account as it is now", body = Me),
        (status = 409, description = "`handle_taken`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/me")]
async fn update_me(
    services: Data<Services>,
    caller: Caller,
    body: Body<UpdateMeRequest>,
) -> ApiResult<Json<Me>> {
    Ok(Json(services.account.update(caller.id(), &body).await?))
}

/// Set my picture from an uploaded image; it is cropped to a square.
#[utoipa::path(
    tag = "account",
    request_body = SetAvatarRequest,
    responses(
        (status = 200, description = "My account as it is now", body = Me),
        (status = 404, description = "`attachment_not_found`", body = Problem),
        (status = 422, description = "`attachment_not_ready`, `image_unreadable`, `image_too_large`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/me/avatar")]
async fn set_avatar(
    services: Data<Services>,
    caller: Caller,
    body: Body<SetAvatarRequest>,
) -> ApiResult<Json<Me>> {
    Ok(Json(
        services
            .account
            .set_avatar(caller.id(), body.attachment_id)
            .await?,
    ))
}

/// Take my picture away.
#[utoipa::path(
    tag = "account",
    responses((status = 200, description = "My account as it is now", body = Me)),
    security(("access_token" = [])),
)]
#[delete("/me/avatar")]
async fn delete_avatar(services: Data<Services>, caller: Caller) -> ApiResult<Json<Me>> {
    Ok(Json(services.account.remove_avatar(caller.id()).await?))
}

/// Change my password; every other session ends.
#[utoipa::path(
    tag = "account",
    request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "`not_allowed`: it was changed elsewhere in this moment", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[put("/me/password")]
async fn change_password(
    services: Data<Services>,
    caller: Caller,
    body: Body<ChangePasswordRequest>,
) -> ApiResult<HttpResponse> {
    services.account.change_password(caller.0, &body).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Delete my account, for good.
///
/// Credentials, sessions, friendships and files go; messages are erased or stay without a name. Answers with
/// what went.
#[utoipa::path(
    tag = "account",
    request_body = DeletionRequest,
    responses(
        (status = 200, description = "What went", body = DeletionReport),
        (status = 403, description = "`passkeys_unavailable`", body = Problem),
        (status = 422, description = "`invalid_fields`: the password or the passkey is wrong", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/deletion")]
async fn delete_me(
    services: Data<Services>,
    config: Data<ControllerConfig>,
    caller: Caller,
    body: Body<DeletionRequest>,
) -> ApiResult<HttpResponse> {
    let report = services.account.delete(caller.0, &body).await?;
    Ok(without_cookies(HttpResponse::Ok(), &config).json(report))
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(get_me)
        .service(update_me)
        .service(set_avatar)
        .service(delete_avatar)
        .service(change_password)
        .service(delete_me);
}

//! Folders of my list of conversations.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use damso_protocol::{CreateFolderRequest, Folder, Folders, Problem, UpdateFolderRequest};
use damso_service::Services;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::Body;
use crate::error::ApiResult;
use crate::extract::Caller;
use crate::paths::FolderPath;

/// My folders. Nobody else sees them.
#[utoipa::path(
    tag = "conversations",
    responses((status = 200, description = "In the order in which they are shown", body = Folders)),
    security(("access_token" = [])),
)]
#[get("/me/folders")]
async fn list_folders(services: Data<Services>, caller: Caller) -> ApiResult<Json<Folders>> {
    Ok(Json(services.folders.list(caller.id()).await?))
}

/// Make a folder, after all others. Conversations come into it by `PATCH …/membership`.
#[utoipa::path(
    tag = "conversations",
    request_body = CreateFolderRequest,
    responses(
        (status = 201, description = "A new folder", body = Folder),
        (status = 422, description = "`invalid_fields`, `too_many_folders`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[post("/me/folders")]
async fn create_folder(
    services: Data<Services>,
    caller: Caller,
    body: Body<CreateFolderRequest>,
) -> ApiResult<HttpResponse> {
    let folder = services.folders.create(caller.id(), &body).await?;
    Ok(HttpResponse::Created().json(folder))
}

/// Rename a folder, or move it among the others; what is absent stays.
#[utoipa::path(
    tag = "conversations",
    params(FolderPath),
    request_body = UpdateFolderRequest,
    responses(
        (status = 200, description = "As it is now", body = Folder),
        (status = 404, description = "`folder_not_found`", body = Problem),
        (status = 422, description = "`invalid_fields`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[patch("/me/folders/{folder_id}")]
async fn update_folder(
    services: Data<Services>,
    caller: Caller,
    path: Path<FolderPath>,
    body: Body<UpdateFolderRequest>,
) -> ApiResult<Json<Folder>> {
    let folder = services
        .folders
        .update(caller.id(), path.folder_id, &body)
        .await?;
    Ok(Json(folder))
}

/// Delete a folder. The conversations in it stay, in none.
#[utoipa::path(
    tag = "conversations",
    params(FolderPath),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`folder_not_found`", body = Problem),
    ),
    security(("access_token" = [])),
)]
#[delete("/me/folders/{folder_id}")]
async fn delete_folder(
    services: Data<Services>,
    caller: Caller,
    path: Path<FolderPath>,
) -> ApiResult<HttpResponse> {
    services.folders.delete(caller.id(), path.folder_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_folders)
        .service(create_folder)
        .service(update_folder)
        .service(delete_folder);
}

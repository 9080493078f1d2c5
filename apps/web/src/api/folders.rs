//! Folders of my chats.

use damso_domain::FolderId;
use damso_protocol::{CreateFolderRequest, Folder, Folders, UpdateFolderRequest};

use super::{ApiClient, ApiError};

impl ApiClient {
    /// My folders.
    pub async fn folders(self) -> Result<Folders, ApiError> {
        self.get("/me/folders").await
    }

    /// Makes a folder.
    pub async fn create_folder(self, request: &CreateFolderRequest) -> Result<Folder, ApiError> {
        self.post("/me/folders", request).await
    }

    /// Renames or moves a folder.
    pub async fn update_folder(
        self,
        id: FolderId,
        request: &UpdateFolderRequest,
    ) -> Result<Folder, ApiError> {
        self.patch(&format!("/me/folders/{id}"), request).await
    }

    /// Deletes a folder.
    pub async fn delete_folder(self, id: FolderId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/me/folders/{id}"), None).await
    }
}

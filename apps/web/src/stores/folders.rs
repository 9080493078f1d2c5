//! Folders of my chats. What changes comes back as an event, here and on my other devices.

use damso_domain::{ConversationId, FolderId};
use damso_protocol::{CreateFolderRequest, Folder, UpdateFolderRequest, UpdateMembershipRequest};

use super::ChatStore;
use super::core::Part;
use crate::api::ApiError;

impl ChatStore {
    /// My folders, in their order.
    pub fn folders(self) -> Vec<Folder> {
        self.core()
            .read(&[Part::Chats], |model| model.chats.folders().to_vec())
    }

    /// Makes a folder, after all others.
    pub async fn create_folder(self, name: String) -> Result<FolderId, ApiError> {
        let folder = self
            .core()
            .api
            .create_folder(&CreateFolderRequest { name })
            .await?;
        Ok(folder.id)
    }

    /// Gives a folder another name.
    pub async fn rename_folder(self, id: FolderId, name: String) -> Result<(), ApiError> {
        let request = UpdateFolderRequest {
            name: Some(name),
            ..UpdateFolderRequest::default()
        };
        self.core().api.update_folder(id, &request).await.map(drop)
    }

    /// Moves a folder to this place among the others.
    pub async fn move_folder(self, id: FolderId, position: usize) -> Result<(), ApiError> {
        let request = UpdateFolderRequest {
            position: i64::try_from(position).ok(),
            ..UpdateFolderRequest::default()
        };
        self.core().api.update_folder(id, &request).await.map(drop)
    }

    /// Deletes a folder; its chats stay.
    pub async fn delete_folder(self, id: FolderId) -> Result<(), ApiError> {
        self.core().api.delete_folder(id).await
    }

    /// Puts a chat into a folder, or takes it out.
    pub async fn set_folder(self, id: ConversationId, folder: Option<FolderId>) -> Result<(), ApiError> {
        let request = UpdateMembershipRequest {
            folder_id: Some(folder),
            ..UpdateMembershipRequest::default()
        };
        self.update_membership(id, request).await
    }
}

//! Folders of one's own list of conversations.

use damso_domain::{FolderId, Rev};
use serde::{Deserialize, Serialize};

/// A folder. Which one a conversation is in stands in [`crate::Membership::folder_id`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Folder {
    /// The folder.
    pub id: FolderId,
    /// 1 to 20 characters.
    pub name: String,
}

impl Folder {
    /// How many an account may have.
    pub const MOST: usize = 20;
}

/// All folders of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Folders {
    /// In the order in which they are shown.
    pub items: Vec<Folder>,
}

/// Body of `POST /me/folders`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateFolderRequest {
    /// 1 to 20 characters.
    pub name: String,
}

/// Body of `PATCH /me/folders/{folder_id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateFolderRequest {
    /// 1 to 20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it stands among the others: 0 is the first. Beyond the last is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub position: Option<i64>,
}

/// My folders changed, here or on another device. A conversation in a folder that is not among them is in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
pub struct FoldersUpdated {
    /// The new number of my own stream.
    pub user_rev: Rev,
    /// All of them as they are now.
    pub items: Vec<Folder>,
}

//! What a server says of itself before anyone signs in.

use serde::{Deserialize, Serialize};

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SignUp {
    /// Everyone.
    #[default]
    #[serde(rename = "open")]
    Open,
    /// Whoever has an invitation.
    #[serde(rename = "invite")]
    Invite,
    /// Nobody.
    #[serde(rename = "closed")]
    Closed,
}

/// Answer of `GET /server`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// The version of this API.
    pub api_version: u32,
    /// Web clients older than this have to reload.
    pub min_client_version: String,
    /// The server's own version.
    pub version: String,
    /// What this server can do beyond the minimum.
    pub features: Vec<String>,
    /// Bounds a client has to keep.
    pub limits: Limits,
    /// Who may make an account.
    pub sign_up: SignUp,
}

/// Bounds a client has to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Characters of a message.
    pub message_chars: usize,
    /// Attachments of a message.
    pub message_attachments: usize,
    /// Bytes of an upload.
    pub upload_bytes: u64,
    /// Pixels of an image.
    pub image_pixels: u64,
    /// Members of a group.
    pub group_members: usize,
}

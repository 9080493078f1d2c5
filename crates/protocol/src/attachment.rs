//! Uploads and what becomes of them.

use damso_domain::{AttachmentId, AttachmentKind, AttachmentState, Timestamp};
use serde::{Deserialize, Serialize};

/// A file, in a message or on its way into one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// The attachment.
    pub id: AttachmentId,
    /// The name a download gets.
    pub file_name: String,
    /// Decided from the bytes once they are there.
    pub media_type: String,
    /// Of the original.
    pub size_bytes: i64,
    /// How far it has come.
    pub state: AttachmentState,
    /// Decided from the bytes once they are there.
    pub kind: AttachmentKind,
    /// Upright, in pixels; images only.
    pub width: Option<i32>,
    /// Upright, in pixels; images only.
    pub height: Option<i32>,
    /// A thumbhash in base64, to show until the thumbnail is loaded; images only.
    pub placeholder: Option<String>,
}

/// Body of `POST /attachments`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateAttachmentRequest {
    /// 1 to 255 characters; a path is cut off.
    #[cfg_attr(feature = "openapi", schema(example = "북한산_코스_지도.pdf"))]
    pub file_name: String,
    /// What the client takes it for; the bytes decide.
    #[cfg_attr(feature = "openapi", schema(example = "application/pdf"))]
    pub media_type: String,
    /// Exactly how many bytes will come: 1 to 100 MB.
    #[cfg_attr(
        feature = "openapi",
        schema(example = 2_411_724, minimum = 1, maximum = 100_000_000)
    )]
    pub size_bytes: u64,
}

/// Answer of `POST /attachments`: where to put the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedAttachment {
    /// In state `uploading`.
    pub attachment: Attachment,
    /// Where to put the bytes.
    pub upload: Upload,
}

/// Where to put the bytes: `PUT` each part to its URL, straight to the storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Upload {
    /// All parts but the last have this many bytes.
    pub part_size_bytes: u64,
    /// From 1.
    pub parts: Vec<UploadPart>,
    /// The URLs are good until then.
    pub expires_at: Timestamp,
}

/// Where to put one part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadPart {
    /// From 1.
    pub number: u32,
    /// Relative to this server, or absolute at the storage.
    pub url: String,
    /// To be sent exactly so.
    pub headers: Vec<UploadHeader>,
}

/// One header of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Body of `POST /attachments/{attachment_id}/parts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadPartsRequest {
    /// The parts that need a fresh URL.
    pub numbers: Vec<u32>,
}

/// Body of `POST /attachments/{attachment_id}/complete`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompleteAttachmentRequest {
    /// Every part, in order.
    pub parts: Vec<CompletedPart>,
}

/// One part that was put.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompletedPart {
    /// From 1.
    pub number: u32,
    /// The `ETag` the storage answered with.
    pub etag: String,
}

/// Which copy of an attachment to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Variant {
    /// As it was sent, without its metadata.
    #[default]
    Original,
    /// At most 1600 px; images only.
    Preview,
    /// At most 320 px; images only.
    Thumbnail,
}

/// Query of `GET /attachments/{attachment_id}/content`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct ContentQuery {
    /// The original when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub variant: Variant,
}

/// Query of `GET /images/{image_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct ImageQuery {
    /// In pixels: up to 128 gets the small copy, more the large one (512). The large one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(maximum = 65_535))]
    pub size: Option<u16>,
    /// The code of a link whose preview has this picture: whoever has it may read the picture without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_code: Option<String>,
}

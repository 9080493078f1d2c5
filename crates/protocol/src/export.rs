//! A copy of everything that is mine.

use damso_domain::{ExportId, ExportState, Timestamp};
use serde::{Deserialize, Serialize};

/// An archive of everything of an account; what is in it is described in `docs/export.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Export {
    /// The export.
    pub id: ExportId,
    /// How far it has come.
    pub state: ExportState,
    /// How much of it is done.
    pub progress: ExportProgress,
    /// Of the archive; `null` unless it is there.
    pub size_bytes: Option<i64>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the archive goes, or went; `null` until it is there.
    pub expires_at: Option<Timestamp>,
    /// Whether the content waits for `POST /auth/reauthenticate`, because the session that asks has not shown whose it is
    /// since ten minutes before the export was asked for.
    pub needs_proof: bool,
}

/// How much of an export is done, counted in messages and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportProgress {
    /// How many are in the archive.
    pub done: i64,
    /// How many there will be; 0 until they are counted.
    pub total: i64,
}

/// Answer of `GET /me/exports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, miniserde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exports {
    /// The newest first.
    pub items: Vec<Export>,
}

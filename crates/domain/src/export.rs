//! Copies of everything that is somebody's.

use serde::{Deserialize, Serialize};

use crate::conversation::stored_enum;

stored_enum!(
    /// How far an export has come.
    ExportState {
        /// Nobody has begun with it.
        Waiting = "waiting",
        /// It is being made.
        Running = "running",
        /// It can be downloaded.
        Ready = "ready",
        /// It could not be made; another one may be asked for.
        Failed = "failed",
        /// Its time is over, or a newer one has taken its place: the archive is gone.
        Expired = "expired",
    }
);

impl ExportState {
    /// Whether it will be ready without anybody asking again.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

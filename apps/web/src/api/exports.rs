//! Copies of everything that is mine.

use damso_domain::{ExportId, ExportState};
use damso_protocol::{ErrorKind, Export, Exports};

use super::{ApiClient, ApiError, urls};

impl ApiClient {
    /// Asks for a copy of everything that is mine.
    pub async fn create_export(self) -> Result<Export, ApiError> {
        self.signed("POST", "/me/exports", None).await?.read()
    }

    /// My exports, the newest first.
    pub async fn exports(self) -> Result<Exports, ApiError> {
        self.get("/me/exports").await
    }

    /// How far an export has come.
    pub async fn export(self, id: ExportId) -> Result<Export, ApiError> {
        self.get(&format!("/me/exports/{id}")).await
    }

    /// Whether the archive is there for this session: a download does not tell why it was refused.
    pub async fn check_export(self, id: ExportId) -> Result<(), ApiError> {
        let export = self.export(id).await?;
        let refused = match export.state {
            ExportState::Ready if export.needs_proof => ErrorKind::ReauthenticationRequired,
            ExportState::Ready => return Ok(()),
            ExportState::Expired => ErrorKind::ExportExpired,
            ExportState::Waiting | ExportState::Running | ExportState::Failed => ErrorKind::ExportNotReady,
        };
        Err(ApiError::refused(refused))
    }

    /// Removes an export, however far it has come.
    pub async fn delete_export(self, id: ExportId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/me/exports/{id}"), None).await
    }
}

/// The archive: the browser signs the request with its media cookie.
pub fn export_url(id: ExportId) -> String {
    urls::api(&format!("/me/exports/{id}/content"))
}

//! Copies of everything that is mine.

use damso_domain::ExportId;
use damso_protocol::{Export, Exports};

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

    /// Removes an export, however far it has come.
    pub async fn delete_export(self, id: ExportId) -> Result<(), ApiError> {
        self.run("DELETE", &format!("/me/exports/{id}"), None).await
    }
}

/// The archive, for a link: the browser signs the request with its media cookie.
pub fn export_url(id: ExportId) -> String {
    urls::api(&format!("/me/exports/{id}/content"))
}

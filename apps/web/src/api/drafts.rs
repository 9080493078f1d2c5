//! What I have begun to write.

use damso_domain::ConversationId;
use damso_protocol::{DraftUpdated, SetDraftRequest};

use super::http::{Call, encode};
use super::{ApiClient, ApiError};

impl ApiClient {
    /// Keeps what I have begun to write for my other devices, also while the page is being closed.
    pub async fn set_draft(
        self,
        id: ConversationId,
        request: &SetDraftRequest,
    ) -> Result<DraftUpdated, ApiError> {
        let call = Call {
            method: "PUT",
            path: &format!("/conversations/{id}/draft"),
            body: Some(encode(request)?),
            token: None,
            outlives_page: true,
        };
        self.signed_call(call).await?.read()
    }
}

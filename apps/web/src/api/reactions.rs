//! Changing messages, and reacting to them: one method for each operation.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{EditMessageRequest, Message, MessageEdit, Page, ReactionPage};

use super::urls::{escape, parameter};
use super::{ApiClient, ApiError};

/// As large as pages come.
const PAGE_LIMIT: u16 = 100;

impl ApiClient {
    /// One message.
    pub async fn message(self, id: ConversationId, seq: Seq) -> Result<Message, ApiError> {
        self.get(&format!("/conversations/{id}/messages/{seq}")).await
    }

    /// Changes what a message of mine says.
    pub async fn edit_message(
        self,
        id: ConversationId,
        seq: Seq,
        request: &EditMessageRequest,
    ) -> Result<Message, ApiError> {
        self.patch(&format!("/conversations/{id}/messages/{seq}"), request)
            .await
    }

    /// A page of what a message of mine said before.
    pub async fn message_edits(
        self,
        id: ConversationId,
        seq: Seq,
        cursor: Option<&str>,
    ) -> Result<Page<MessageEdit>, ApiError> {
        let cursor = parameter("cursor", cursor);
        self.get(&format!(
            "/conversations/{id}/messages/{seq}/edits?limit={PAGE_LIMIT}{cursor}"
        ))
        .await
    }

    /// Reacts to a message, or takes that back.
    pub async fn react(
        self,
        id: ConversationId,
        seq: Seq,
        emoji: &str,
        is_wanted: bool,
    ) -> Result<(), ApiError> {
        let method = if is_wanted { "PUT" } else { "DELETE" };
        let emoji = escape(emoji);
        self.run(
            method,
            &format!("/conversations/{id}/messages/{seq}/reactions/{emoji}"),
            None,
        )
        .await
    }

    /// A page of those who reacted to a message.
    pub async fn reactions(
        self,
        id: ConversationId,
        seq: Seq,
        cursor: Option<&str>,
    ) -> Result<ReactionPage, ApiError> {
        let cursor = parameter("cursor", cursor);
        self.get(&format!(
            "/conversations/{id}/messages/{seq}/reactions?limit={PAGE_LIMIT}{cursor}"
        ))
        .await
    }
}

//! Polls: one method for each operation.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{CreatePollRequest, Message, PollVotePage, PollVoteRequest};

use super::urls::parameter;
use super::{ApiClient, ApiError};

/// As large as pages come.
const PAGE_LIMIT: u16 = 100;

impl ApiClient {
    /// Asks the members of a group to choose.
    pub async fn create_poll(
        self,
        id: ConversationId,
        request: &CreatePollRequest,
    ) -> Result<Message, ApiError> {
        self.post(&format!("/conversations/{id}/polls"), request).await
    }

    /// Votes, or takes that back where nothing is chosen.
    pub async fn vote(self, id: ConversationId, seq: Seq, options: &[i64]) -> Result<Message, ApiError> {
        let path = format!("/conversations/{id}/messages/{seq}/poll-vote");
        if options.is_empty() {
            return self.signed("DELETE", &path, None).await?.read();
        }
        let options = options.to_vec();
        self.put(&path, &PollVoteRequest { options }).await
    }

    /// Lets nobody vote any more.
    pub async fn close_poll(self, id: ConversationId, seq: Seq) -> Result<Message, ApiError> {
        self.signed(
            "POST",
            &format!("/conversations/{id}/messages/{seq}/poll-close"),
            None,
        )
        .await?
        .read()
    }

    /// A page of those who voted.
    pub async fn poll_votes(
        self,
        id: ConversationId,
        seq: Seq,
        cursor: Option<&str>,
    ) -> Result<PollVotePage, ApiError> {
        let cursor = parameter("cursor", cursor);
        self.get(&format!(
            "/conversations/{id}/messages/{seq}/poll-votes?limit={PAGE_LIMIT}{cursor}"
        ))
        .await
    }
}

//! Finding messages.

use damso_protocol::{FoundMessages, MessageContent, SearchMessagesQuery};

use super::urls::{escape, parameter};
use super::{ApiClient, ApiError};

impl ApiClient {
    /// A page of messages, by what they say.
    pub async fn search_messages(self, query: &SearchMessagesQuery) -> Result<FoundMessages, ApiError> {
        let has = query.has.map(|content| match content {
            MessageContent::Image => "image",
            MessageContent::Video => "video",
            MessageContent::File => "file",
            MessageContent::Link => "link",
        });
        self.get(&format!(
            "/search/messages?query={}{}{}{}{}{}{}{}",
            escape(&query.query),
            parameter("conversation_id", query.conversation_id),
            parameter("author_id", query.author_id),
            parameter("has", has),
            parameter("before", query.before),
            parameter("after", query.after),
            parameter("cursor", query.cursor.as_deref()),
            parameter("limit", query.limit),
        ))
        .await
    }
}

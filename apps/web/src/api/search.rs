//! Finding messages.

use damso_domain::ConversationId;
use damso_protocol::{FoundMessages, MessageContent, SearchMessagesQuery, SharedMediaPage, SharedMediaQuery};

use super::urls::{escape, parameter};
use super::{ApiClient, ApiError};

impl ApiClient {
    /// A page of messages, by what they say.
    pub async fn search_messages(self, query: &SearchMessagesQuery) -> Result<FoundMessages, ApiError> {
        let has = query.has.map(name);
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

    /// A page of the messages of a conversation that hold pictures, videos, other files or links, the newest first.
    pub async fn shared_media(
        self,
        id: ConversationId,
        query: &SharedMediaQuery,
    ) -> Result<SharedMediaPage, ApiError> {
        self.get(&format!(
            "/conversations/{id}/media?type={}{}{}",
            name(query.content),
            parameter("cursor", query.cursor.as_deref()),
            parameter("limit", query.limit),
        ))
        .await
    }
}

const fn name(content: MessageContent) -> &'static str {
    match content {
        MessageContent::Image => "image",
        MessageContent::Video => "video",
        MessageContent::File => "file",
        MessageContent::Link => "link",
    }
}

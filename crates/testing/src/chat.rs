//! What people do in conversations.

use damso_domain::{AttachmentId, ClientKey, ConversationId, UserId};
use damso_protocol::{
    Conversation, Conversations, Message, Messages, ReadPosition, SyncPosition, SyncRequest, SyncResponse,
};
use reqwest::Method;
use serde_json::json;

use crate::{Actor, Reply};

impl Actor {
    /// Opens the direct conversation with a friend.
    pub async fn open_direct(&self, other: &Self) -> Conversation {
        self.post(
            "/conversations",
            &json!({ "kind": "direct", "user_id": other.id() }),
        )
        .await
        .json()
    }

    /// Makes a group of friends.
    pub async fn create_group(&self, name: &str, others: &[&Self]) -> Conversation {
        let body = json!({ "kind": "group", "name": name, "member_ids": ids(others) });
        self.post("/conversations", &body).await.json()
    }

    /// One's notes to oneself.
    pub async fn notes(&self) -> Conversation {
        let own = |conversation: &Conversation| conversation.kind == damso_domain::ConversationKind::SelfChat;
        self.conversations()
            .await
            .items
            .into_iter()
            .find(own)
            .expect("everyone has notes to themself")
    }

    /// The first page of the list.
    pub async fn conversations(&self) -> Conversations {
        self.get("/conversations").await.json()
    }

    /// The conversations in the list.
    pub async fn listed(&self) -> Vec<ConversationId> {
        self.conversations()
            .await
            .items
            .iter()
            .map(|conversation| conversation.id)
            .collect()
    }

    /// One conversation as this actor sees it.
    pub async fn conversation(&self, id: ConversationId) -> Conversation {
        self.get(&format!("/conversations/{id}")).await.json()
    }

    /// Brings others into a group.
    pub async fn add_members(&self, id: ConversationId, others: &[&Self]) -> Reply {
        self.post(
            &format!("/conversations/{id}/members"),
            &json!({ "user_ids": ids(others) }),
        )
        .await
    }

    /// Takes somebody out of a group.
    pub async fn remove_member(&self, id: ConversationId, other: &Self) -> Reply {
        self.delete(&format!("/conversations/{id}/members/{}", other.id()))
            .await
    }

    /// Gives somebody a role.
    pub async fn set_role(&self, id: ConversationId, other: &Self, role: &str) -> Reply {
        self.patch(
            &format!("/conversations/{id}/members/{}", other.id()),
            &json!({ "role": role }),
        )
        .await
    }

    /// Changes name, picture or history setting of a group.
    pub async fn update_group(&self, id: ConversationId, change: &serde_json::Value) -> Reply {
        self.patch(&format!("/conversations/{id}"), change).await
    }

    /// Puts a message on top of a conversation.
    pub async fn set_notice(&self, id: ConversationId, seq: i64) -> Reply {
        let body = json!({ "seq": seq });
        self.put(&format!("/conversations/{id}/notice"), &body).await
    }

    /// Takes away what stands on top of a conversation.
    pub async fn remove_notice(&self, id: ConversationId) -> Reply {
        self.delete(&format!("/conversations/{id}/notice")).await
    }

    /// Changes how one sees a conversation.
    pub async fn update_membership(&self, id: ConversationId, change: &serde_json::Value) -> Reply {
        self.patch(&format!("/conversations/{id}/membership"), change)
            .await
    }

    /// Leaves, or clears a direct conversation.
    pub async fn leave(&self, id: ConversationId) -> Reply {
        self.post(&format!("/conversations/{id}/leave"), &json!({})).await
    }

    /// Sends a text under a new key.
    pub async fn send(&self, conversation: ConversationId, text: &str) -> Reply {
        self.send_with_key(conversation, ClientKey::new(), text).await
    }

    /// Sends a text under a key.
    pub async fn send_with_key(&self, conversation: ConversationId, key: ClientKey, text: &str) -> Reply {
        let path = format!("/conversations/{conversation}/messages");
        self.post(&path, &json!({ "client_key": key, "text": text }))
            .await
    }

    /// Sends files without a text.
    pub async fn send_files(&self, conversation: ConversationId, files: &[AttachmentId]) -> Reply {
        let path = format!("/conversations/{conversation}/messages");
        self.post(
            &path,
            &json!({ "client_key": ClientKey::new(), "attachment_ids": files }),
        )
        .await
    }

    /// Sends a text and returns what was stored.
    #[track_caller]
    pub fn say(&self, conversation: ConversationId, text: &str) -> impl Future<Output = Message> {
        let sent = self.send(conversation, text);
        async move { sent.await.json() }
    }

    /// The newest page of a conversation.
    pub async fn messages(&self, conversation: ConversationId) -> Messages {
        self.page(conversation, "").await
    }

    /// A stretch of a conversation.
    pub async fn page(&self, conversation: ConversationId, query: &str) -> Messages {
        self.get(&format!("/conversations/{conversation}/messages?{query}"))
            .await
            .json()
    }

    /// The texts of the newest page; system messages have none.
    pub async fn texts(&self, conversation: ConversationId) -> Vec<String> {
        self.messages(conversation)
            .await
            .items
            .into_iter()
            .filter_map(|message| message.text)
            .collect()
    }

    /// One message.
    pub async fn message(&self, conversation: ConversationId, seq: i64) -> Reply {
        self.get(&format!("/conversations/{conversation}/messages/{seq}"))
            .await
    }

    /// Deletes a message for `everyone` or for `me`.
    pub async fn delete_message(&self, conversation: ConversationId, seq: i64, audience: &str) -> Reply {
        self.delete(&format!(
            "/conversations/{conversation}/messages/{seq}?for={audience}"
        ))
        .await
    }

    /// Changes what a message says.
    pub async fn edit(&self, conversation: ConversationId, seq: i64, text: &str) -> Reply {
        let path = format!("/conversations/{conversation}/messages/{seq}");
        self.patch(&path, &json!({ "text": text })).await
    }

    /// What a message of one's own said before.
    pub async fn edits(&self, conversation: ConversationId, seq: i64) -> Reply {
        self.get(&format!("/conversations/{conversation}/messages/{seq}/edits"))
            .await
    }

    /// Reacts to a message.
    pub async fn react(&self, conversation: ConversationId, seq: i64, emoji: &str) -> Reply {
        self.send_request(self.request(Method::PUT, &reaction_path(conversation, seq, emoji)))
            .await
    }

    /// Takes a reaction back.
    pub async fn unreact(&self, conversation: ConversationId, seq: i64, emoji: &str) -> Reply {
        self.delete(&reaction_path(conversation, seq, emoji)).await
    }

    /// Who reacted to a message.
    pub async fn reactions(&self, conversation: ConversationId, seq: i64, query: &str) -> Reply {
        self.get(&format!(
            "/conversations/{conversation}/messages/{seq}/reactions?{query}"
        ))
        .await
    }

    /// Looks for messages; `rest` is more of the query, as `&limit=1`.
    pub async fn search(&self, typed: &str, rest: &str) -> Reply {
        self.get(&format!(
            "/search/messages?query={}{rest}",
            percent_encoded(typed)
        ))
        .await
    }

    /// Says what was shown.
    pub async fn mark_read(&self, conversation: ConversationId, seq: i64) -> ReadPosition {
        self.put(
            &format!("/conversations/{conversation}/read"),
            &json!({ "seq": seq }),
        )
        .await
        .json()
    }

    /// What changed since the given numbers.
    pub async fn sync(&self, request: &SyncRequest) -> SyncResponse {
        let body = serde_json::to_value(request).expect("requests serialise");
        self.post("/sync", &body).await.json()
    }

    /// What changed in conversations since they looked like this.
    pub async fn sync_since(&self, user_rev: i64, conversations: &[&Conversation]) -> SyncResponse {
        let position = |conversation: &&Conversation| SyncPosition {
            id: conversation.id,
            rev: conversation.rev,
            read_seq: conversation.membership.read_seq,
        };
        let conversations = conversations.iter().map(position).collect();
        self.sync(&SyncRequest {
            user_rev: damso_domain::Rev::new(user_rev),
            profiles_since: None,
            conversations,
        })
        .await
    }
}

fn ids(others: &[&Actor]) -> Vec<UserId> {
    others.iter().map(|other| other.id()).collect()
}

/// Every byte of an emoji is encoded, as a client may do it.
fn reaction_path(conversation: ConversationId, seq: i64, emoji: &str) -> String {
    format!(
        "/conversations/{conversation}/messages/{seq}/reactions/{}",
        percent_encoded(emoji)
    )
}

/// Any text as a path segment or a value may carry it.
pub fn percent_encoded(text: &str) -> String {
    let encoded: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    encoded.concat()
}

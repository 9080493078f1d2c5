//! Who hears of what happens in a conversation.

use std::collections::HashMap;
use std::sync::Arc;

use damso_domain::{ConversationId, Rev, UserId};
use moka::future::Cache;

/// The members of a conversation, for the hub.
pub(crate) type Audience = Arc<[UserId]>;

/// How many members are kept, in all lists together: 16 bytes each.
const MOST_MEMBERS: u64 = 1_000_000;

/// Keeps lists of members, each with the change that made it.
///
/// Nothing has to be invalidated: which list is the right one is read with every message, under the conversation's
/// lock, and comes with the answer if it is another one. So an old one is never used, whichever server changed it.
#[derive(Clone)]
pub(crate) struct Audiences(Cache<ConversationId, (Rev, Audience)>);

impl Audiences {
    pub(crate) fn new() -> Self {
        let weight = |_: &ConversationId, (_, audience): &(Rev, Audience)| {
            u32::try_from(audience.len()).unwrap_or(u32::MAX).max(1)
        };
        Self(
            Cache::builder()
                .max_capacity(MOST_MEMBERS)
                .weigher(weight)
                .build(),
        )
    }

    /// The lists at hand of these conversations, each with the change that made it.
    pub(crate) async fn at_hand(
        &self,
        conversations: impl Iterator<Item = ConversationId>,
    ) -> HashMap<ConversationId, (Rev, Audience)> {
        let mut found = HashMap::new();
        for id in conversations {
            if !found.contains_key(&id)
                && let Some(list) = self.0.get(&id).await
            {
                found.insert(id, list);
            }
        }
        found
    }

    /// Keeps the members of a conversation as they have been since a change.
    pub(crate) async fn keep(&self, id: ConversationId, since: Rev, members: Vec<UserId>) -> (Rev, Audience) {
        let list = (since, Audience::from(members));
        self.0.insert(id, list.clone()).await;
        list
    }
}

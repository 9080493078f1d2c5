//! Who hears of what happens in a conversation.

use std::collections::HashMap;
use std::sync::Arc;

use damso_domain::{ConversationId, UserId};
use damso_repository::conversation::MembersVersion;
use damso_repository::send::{AtHand, Members};
use moka::future::Cache;

/// The members of a conversation, for the hub.
pub(crate) type Audience = Arc<[UserId]>;

/// How many members are kept, in all lists together: 16 bytes each.
const MOST_MEMBERS: u64 = 1_000_000;

/// A list of members that is kept.
#[derive(Clone)]
pub(crate) struct Kept {
    version: MembersVersion,
    is_plain: bool,
    blocking: Vec<UserId>,
    /// In the order of their ids.
    pub audience: Audience,
}

impl Kept {
    /// What it says of a message by this author.
    pub(crate) fn at_hand(&self, author: UserId) -> AtHand {
        let is_member = self.audience.binary_search(&author).is_ok();
        AtHand {
            version: self.version,
            is_plain: self.is_plain && is_member && !self.blocking.contains(&author),
            withheld_for: self.blocking.first().copied(),
        }
    }
}

impl From<Members> for Kept {
    fn from(members: Members) -> Self {
        let Members {
            version,
            mut ids,
            blocking,
            is_plain,
        } = members;
        ids.sort_unstable();
        Self {
            version,
            is_plain,
            blocking,
            audience: Audience::from(ids),
        }
    }
}

/// Keeps lists of members, each with its version.
///
/// Nothing has to be invalidated: which list is the right one is compared with every message, under the conversation's
/// lock, and comes with the answer if it is another one. So an old one is never used, whichever server changed it.
#[derive(Clone)]
pub(crate) struct Audiences(Cache<ConversationId, Kept>);

impl Audiences {
    pub(crate) fn new() -> Self {
        let weight =
            |_: &ConversationId, kept: &Kept| u32::try_from(kept.audience.len()).unwrap_or(u32::MAX).max(1);
        Self(
            Cache::builder()
                .max_capacity(MOST_MEMBERS)
                .weigher(weight)
                .build(),
        )
    }

    /// The lists at hand of these conversations.
    pub(crate) async fn at_hand(
        &self,
        conversations: impl Iterator<Item = ConversationId>,
    ) -> HashMap<ConversationId, Kept> {
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

    /// Keeps the members of a conversation.
    pub(crate) async fn keep(&self, id: ConversationId, members: Kept) {
        self.0.insert(id, members).await;
    }
}

//! Who hears of what happens in a conversation.

use std::collections::HashMap;
use std::sync::Arc;

use damso_domain::{ConversationId, Rev, UserId};
use damso_repository as repository;
use damso_repository::{Connection, RepositoryResult};
use moka::future::Cache;

/// The members of a conversation, for the hub.
pub(crate) type Audience = Arc<[UserId]>;

/// How many members are kept, in all lists together: 16 bytes each.
const MOST_MEMBERS: u64 = 1_000_000;

/// Keeps lists of members, each with the change that made it.
///
/// Nothing has to be invalidated: which list is the right one is read with every message, under the
/// conversation's lock, so that an old one is never used, whichever server changed it.
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

    /// The members of each conversation as they have been since its change. The transaction holds the locks.
    pub(crate) async fn load(
        &self,
        conn: &mut Connection,
        wanted: &HashMap<ConversationId, Rev>,
    ) -> RepositoryResult<HashMap<ConversationId, Audience>> {
        let mut found = HashMap::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for (id, rev) in wanted {
            let is_current = |kept_rev: Rev| kept_rev == *rev;
            #[cfg(feature = "planted-bugs")]
            let is_current = |kept_rev: Rev| {
                is_current(kept_rev) || crate::planted::is_chosen(crate::planted::Bug::StaleMembership)
            };
            match self.0.get(id).await {
                Some((kept_rev, audience)) if is_current(kept_rev) => drop(found.insert(*id, audience)),
                _ => missing.push(*id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let mut lists: HashMap<ConversationId, Vec<UserId>> = HashMap::new();
        for (conversation, user) in repository::member::list_ids(conn, &missing).await? {
            lists.entry(conversation).or_default().push(user);
        }
        for id in missing {
            let audience: Audience = lists.remove(&id).unwrap_or_default().into();
            self.0.insert(id, (wanted[&id], audience.clone())).await;
            found.insert(id, audience);
        }
        Ok(found)
    }
}

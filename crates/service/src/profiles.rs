//! Profiles that were read lately, because every page of messages names the same few people.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use damso_domain::UserId;
use damso_protocol::User;
use damso_repository as repository;
use damso_repository::Connection;
use dashmap::DashMap;

use crate::{ServiceResult, view};

/// How many are kept, at some 300 bytes each. When there are more, all are forgotten.
const MOST: usize = 100_000;

/// Keeps profiles until they change.
#[derive(Clone, Default)]
pub(crate) struct Profiles(Arc<State>);

#[derive(Default)]
struct State {
    kept: DashMap<UserId, Kept>,
    /// Rises with each change of any profile.
    changes: AtomicU64,
}

/// A profile, and from whom a part of it is hidden, read together: neither is ever newer than the other.
#[derive(Clone)]
struct Kept {
    profile: User,
    hidden_from: Arc<[UserId]>,
}

impl Kept {
    fn seen_by(&self, viewer: UserId) -> User {
        let profile = self.profile.clone();
        if self.hidden_from.contains(&viewer) {
            view::without_what_is_hidden(profile)
        } else {
            profile
        }
    }
}

impl Profiles {
    /// These people, as `viewer` sees them now, in the order of their ids. Not for a snapshot, which sees what was.
    pub(crate) async fn load(
        &self,
        conn: &mut Connection,
        ids: BTreeSet<UserId>,
        viewer: UserId,
    ) -> ServiceResult<Vec<User>> {
        let mut found: Vec<User> = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.0.kept.get(&id) {
                Some(kept) => found.push(kept.seen_by(viewer)),
                None => missing.push(id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let changes = self.0.changes.load(Ordering::SeqCst);
        let read = repository::user::list(conn, &missing).await?;
        let read: Vec<Kept> = read
            .iter()
            .map(|user| Kept {
                profile: view::profile(user),
                hidden_from: user.hidden_from.as_slice().into(),
            })
            .collect();
        self.keep(&read, changes);
        found.extend(read.iter().map(|kept| kept.seen_by(viewer)));
        found.sort_unstable_by_key(|user| user.id);
        Ok(found)
    }

    /// Keeps what was read when so many changes had been noted.
    fn keep(&self, read: &[Kept], changes: u64) {
        if MOST <= self.0.kept.len() {
            self.0.kept.clear();
        }
        for user in read {
            self.0.kept.insert(user.profile.id, user.clone());
        }
        // A change that was noted while this was read, or kept, may be of one of them. What is noted after this
        // line takes away what was kept before it.
        if self.0.changes.load(Ordering::SeqCst) != changes {
            for user in read {
                self.0.kept.remove(&user.profile.id);
            }
        }
    }

    /// This profile has changed. Called after the commit and before anybody is told.
    pub(crate) fn forget(&self, id: UserId) {
        self.0.changes.fetch_add(1, Ordering::SeqCst);
        self.0.kept.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: UserId, version: i64) -> Kept {
        let profile = User {
            id,
            handle: None,
            display_name: String::new(),
            status_message: String::new(),
            avatar: None,
            version,
            is_deleted: false,
        };
        Kept {
            profile,
            hidden_from: Arc::default(),
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (profiles, id) = (Profiles::default(), UserId::new());
        let changes = profiles.0.changes.load(Ordering::SeqCst);
        profiles.keep(&[user(id, 1)], changes);
        assert!(profiles.0.kept.contains_key(&id));
        profiles.forget(id);
        assert!(!profiles.0.kept.contains_key(&id));
        // Read before the change, kept after it.
        profiles.keep(&[user(id, 1)], changes);
        assert!(!profiles.0.kept.contains_key(&id));
        profiles.keep(&[user(id, 2)], changes + 1);
        assert_eq!(profiles.0.kept.get(&id).unwrap().profile.version, 2);
    }
}

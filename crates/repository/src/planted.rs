//! Bugs on purpose: the fault checker and the property tests have to find each of them, or they are worth nothing.
//!
//! Compiled only with the feature `planted-bugs`, which no build that is served has. One of them at most is at
//! work, chosen once for the whole process; that is why there is a global here and nowhere else. Each has one place
//! in the code, marked with the feature.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};
use std::time::Duration;

use damso_domain::{Rev, Timestamp};
use diesel_async::SimpleAsyncConnection;

use crate::{Connection, RepositoryResult};

/// How long a planted bug keeps the window open in which it does harm. Found without it too, but not in seconds.
pub(crate) const WINDOW: Duration = Duration::from_millis(40);

/// A mistake that a messenger could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A message is answered before it is committed.
    AcknowledgeBeforeCommit = 1,
    /// A deletion does not stamp the message with its `rev`: neither the event nor a sync brings it to anybody.
    DroppedAnnouncement,
    /// A key that was used before the last start is not recognised.
    DuplicateAfterRestart,
    /// The list of members, once loaded, is used for ever.
    StaleMembership,
    /// A change reads its conversation without waiting for the lock.
    ReadBeforeLock,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AcknowledgeBeforeCommit,
        Self::DroppedAnnouncement,
        Self::DuplicateAfterRestart,
        Self::StaleMembership,
        Self::ReadBeforeLock,
    ];

    /// As it is spelled in the environment.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcknowledgeBeforeCommit => "acknowledge-before-commit",
            Self::DroppedAnnouncement => "dropped-announcement",
            Self::DuplicateAfterRestart => "duplicate-after-restart",
            Self::StaleMembership => "stale-membership",
            Self::ReadBeforeLock => "read-before-lock",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bug| bug.name() == name)
    }
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);
static CHOSEN_AT_MILLIS: AtomicI64 = AtomicI64::new(0);
static HAS_FORGOTTEN_KEYS: AtomicBool = AtomicBool::new(false);

/// Puts a bug to work, or none. Choosing [`Bug::DuplicateAfterRestart`] again is a restart.
pub fn choose(bug: Option<Bug>) {
    CHOSEN_AT_MILLIS.store(Timestamp::now().as_millis(), Ordering::SeqCst);
    HAS_FORGOTTEN_KEYS.store(false, Ordering::SeqCst);
    CHOSEN.store(bug.map_or(0, |bug| bug as u8), Ordering::SeqCst);
}

/// Whether this one is at work.
pub fn is_chosen(bug: Bug) -> bool {
    CHOSEN.load(Ordering::SeqCst) == bug as u8
}

tokio::task_local! {
    static IS_EARLY: bool;
}

/// Makes the transaction of `work` answer before it is committed.
pub async fn answered_early<T>(work: impl Future<Output = T>) -> T {
    IS_EARLY
        .scope(is_chosen(Bug::AcknowledgeBeforeCommit), work)
        .await
}

/// Whether the transaction that is about to begin is one of those.
pub(crate) fn is_answered_early() -> bool {
    IS_EARLY.try_with(|is_early| *is_early).unwrap_or(false)
}

/// The change that a deletion stamps its message with.
pub fn stamp_of_deletion(taken: Rev, message: Rev) -> Rev {
    if is_chosen(Bug::DroppedAnnouncement) {
        message
    } else {
        taken
    }
}

/// Makes the functions that store messages forget which keys they knew before the start, if that is the bug.
pub(crate) async fn before_storing(conn: &mut Connection) -> RepositoryResult<()> {
    if !is_chosen(Bug::DuplicateAfterRestart) || HAS_FORGOTTEN_KEYS.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    let since = format!(
        "k.client_key = i.client_key AND k.created_at >= to_timestamp({} / 1000.0)",
        CHOSEN_AT_MILLIS.load(Ordering::SeqCst)
    );
    // The functions alone, without what is done before them.
    let migration = include_str!("../../../migrations/2026-11-26-000007_store_plain/up.sql");
    let (_, functions) = migration.split_once("CREATE FUNCTION").unwrap_or_default();
    let forgetful = format!("CREATE FUNCTION{functions}")
        .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        .replace("k.client_key = i.client_key", &since);
    conn.batch_execute("DROP INDEX IF EXISTS messages_by_key").await?;
    Ok(conn.batch_execute(&forgetful).await?)
}

#[cfg(test)]
mod tests {
    use super::Bug;

    #[test]
    fn every_bug_is_found_by_its_name() {
        for bug in Bug::ALL {
            assert_eq!(Bug::from_name(bug.name()), Some(bug));
        }
        assert_eq!(Bug::from_name(""), None);
    }
}

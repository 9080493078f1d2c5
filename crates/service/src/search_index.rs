//! Writing what messages are searched by, beside everything else the server does.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use damso_domain::ConversationId;
use damso_repository as repository;
use damso_repository::{Connection, Database};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sending::SendQueue;
use crate::{ServiceError, ServiceResult};

/// The most conversations of one batch.
const CONVERSATIONS: usize = 64;
/// The most messages of one batch, if it is of one conversation; of many at least [`FEWEST`] of each.
const MESSAGES: usize = 512;
const FEWEST: usize = 8;
/// How many conversations are looked for at once.
const STEP: i64 = 1_000;
/// How often all conversations are looked through. Nothing depends on it but how soon something is found whose commit
/// was never answered.
const LOOK_THROUGH: Duration = Duration::from_mins(10);
/// More waiting messages than these go first.
const BUSY: usize = 32;
/// How long is waited then, and how often before a batch is written all the same.
const PAUSE: Duration = Duration::from_millis(100);
const MOST_PAUSES: usize = 20;
/// How long nothing must have been written before the index is tidied up.
const QUIET: Duration = Duration::from_secs(1);
/// How long is waited after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Conversations in which something was written lately. Only a hint: which ones are behind stands in the database.
#[derive(Clone, Default)]
pub(crate) struct Unindexed(Arc<Hints>);

#[derive(Default)]
struct Hints {
    conversations: Mutex<HashSet<ConversationId>>,
    noted: Notify,
}

impl Unindexed {
    /// After the commit. Waits for nobody.
    pub(crate) fn note(&self, conversation: ConversationId) {
        self.lock().insert(conversation);
        self.0.noted.notify_one();
    }

    fn take(&self) -> Vec<ConversationId> {
        let mut noted = self.lock();
        let taken: Vec<_> = noted.iter().take(CONVERSATIONS).copied().collect();
        for id in &taken {
            noted.remove(id);
        }
        taken
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<ConversationId>> {
        // What is inside is whole between any two calls.
        self.0
            .conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what has changed in conversations since it was there last, and writes the keys of it.
///
/// Where it is in each conversation is written in the transaction that writes the keys. Changes are numbered in the order
/// of their commits, so that what it has passed is complete; nothing else is needed after a crash, for a database that
/// is older than the index, or for a server that was never told of a commit.
#[derive(Clone)]
pub struct Indexer {
    database: Database,
    unindexed: Unindexed,
    queue: SendQueue,
}

impl Indexer {
    pub(crate) fn new(database: Database, unindexed: Unindexed, queue: SendQueue) -> Self {
        Self {
            database,
            unindexed,
            queue,
        }
    }

    /// Runs until its task is aborted.
    pub async fn run(self) {
        loop {
            let next = Instant::now() + LOOK_THROUGH;
            if let Err(error) = self.look_through().await {
                tracing::warn!(%error, "Messages cannot be made searchable at the moment");
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                continue;
            }
            if let Err(error) = self.follow_until(next).await {
                tracing::warn!(%error, "Messages cannot be made searchable at the moment");
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }

    /// Works off hints as they come, and tidies up when none come for a while.
    async fn follow_until(&self, end: Instant) -> ServiceResult<()> {
        let mut is_tidy = false;
        while Instant::now() < end {
            let look = if is_tidy {
                end
            } else {
                end.min(Instant::now() + QUIET)
            };
            match tokio::time::timeout_at(look, self.unindexed.0.noted.notified()).await {
                Ok(()) => {
                    self.follow().await?;
                    is_tidy = false;
                }
                Err(_) if is_tidy => break,
                Err(_) => {
                    self.tidy().await?;
                    is_tidy = true;
                }
            }
        }
        Ok(())
    }

    /// Brings the index up to date, and returns when nothing is behind.
    pub async fn look_through(&self) -> ServiceResult<()> {
        let mut after = None;
        loop {
            let behind = self
                .database
                .run(async move |conn: &mut Connection| {
                    repository::search_index::list_behind(conn, after, STEP).await
                })
                .await?;
            let Some(last) = behind.last() else {
                return self.follow().await;
            };
            after = Some(*last);
            for conversations in behind.chunks(CONVERSATIONS) {
                self.index(conversations.to_vec()).await?;
                // Whoever has just written does not wait for all of a history.
                self.follow().await?;
            }
        }
    }

    /// Works off the hints.
    async fn follow(&self) -> ServiceResult<()> {
        loop {
            let conversations = self.unindexed.take();
            if conversations.is_empty() {
                return Ok(());
            }
            self.index(conversations).await?;
        }
    }

    /// One batch of these conversations. What is left of them is noted again.
    async fn index(&self, conversations: Vec<ConversationId>) -> ServiceResult<()> {
        for _ in 0..MOST_PAUSES {
            if self.queue.waiting() <= BUSY {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let each = (MESSAGES / conversations.len().max(1)).max(FEWEST);
        let each = i64::try_from(each).unwrap_or(i64::MAX);
        let asked = conversations.clone();
        let indexed = self.write(asked, each).await;
        let left = match &indexed {
            Ok(left) => left,
            Err(_) => &conversations,
        };
        left.iter().for_each(|id| self.unindexed.note(*id));
        indexed.map(|_| ())
    }

    /// Returns those that have more.
    async fn write(&self, ids: Vec<ConversationId>, each: i64) -> ServiceResult<Vec<ConversationId>> {
        let known = ids.clone();
        self.database
            .run(async move |conn: &mut Connection| {
                repository::search_index::insert_progress(conn, &known).await
            })
            .await?;
        self.database
            .transaction(async move |conn: &mut Connection| {
                repository::search_index::begin(conn).await?;
                let since = repository::search_index::lock_progress(conn, &ids).await?;
                let mut left = ids;
                left.retain(|id| since.iter().all(|locked| locked.conversation_id != *id));
                let changes = repository::search_index::list_changes(conn, &since, each).await?;
                left.extend(&changes.unfinished);
                repository::search_index::write(conn, changes).await?;
                Ok::<_, ServiceError>(left)
            })
            .await
    }

    async fn tidy(&self) -> ServiceResult<()> {
        Ok(self
            .database
            .run(async |conn: &mut Connection| repository::search_index::tidy(conn).await)
            .await?)
    }
}

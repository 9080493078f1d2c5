//! Side lanes: what waits for conversations that somebody else has locked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use damso_domain::ConversationId;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Letter, MOST_IN_BATCH, join_equal_letters};

/// How many conversations that somebody else has locked are waited for at once. Each wait holds a connection.
const MOST_LANES_AT_WORK: usize = 4;

/// Conversations that somebody else has locked, with what waits for each. Later messages to them wait as well,
/// so that nobody is overtaken.
pub(super) struct Lanes {
    waiting: Mutex<HashMap<ConversationId, Vec<Letter>>>,
    at_work: Semaphore,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            at_work: Semaphore::new(MOST_LANES_AT_WORK),
        }
    }

    /// Begins to work off a lane that is new.
    pub(super) const fn enter(&self, id: ConversationId) -> Lane<'_> {
        Lane {
            lanes: self,
            id,
            is_open: true,
        }
    }

    /// Waits until a batch of a lane may begin; `None` never comes while the lanes exist.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.at_work.acquire().await.ok()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<ConversationId, Vec<Letter>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts into its lane what has one, and returns the rest.
    pub(super) fn keep_waiting(&self, letters: Vec<Letter>) -> Vec<Letter> {
        let mut waiting = self.waiting();
        let mut rest = Vec::with_capacity(letters.len());
        for letter in letters {
            match waiting.get_mut(&letter.message.conversation_id) {
                Some(lane) => lane.push(letter),
                None => rest.push(letter),
            }
        }
        rest
    }

    /// Puts letters into lanes and returns those lanes that are new.
    pub(super) fn add(&self, letters: Vec<Letter>) -> Vec<ConversationId> {
        let mut waiting = self.waiting();
        let mut new = Vec::new();
        for letter in letters {
            match waiting.entry(letter.message.conversation_id) {
                Entry::Occupied(mut lane) => lane.get_mut().push(letter),
                Entry::Vacant(place) => {
                    new.push(*place.key());
                    place.insert(vec![letter]);
                }
            }
        }
        new
    }
}

/// The lane of one conversation, while somebody works it off.
pub(super) struct Lane<'a> {
    lanes: &'a Lanes,
    id: ConversationId,
    is_open: bool,
}

impl Lane<'_> {
    /// What waits, at most one batch of it; `None` once nothing does: the lane is closed then.
    pub(super) fn take(&mut self) -> Option<Vec<Letter>> {
        let mut waiting = self.lanes.waiting();
        let lane = waiting.get_mut(&self.id)?;
        if lane.is_empty() {
            waiting.remove(&self.id);
            self.is_open = false;
            return None;
        }
        let rest = lane.split_off(lane.len().min(MOST_IN_BATCH));
        Some(join_equal_letters(std::mem::replace(lane, rest)))
    }
}

/// Closes a lane that a panic left open, which would be waited in for ever. One that was closed in order is not
/// touched: the next of the same conversation may be open already.
impl Drop for Lane<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.lanes.waiting().remove(&self.id);
        }
    }
}

//! Whose presence friends have to be told anew, and who has to be told everything.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use damso_domain::UserId;
use tokio::sync::Notify;

/// Gathered until somebody takes it, so that who comes and goes ten times in a second is told once.
#[derive(Default)]
pub(super) struct News {
    waiting: Mutex<PresenceNews>,
    arrived: Notify,
}

/// What friends have to be told.
#[derive(Debug, Default)]
pub(crate) struct PresenceNews {
    /// Came or went; perhaps both, then there is nothing to tell.
    pub(crate) moved: HashSet<UserId>,
    /// Say something else about being here, or let others see otherwise.
    pub(crate) changed: HashSet<UserId>,
    /// Have just come and know nothing of their friends yet.
    pub(crate) newcomers: HashSet<UserId>,
    /// Who is not shown any more whether somebody is here: the viewer, and the other one.
    pub(crate) parted: HashSet<(UserId, UserId)>,
}

impl PresenceNews {
    fn is_empty(&self) -> bool {
        self.moved.is_empty()
            && self.changed.is_empty()
            && self.newcomers.is_empty()
            && self.parted.is_empty()
    }
}

impl News {
    pub(super) fn add(&self, add: impl FnOnce(&mut PresenceNews)) {
        add(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.arrived.notify_one();
    }

    /// Takes up to `most` of each kind.
    pub(super) fn take(&self, most: usize) -> PresenceNews {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = PresenceNews {
            moved: take_some(&mut waiting.moved, most),
            changed: take_some(&mut waiting.changed, most),
            newcomers: take_some(&mut waiting.newcomers, most),
            parted: take_some(&mut waiting.parted, most),
        };
        if !waiting.is_empty() {
            self.arrived.notify_one();
        }
        taken
    }

    /// Waits until there may be some. Cancel-safe.
    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }
}

fn take_some<T: Copy + Eq + Hash>(from: &mut HashSet<T>, most: usize) -> HashSet<T> {
    if from.len() <= most {
        return std::mem::take(from);
    }
    let taken: HashSet<T> = from.iter().take(most).copied().collect();
    from.retain(|id| !taken.contains(id));
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_too_much_at_once_comes_next() {
        let news = News::default();
        news.add(|news| news.moved.extend((0..5).map(|_| UserId::new())));
        let mut sizes = Vec::new();
        for _ in 0..3 {
            news.arrived().await;
            sizes.push(news.take(2).moved.len());
        }
        assert_eq!(sizes, [2, 2, 1]);
        assert!(news.take(2).is_empty());
    }
}

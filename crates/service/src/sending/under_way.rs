//! The batches that are under way.

use std::collections::{HashMap, HashSet};

use damso_domain::ConversationId;
use tokio::task::{self, JoinError, JoinSet};

use super::Waiting;

/// The most batches under way: one that is being stored, and one that is being told and answered.
const MOST_BATCHES: usize = 2;

/// The batches under way. What one of them has of a conversation is told before the next of that conversation is
/// stored: no two have the same.
#[derive(Default)]
pub(super) struct UnderWay {
    tasks: JoinSet<()>,
    conversations: HashMap<task::Id, HashSet<ConversationId>>,
}

impl UnderWay {
    /// Starts a batch, in a task of its own, so that a panic ends it and not all that follow.
    pub(super) fn start(
        &mut self,
        conversations: HashSet<ConversationId>,
        batch: impl Future<Output = ()> + Send + 'static,
    ) {
        let task = self.tasks.spawn(batch);
        self.conversations.insert(task.id(), conversations);
    }

    /// Waits until another batch may begin.
    pub(super) async fn make_room(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.forget(ended);
        }
        while MOST_BATCHES <= self.tasks.len() {
            self.wait().await;
        }
    }

    /// Waits until one of them is over.
    pub(super) async fn wait(&mut self) {
        if let Some(ended) = self.tasks.join_next_with_id().await {
            self.forget(ended);
        }
    }

    fn forget(&mut self, ended: Result<(task::Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!(%error, "A batch of messages broke off");
                error.id()
            }
        };
        self.conversations.remove(&id);
    }

    /// Those whose conversation is in a batch that is under way, and the others; both in order.
    pub(super) fn divide(&self, gathered: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
        gathered.into_iter().partition(|waiting| {
            let conversation = &waiting.message.conversation_id;
            self.conversations
                .values()
                .any(|taken| taken.contains(conversation))
        })
    }
}

#[cfg(test)]
mod tests {
    use damso_domain::{ClientKey, MessageId, Timestamp, UserId};
    use damso_repository::send::QueuedMessage;
    use tokio::sync::oneshot;

    use super::*;

    fn letter(conversation_id: ConversationId, text: &str) -> Waiting {
        let message = QueuedMessage {
            conversation_id,
            author_id: UserId::new(),
            client_key: ClientKey::new(),
            id: MessageId::new(),
            text: text.to_owned(),
            created_at: Timestamp::now(),
        };
        Waiting {
            message,
            reply: oneshot::channel().0,
        }
    }

    fn texts(letters: Vec<Waiting>) -> Vec<String> {
        letters.into_iter().map(|letter| letter.message.text).collect()
    }

    #[tokio::test]
    async fn what_is_under_way_blocks_its_conversations_until_it_ends_or_breaks_off() {
        let (taken, free) = (ConversationId::new(), ConversationId::new());
        for breaks_off in [false, true] {
            let mut under_way = UnderWay::default();
            let (end, ended) = oneshot::channel::<()>();
            under_way.start(HashSet::from([taken]), async move {
                let _ = ended.await;
                assert!(!breaks_off, "a batch breaks off");
            });
            let gathered = vec![
                letter(taken, "first"),
                letter(free, "passes"),
                letter(taken, "second"),
            ];
            let (blocked, passing) = under_way.divide(gathered);
            assert_eq!(texts(passing), ["passes"]);

            end.send(()).unwrap();
            under_way.wait().await;
            let (still_blocked, passing) = under_way.divide(blocked);
            assert!(still_blocked.is_empty());
            assert_eq!(texts(passing), ["first", "second"]);
        }
    }
}

//! Polls, and votes in them.

use std::rc::Rc;
use std::time::Duration;

use damso_domain::{ConversationId, Seq};
use damso_protocol::{CreatePollRequest, PollVote};

use super::ChatStore;
use super::core::{Core, Part};
use crate::api::ApiError;

/// How long the events of a vote are waited for that the server has acknowledged. Then what is known is drawn again.
const EVENT_PATIENCE: Duration = Duration::from_secs(5);

impl Core {
    /// Asks for what I want until the server has said so to what I want last.
    async fn send_vote(self: &Rc<Self>, id: ConversationId, seq: Seq) -> Result<(), ApiError> {
        let wanted = || self.peek(|model| model.voting.wanted(id, seq).map(<[i64]>::to_vec));
        while let Some(options) = wanted() {
            let message = match self.api.vote(id, seq, &options).await {
                Ok(message) => message,
                Err(error) => {
                    self.change(&[Part::Timelines], |model| model.voting.forget(id, seq));
                    return Err(error);
                }
            };
            let is_last = wanted() == Some(options);
            if is_last {
                self.change(&[], |model| model.voting.answered(id, seq));
            }
            self.take(|model| model.take_poll(message));
            if is_last {
                break;
            }
        }
        self.later(EVENT_PATIENCE, move |core| {
            core.change(&[Part::Timelines], |model| model.voting.forget_answered(id, seq));
        });
        Ok(())
    }
}

impl ChatStore {
    /// Asks the members of a group to choose.
    pub async fn create_poll(self, id: ConversationId, request: &CreatePollRequest) -> Result<(), ApiError> {
        let core = self.core();
        let made = core.api.create_poll(id, request).await?;
        core.take(|model| model.take_sent(made));
        Ok(())
    }

    /// Chooses an option or takes that back, in place of the others where only one can be chosen; shown at once. What the
    /// server refuses is not shown any more.
    pub async fn choose(
        self,
        id: ConversationId,
        seq: Seq,
        option: i64,
        is_multiple: bool,
    ) -> Result<(), ApiError> {
        let mine = self.core().peek(|model| model.my_vote(id, seq));
        let was_chosen = mine.contains(&option);
        let mut options: Vec<i64> = mine
            .into_iter()
            .filter(|mine| is_multiple && *mine != option)
            .collect();
        if !was_chosen || !is_multiple {
            options.push(option);
            options.sort_unstable();
        }
        self.vote(id, seq, options).await
    }

    /// Votes like this, or takes it back where nothing is chosen.
    pub async fn vote(self, id: ConversationId, seq: Seq, options: Vec<i64>) -> Result<(), ApiError> {
        let core = self.core();
        let asks = core.change(&[Part::Timelines], |model| model.voting.want(id, seq, options));
        if asks {
            core.send_vote(id, seq).await
        } else {
            Ok(())
        }
    }

    /// Lets nobody vote any more.
    pub async fn close_poll(self, id: ConversationId, seq: Seq) -> Result<(), ApiError> {
        let core = self.core();
        let closed = core.api.close_poll(id, seq).await?;
        core.take(|model| model.take_poll(closed));
        Ok(())
    }

    /// Those who voted in an open poll, and for what.
    pub async fn poll_votes(self, id: ConversationId, seq: Seq) -> Result<Vec<PollVote>, ApiError> {
        let core = self.core();
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = core.api.poll_votes(id, seq, cursor.as_deref()).await?;
            core.change(&[Part::People], |model| model.people.learn_all(page.users));
            found.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }
}

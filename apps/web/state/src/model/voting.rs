//! Votes of mine.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{ChangedPollVote, Message};

use super::Model;
use crate::{Effects, polls};

impl Model {
    /// I have voted, here or on another device. The poll that everybody is told of comes by another stream.
    pub(super) fn hear_of_vote(&mut self, vote: ChangedPollVote, effects: &mut Effects) {
        effects.timelines = true;
        let (id, seq) = (vote.conversation_id, vote.seq);
        self.voting.learn((id, seq), vote.rev, vote.options);
        if let Some(timeline) = self.timelines.get_mut(&id) {
            timeline.correct_votes(&self.voting);
        }
        self.settle_vote(id, seq);
    }

    /// Takes over what the server answered to a vote of mine, or to closing a poll. Its events come as well, earlier or
    /// later.
    pub fn take_poll(&mut self, message: Message) -> Effects {
        let (id, seq) = (message.conversation_id, message.seq);
        let effects = self.take_edited(message);
        if let Some(timeline) = self.timelines.get_mut(&id) {
            timeline.correct_votes(&self.voting);
        }
        self.settle_vote(id, seq);
        effects
    }

    /// How I vote in a poll that is loaded, or am about to.
    pub fn my_vote(&self, id: ConversationId, seq: Seq) -> Vec<i64> {
        let known = || self.copy_of(id, seq).map(polls::my_options).unwrap_or_default();
        self.voting.wanted(id, seq).unwrap_or_else(known).to_vec()
    }

    /// A newer copy of a poll may say itself what I wanted.
    pub(super) fn settle_vote(&mut self, id: ConversationId, seq: Seq) {
        if let Some(message) = self.copy_of(id, seq).cloned() {
            self.voting.settle(&message);
        }
    }
}

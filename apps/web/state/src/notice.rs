//! Which messages somebody is told of who is looking elsewhere.

use damso_domain::Timestamp;

use crate::{Arrival, Model};

impl Model {
    /// Of these, the last one of each conversation where something is still unread. Of a muted one only what mentions me.
    pub fn worth_telling(&self, arrivals: &[Arrival], now: Timestamp) -> Vec<Arrival> {
        let mut told: Vec<Arrival> = Vec::new();
        for arrival in arrivals
            .iter()
            .filter(|arrival| self.is_worth_telling(arrival, now))
        {
            told.retain(|earlier| earlier.conversation_id != arrival.conversation_id);
            told.push(*arrival);
        }
        told
    }

    fn is_worth_telling(&self, arrival: &Arrival, now: Timestamp) -> bool {
        self.chats.get(arrival.conversation_id).is_some_and(|chat| {
            let is_read = arrival.seq <= chat.conversation.membership.read_seq;
            // It may have been deleted meanwhile.
            let is_loud = !chat.is_muted(now) || (arrival.mentions_me && 0 < chat.conversation.mention_count);
            !arrival.is_silent && !is_read && 0 < chat.conversation.unread_count && is_loud
        })
    }
}

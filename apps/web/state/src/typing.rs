//! Who is typing where, for a few seconds.

use std::collections::HashMap;

use damso_domain::{ConversationId, UserId};

/// Who is typing where. Nothing of it is stored anywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typing {
    until_millis: HashMap<ConversationId, Vec<(UserId, f64)>>,
}

impl Typing {
    /// How long a command is shown unless it is repeated; clients repeat it every three seconds.
    pub const LASTS_MILLIS: f64 = 5_000.0;

    /// Somebody typed just now.
    pub fn start(&mut self, conversation: ConversationId, user: UserId, now_millis: f64) {
        let entries = self.until_millis.entry(conversation).or_default();
        entries.retain(|(known, _)| *known != user);
        entries.push((user, now_millis + Self::LASTS_MILLIS));
    }

    /// Somebody sent what they typed, or left. Says whether they had been shown.
    pub fn stop(&mut self, conversation: ConversationId, user: UserId) -> bool {
        let Some(entries) = self.until_millis.get_mut(&conversation) else {
            return false;
        };
        let before = entries.len();
        entries.retain(|(known, _)| *known != user);
        entries.len() != before
    }

    /// Forgets those who have stopped. Says whether anybody had.
    pub fn expire(&mut self, now_millis: f64) -> bool {
        let mut has_changed = false;
        self.until_millis.retain(|_, entries| {
            let before = entries.len();
            entries.retain(|(_, until)| now_millis < *until);
            has_changed |= entries.len() != before;
            !entries.is_empty()
        });
        has_changed
    }

    /// Whether anybody is shown anywhere.
    pub fn is_empty(&self) -> bool {
        self.until_millis.is_empty()
    }

    /// Who types here, in the order they began.
    pub fn users(&self, conversation: ConversationId) -> Vec<UserId> {
        self.until_millis
            .get(&conversation)
            .into_iter()
            .flatten()
            .map(|(user, _)| *user)
            .collect()
    }
}

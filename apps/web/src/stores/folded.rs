//! Which notices were folded away in this browser.

use damso_domain::{ConversationId, Seq, UserId};

use super::{ChatStore, storage};

impl ChatStore {
    /// The notice of a conversation that was folded away.
    pub fn folded_notice(self, id: ConversationId) -> Option<Seq> {
        let seq = storage::get(&key(self.me(), id))?;
        seq.parse().ok().map(Seq::new)
    }

    /// Folds a notice away, or shows it again.
    pub fn fold_notice(self, id: ConversationId, folded: Option<Seq>) {
        let seq = folded.map(|seq| seq.to_string());
        storage::set(&key(self.me(), id), seq.as_deref());
    }
}

fn key(me: UserId, id: ConversationId) -> String {
    storage::key_of(me, &format!("folded.{id}"))
}

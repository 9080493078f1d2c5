//! What a device keeps of its conversations, as the contract of `/sync` and the socket demands.
//!
//! Facts are applied in the order of `rev`; what comes too early waits; of two copies of a message the larger
//! `rev` wins; what is outside the loaded range inserts nothing. Here is no I/O: what has to be loaded is said.

use std::collections::{BTreeMap, BTreeSet};

use damso_domain::{ConversationId, MessageId, Rev, Seq, UserId};
use damso_protocol::{
    Conversation, ConversationChanges, Message, ServerEvent, SyncPosition, SyncRequest, SyncResponse,
};

use super::history::{CopyAtEnd, Line};

/// The most that wait for a gap to be filled; a sync brings them anyhow.
const MOST_EARLY: usize = 1_000;

/// In which order the messages of a conversation came onto a screen.
pub type Screen = Vec<(i64, MessageId)>;

/// One conversation.
#[derive(Debug, Default)]
pub struct Copy {
    rev: i64,
    from: i64,
    read_seq: i64,
    lines: BTreeMap<i64, Line>,
    early: BTreeMap<i64, ServerEvent>,
    was_shown: BTreeSet<i64>,
}

/// Everything a device keeps.
#[derive(Debug)]
pub struct Shelf {
    user: UserId,
    user_rev: i64,
    early: BTreeMap<i64, ServerEvent>,
    copies: BTreeMap<ConversationId, Copy>,
    shown: BTreeMap<ConversationId, Screen>,
    left: Vec<(ConversationId, Screen)>,
}

/// What a device has to do about what it was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Todo {
    /// Load these conversations anew.
    pub load: BTreeSet<ConversationId>,
    /// Sync soon, unless the gap is filled before.
    pub has_gap: bool,
}

impl Shelf {
    /// An empty one, of somebody whose own stream is at `user_rev`.
    pub const fn new(user: UserId, user_rev: Rev) -> Self {
        Self {
            user,
            user_rev: user_rev.as_i64(),
            early: BTreeMap::new(),
            copies: BTreeMap::new(),
            shown: BTreeMap::new(),
            left: Vec::new(),
        }
    }

    /// Where it stands, for `/sync`.
    pub fn position(&self) -> SyncRequest {
        let position = |(id, copy): (&ConversationId, &Copy)| SyncPosition {
            id: *id,
            rev: Rev::new(copy.rev),
            read_seq: Seq::new(copy.read_seq),
        };
        SyncRequest {
            user_rev: Rev::new(self.user_rev),
            profiles_since: None,
            conversations: self.copies.iter().map(position).collect(),
        }
    }

    /// From which number on a conversation has to be loaded, so that no copy shrinks.
    pub fn loaded_from(&self, id: ConversationId) -> Option<i64> {
        self.copies.get(&id).map(|copy| copy.from)
    }

    /// Takes a conversation that was just loaded: its newest messages, none missing from `from` on. The
    /// conversation has to have been asked for before the messages.
    pub fn take_loaded(&mut self, conversation: &Conversation, from: i64, messages: &[Message]) {
        let copy = self.copies.entry(conversation.id).or_default();
        copy.rev = conversation.rev.as_i64();
        copy.read_seq = copy.read_seq.max(conversation.membership.read_seq.as_i64());
        copy.from = from;
        copy.lines.clear();
        copy.early.retain(|rev, _| copy.rev < *rev);
        let shown = self.shown.entry(conversation.id).or_default();
        for message in messages {
            copy.take_line(Line::from(message), shown);
        }
        copy.apply_next(shown);
    }

    /// It is not there any more. When it comes back it is on a new screen.
    pub fn forget(&mut self, id: ConversationId) {
        self.copies.remove(&id);
        if let Some(screen) = self.shown.remove(&id) {
            self.left.push((id, screen));
        }
    }

    /// Takes an event.
    pub fn take_event(&mut self, event: ServerEvent) -> Todo {
        let mut todo = Todo::default();
        if let Some(rev) = event.user_rev() {
            self.early.insert(rev.as_i64(), event);
            self.apply_own(&mut todo);
        } else if let Some((id, rev)) = event.conversation_rev() {
            if let Some(copy) = self.copies.get_mut(&id) {
                copy.early.insert(rev.as_i64(), event);
                let shown = self.shown.entry(id).or_default();
                copy.apply_next(shown);
            }
        } else if let ServerEvent::UnreadChanged(moved) = event
            && let Some(copy) = self.copies.get_mut(&moved.conversation_id)
        {
            copy.read_seq = copy.read_seq.max(moved.read_seq.as_i64());
        }
        todo.has_gap |= self.has_gap();
        todo
    }

    /// Whether something waits for what is missing.
    pub fn has_gap(&self) -> bool {
        !self.early.is_empty() || self.copies.values().any(|copy| !copy.early.is_empty())
    }

    fn apply_own(&mut self, todo: &mut Todo) {
        self.early.retain(|rev, _| self.user_rev < *rev);
        while let Some(event) = self.early.remove(&(self.user_rev + 1)) {
            self.user_rev += 1;
            match event {
                ServerEvent::ConversationJoined(joined) => {
                    self.forget(joined.conversation.id);
                    todo.load.insert(joined.conversation.id);
                }
                ServerEvent::ConversationLeft(left) => {
                    self.forget(left.conversation_id);
                    todo.load.remove(&left.conversation_id);
                }
                ServerEvent::MessageHidden(hidden) => {
                    if let Some(copy) = self.copies.get_mut(&hidden.conversation_id) {
                        copy.lines.remove(&hidden.seq.as_i64());
                    }
                }
                _ => (),
            }
        }
        while MOST_EARLY < self.early.len() {
            self.early.pop_last();
        }
    }

    /// Takes the answer of `/sync`.
    pub fn take_sync(&mut self, answer: &SyncResponse) -> Todo {
        let mut todo = Todo::default();
        for id in &answer.left {
            self.forget(*id);
        }
        for joined in &answer.joined {
            self.forget(joined.id);
            todo.load.insert(joined.id);
        }
        for changes in &answer.conversations {
            if let Some(copy) = self.copies.get_mut(&changes.id) {
                let shown = self.shown.entry(changes.id).or_default();
                copy.take_changes(changes, shown, &mut todo);
            }
        }
        for pointer in &answer.pointers {
            if let Some(copy) = self.copies.get_mut(&pointer.conversation_id) {
                copy.read_seq = copy.read_seq.max(pointer.read_seq.as_i64());
            }
        }
        for hidden in &answer.user_changes.hidden_messages {
            if let Some(copy) = self.copies.get_mut(&hidden.conversation_id) {
                copy.lines.remove(&hidden.seq.as_i64());
            }
        }
        self.user_rev = self.user_rev.max(answer.user_rev.as_i64());
        self.apply_own(&mut todo);
        todo.has_gap = self.has_gap();
        todo
    }

    /// In which order messages came onto its screens.
    pub fn screens(&self) -> Vec<(ConversationId, Screen)> {
        let current = self.shown.iter().map(|(id, screen)| (*id, screen.clone()));
        self.left.iter().cloned().chain(current).collect()
    }

    /// What it has in the end.
    pub fn at_end(&self) -> BTreeMap<ConversationId, CopyAtEnd> {
        let at_end = |copy: &Copy| CopyAtEnd {
            from: copy.from,
            rev: copy.rev,
            lines: copy.lines.values().cloned().collect(),
            read_seq: copy.read_seq,
            unread: count_unread(copy.lines.values(), self.user, copy.read_seq),
        };
        self.copies.iter().map(|(id, copy)| (*id, at_end(copy))).collect()
    }
}

/// Counts as the server promises to: of others, by people, not deleted, after the pointer.
pub fn count_unread<'a>(lines: impl Iterator<Item = &'a Line>, user: UserId, read_seq: i64) -> i64 {
    let counts =
        |line: &&Line| read_seq < line.seq && line.author != user && !line.is_system && !line.is_deleted;
    i64::try_from(lines.filter(counts).take(1_000).count()).unwrap_or(i64::MAX)
}

impl Copy {
    fn take_line(&mut self, line: Line, shown: &mut Screen) {
        if line.seq < self.from {
            return;
        }
        if self.was_shown.insert(line.seq) {
            shown.push((line.seq, line.id));
        }
        let known = self.lines.get(&line.seq);
        if known.is_none_or(|known| known.rev <= line.rev) {
            self.lines.insert(line.seq, line);
        }
    }

    fn apply_next(&mut self, shown: &mut Screen) {
        self.early.retain(|rev, _| self.rev < *rev);
        while let Some(event) = self.early.remove(&(self.rev + 1)) {
            self.rev += 1;
            self.apply(&event, shown);
        }
        while MOST_EARLY < self.early.len() {
            self.early.pop_last();
        }
    }

    fn apply(&mut self, event: &ServerEvent, shown: &mut Screen) {
        match event {
            ServerEvent::MessageCreated(created) | ServerEvent::MessageUpdated(created) => {
                self.take_line(Line::from(&created.message), shown);
            }
            ServerEvent::MessageDeleted(deleted) => {
                let line = self.lines.get_mut(&deleted.seq.as_i64());
                if let Some(line) = line.filter(|line| line.rev < deleted.rev.as_i64()) {
                    line.rev = deleted.rev.as_i64();
                    line.is_deleted = true;
                    line.text = None;
                }
            }
            ServerEvent::MessageWithheld(withheld) => {
                self.lines.remove(&withheld.seq.as_i64());
            }
            _ => (),
        }
    }

    fn take_changes(&mut self, changes: &ConversationChanges, shown: &mut Screen, todo: &mut Todo) {
        if changes.is_reset {
            todo.load.insert(changes.id);
            return;
        }
        if changes.rev.as_i64() <= self.rev {
            return;
        }
        let mut messages: Vec<&Message> = changes.messages.iter().collect();
        messages.sort_by_key(|message| message.seq);
        for message in messages {
            self.take_line(Line::from(message), shown);
        }
        for seq in &changes.withheld {
            self.lines.remove(&seq.as_i64());
        }
        self.rev = changes.rev.as_i64();
        self.apply_next(shown);
    }
}

#[cfg(test)]
mod tests {
    use damso_domain::{ClientKey, MessageKind, Timestamp};
    use damso_protocol::{MessageCreated, MessageDeleted};
    use serde_json::json;

    use super::*;

    fn message(id: ConversationId, seq: i64, rev: i64) -> Message {
        Message {
            id: MessageId::new(),
            conversation_id: id,
            seq: Seq::new(seq),
            rev: Rev::new(rev),
            client_key: ClientKey::new(),
            author_id: UserId::new(),
            kind: MessageKind::User,
            text: Some("text".to_owned()),
            attachments: Vec::new(),
            system: None,
            created_at: Timestamp::now(),
            deleted_at: None,
            edited_at: None,
            reactions: Vec::new(),
            my_reactions: None,
            reply_to: None,
            forwarded: false,
            mentions: Vec::new(),
            mentions_all: false,
            mention_spans: Vec::new(),
            is_silent: false,
            poll: None,
        }
    }

    fn created(id: ConversationId, seq: i64, rev: i64) -> ServerEvent {
        let message = message(id, seq, rev);
        ServerEvent::MessageCreated(MessageCreated { message })
    }

    fn conversation(id: ConversationId, rev: i64) -> Conversation {
        let conversation = json!({
            "id": id, "kind": "group", "name": null, "avatar": null, "history": "all", "rev": rev, "last_seq": 0,
            "member_count": 1, "members": [], "last_message": null, "notice": null, "unread_count": 0,
            "mention_count": 0, "created_at": Timestamp::now(),
            "membership": {
                "role": "member", "joined_seq": 0, "read_seq": 0, "is_pinned": false, "muted_until": null,
                "archived_seq": null, "is_archived": false, "is_marked_unread": false, "name_override": null,
            },
        });
        serde_json::from_value(conversation).unwrap()
    }

    fn shelf() -> (Shelf, ConversationId) {
        let id = ConversationId::new();
        let mut shelf = Shelf::new(UserId::new(), Rev::new(0));
        shelf.take_loaded(&conversation(id, 10), 1, &[message(id, 1, 10)]);
        (shelf, id)
    }

    fn seqs(shelf: &Shelf, id: ConversationId) -> Vec<i64> {
        shelf.at_end()[&id].lines.iter().map(|line| line.seq).collect()
    }

    #[test]
    fn facts_are_applied_in_order_once_and_never_again() {
        let (mut shelf, id) = shelf();
        assert!(shelf.take_event(created(id, 3, 12)).has_gap);
        assert_eq!(seqs(&shelf, id), [1]);
        assert!(!shelf.take_event(created(id, 2, 11)).has_gap);
        assert_eq!(seqs(&shelf, id), [1, 2, 3]);
        assert!(!shelf.take_event(created(id, 2, 11)).has_gap);
        let screen: Vec<i64> = shelf.screens()[0].1.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(screen, [1, 2, 3]);
        assert_eq!(shelf.at_end()[&id].unread, 3);
    }

    #[test]
    fn a_deletion_empties_what_is_there() {
        let (mut shelf, id) = shelf();
        shelf.take_event(ServerEvent::MessageDeleted(MessageDeleted {
            conversation_id: id,
            seq: Seq::new(1),
            rev: Rev::new(11),
            author_id: UserId::new(),
            deleted_at: Timestamp::now(),
        }));
        let copy = &shelf.at_end()[&id];
        assert!(copy.lines[0].is_deleted && copy.lines[0].text.is_none());
        assert_eq!((copy.lines[0].rev, copy.rev, copy.unread), (11, 11, 0));
    }

    #[test]
    fn what_is_before_the_loaded_range_is_left_out() {
        let (mut shelf, id) = shelf();
        shelf.take_loaded(&conversation(id, 20), 5, &[message(id, 5, 20)]);
        shelf.take_event(created(id, 4, 21));
        assert_eq!((seqs(&shelf, id), shelf.at_end()[&id].rev), (vec![5], 21));
    }

    #[test]
    fn who_comes_back_sees_a_new_screen() {
        let (mut shelf, id) = shelf();
        shelf.forget(id);
        shelf.take_loaded(&conversation(id, 20), 1, &[message(id, 1, 10)]);
        assert_eq!(shelf.screens().len(), 2);
    }
}

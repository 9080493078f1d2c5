//! The loaded stretch of one conversation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use damso_domain::{Rev, Seq, Timestamp, UserId};
use damso_protocol::{Message, Messages, ReactionChanged};

use crate::Voting;
use crate::model::Place;
use crate::polls;
use crate::quotes::{self, Change};
use crate::reactions::{self, Way};

/// What happened to messages while a page was on its way; it is applied to the page as well.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    Stored(Arc<Message>),
    Deleted {
        seq: Seq,
        rev: Rev,
        deleted_at: Timestamp,
    },
    Erased {
        author: UserId,
        rev: Rev,
        deleted_at: Timestamp,
    },
    Hidden(Seq),
    Reacted {
        change: ReactionChanged,
        way: Way,
        is_mine: bool,
    },
    Refreshed(Arc<Message>),
}

/// The loaded stretch of one conversation: without gaps, at most [`Timeline::MAX_ROWS`] long.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Timeline {
    messages: BTreeMap<Seq, Arc<Message>>,
    is_loaded: bool,
    has_more_before: bool,
    has_more_after: bool,
    /// Whether the screen shows the end and follows it.
    is_following: bool,
    /// Pages on their way, by the numbers they were asked for with, and what happened since the first of them.
    pending_pages: BTreeSet<u64>,
    last_request: u64,
    facts: Vec<Fact>,
}

impl Timeline {
    /// More than this is not kept, so that the page stays light however long a conversation is.
    pub const MAX_ROWS: usize = 150;

    /// Whether a first page has come.
    pub const fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// Whether there are older messages to load.
    pub const fn has_more_before(&self) -> bool {
        self.has_more_before
    }

    /// Whether there are newer messages to load: the loaded stretch does not reach the end.
    pub const fn has_more_after(&self) -> bool {
        self.has_more_after
    }

    /// Changes with each page that is asked for.
    pub const fn last_request(&self) -> u64 {
        self.last_request
    }

    /// Whether a page is on its way.
    pub fn is_busy(&self) -> bool {
        !self.pending_pages.is_empty()
    }

    /// Ascending by number.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> {
        self.messages.values()
    }

    /// Its newest messages, at most `most`, for the next visit; `None` before a first page has come.
    pub(crate) fn newest(&self, most: usize) -> Option<Stretch> {
        if !self.is_loaded {
            return None;
        }
        let skipped = self.messages.len().saturating_sub(most);
        Some(Stretch {
            messages: self.messages.values().skip(skipped).cloned().collect(),
            has_more_before: self.has_more_before || 0 < skipped,
            has_more_after: self.has_more_after,
        })
    }

    /// Takes over what an earlier visit has kept.
    pub(crate) fn restore(&mut self, stretch: &Stretch) {
        self.messages = stretch
            .messages
            .iter()
            .map(|message| (message.seq, message.clone()))
            .collect();
        self.has_more_before = stretch.has_more_before;
        self.has_more_after = stretch.has_more_after;
        self.is_loaded = true;
    }

    /// One loaded message.
    pub fn get(&self, seq: Seq) -> Option<&Arc<Message>> {
        self.messages.get(&seq)
    }

    /// How many are loaded.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether none is loaded.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The number of the first loaded message.
    pub fn first_seq(&self) -> Option<Seq> {
        self.messages.keys().next().copied()
    }

    /// The number of the last loaded message.
    pub fn last_seq(&self) -> Option<Seq> {
        self.messages.keys().next_back().copied()
    }

    /// Says whether the screen shows the end; while it does, old messages make room for new ones.
    pub fn follow(&mut self, is_following: bool) {
        self.is_following = is_following;
    }

    /// A page was asked for. One that comes in place of what is loaded also comes in place of those on their way.
    pub(crate) fn page_requested(&mut self, number: u64, place: Place) {
        if place == Place::Anywhere {
            self.pending_pages.clear();
        }
        self.pending_pages.insert(number);
        self.last_request = number;
    }

    /// The page did not come. Says whether it was still wanted.
    pub(crate) fn page_failed(&mut self, number: u64) -> bool {
        let was_wanted = self.pending_pages.remove(&number);
        self.forget_facts_unless_busy();
        was_wanted
    }

    /// Takes a page over, unless it is not wanted any more, and says whether it was.
    pub(crate) fn take_page(&mut self, number: u64, place: Place, page: Messages) -> bool {
        if !self.pending_pages.remove(&number) {
            return false;
        }
        match place {
            Place::Anywhere => self.replace(page),
            Place::Before if self.is_loaded => self.extend_before(page),
            Place::After if self.is_loaded => self.extend_after(page),
            Place::Before | Place::After => (),
        }
        self.forget_facts_unless_busy();
        true
    }

    fn replace(&mut self, page: Messages) {
        self.messages = into_map(page.items);
        self.has_more_before = page.has_more_before;
        self.has_more_after = page.has_more_after;
        self.is_loaded = true;
        self.replay();
    }

    /// The newest make room for older messages.
    fn extend_before(&mut self, page: Messages) {
        self.has_more_before = page.has_more_before;
        self.absorb(page.items);
        self.replay();
        while Self::MAX_ROWS < self.messages.len() {
            self.messages.pop_last();
            self.has_more_after = true;
        }
    }

    /// The oldest make room for newer messages.
    fn extend_after(&mut self, page: Messages) {
        self.has_more_after = page.has_more_after;
        self.absorb(page.items);
        self.replay();
        self.drop_oldest();
    }

    /// A message was stored or changed. Of two copies the larger rev wins; what is outside the loaded
    /// stretch inserts nothing.
    pub fn store(&mut self, message: &Arc<Message>) {
        self.note(|| Fact::Stored(message.clone()));
        self.store_now(message);
    }

    /// A message is gone for everyone.
    pub fn delete(&mut self, seq: Seq, rev: Rev, deleted_at: Timestamp) {
        self.note(|| Fact::Deleted { seq, rev, deleted_at });
        self.delete_now(seq, rev, deleted_at);
    }

    /// Everything somebody wrote is gone.
    pub fn erase(&mut self, author: UserId, rev: Rev, deleted_at: Timestamp) {
        self.note(|| Fact::Erased {
            author,
            rev,
            deleted_at,
        });
        self.erase_now(author, rev, deleted_at);
    }

    /// Somebody reacted to a message, or took that back.
    pub(crate) fn react(&mut self, change: &ReactionChanged, way: Way, is_mine: bool) {
        self.note(|| Fact::Reacted {
            change: change.clone(),
            way,
            is_mine,
        });
        self.react_now(change, way, is_mine);
    }

    /// What the server says of a message that could not be followed: it knows better than an equally new copy.
    pub(crate) fn refresh(&mut self, message: &Arc<Message>) {
        self.note(|| Fact::Refreshed(message.clone()));
        self.refresh_now(message);
    }

    /// I do not see a message any more.
    pub fn hide(&mut self, seq: Seq) {
        self.note(|| Fact::Hidden(seq));
        self.hide_now(seq);
    }

    /// How I vote is known otherwise, or a copy has come that does not know it.
    pub(crate) fn correct_votes(&mut self, voting: &Voting) {
        for known in self.messages.values_mut() {
            if let Some(corrected) = voting.corrected(known) {
                *known = Arc::new(corrected);
            }
        }
    }

    fn hide_now(&mut self, seq: Seq) {
        self.requote(Change::Hidden(seq));
        self.messages.remove(&seq);
    }

    /// Those that answer a message that changed quote it as it is now, whether or not it is loaded itself.
    fn requote(&mut self, change: Change<'_>) {
        for known in self.messages.values_mut() {
            if let Some(requoted) = quotes::requoted(known, change) {
                *known = Arc::new(requoted);
            }
        }
    }

    fn store_now(&mut self, message: &Arc<Message>) {
        self.requote(Change::Stored(message));
        if let Some(known) = self.messages.get_mut(&message.seq) {
            if known.rev < message.rev {
                *known = message.clone();
            }
            return;
        }
        if !self.is_loaded || !self.is_inside(message.seq) {
            return;
        }
        let is_newest = self.last_seq().is_none_or(|last| last < message.seq);
        if is_newest && !self.is_following && Self::MAX_ROWS <= self.messages.len() {
            // Somebody is reading further up: what they read must not make room.
            self.has_more_after = true;
            return;
        }
        self.messages.insert(message.seq, message.clone());
        self.drop_oldest();
    }

    /// Whether a number belongs into the stretch, as far as it is loaded.
    fn is_inside(&self, seq: Seq) -> bool {
        match (self.first_seq(), self.last_seq()) {
            (Some(first), Some(last)) => {
                (!self.has_more_before || first < seq) && (!self.has_more_after || seq < last)
            }
            _ => !self.has_more_after && !self.has_more_before,
        }
    }

    fn delete_now(&mut self, seq: Seq, rev: Rev, deleted_at: Timestamp) {
        self.requote(Change::Deleted { seq, rev });
        if let Some(known) = self.messages.get_mut(&seq)
            && known.rev < rev
        {
            *known = Arc::new(deleted(known, rev, deleted_at));
        }
    }

    fn react_now(&mut self, change: &ReactionChanged, way: Way, is_mine: bool) {
        if let Some(known) = self.messages.get_mut(&change.seq)
            && known.rev < change.rev
        {
            *known = Arc::new(reactions::changed(known, change, way, is_mine));
        }
    }

    fn refresh_now(&mut self, message: &Arc<Message>) {
        self.requote(Change::Stored(message));
        if let Some(known) = self.messages.get_mut(&message.seq)
            && known.rev <= message.rev
        {
            *known = message.clone();
        }
    }

    fn erase_now(&mut self, author: UserId, rev: Rev, deleted_at: Timestamp) {
        self.requote(Change::Erased { author, rev });
        for known in self.messages.values_mut() {
            if known.author_id == author
                && known.system.is_none()
                && known.deleted_at.is_none()
                && known.rev < rev
            {
                *known = Arc::new(deleted(known, rev, deleted_at));
            } else if known.rev < rev
                && let Some(changed) = polls::left_after(known, author, rev)
            {
                *known = Arc::new(changed);
            }
        }
    }

    fn absorb(&mut self, items: Vec<Message>) {
        for message in items {
            let is_newer = self
                .messages
                .get(&message.seq)
                .is_none_or(|known| known.rev < message.rev);
            if is_newer {
                self.messages.insert(message.seq, Arc::new(message));
            }
        }
    }

    fn drop_oldest(&mut self) {
        while Self::MAX_ROWS < self.messages.len() {
            self.messages.pop_first();
            self.has_more_before = true;
        }
    }

    fn note(&mut self, fact: impl FnOnce() -> Fact) {
        if self.is_busy() {
            self.facts.push(fact());
        }
    }

    fn replay(&mut self) {
        for fact in self.facts.clone() {
            match fact {
                Fact::Stored(message) => self.store_now(&message),
                Fact::Deleted { seq, rev, deleted_at } => self.delete_now(seq, rev, deleted_at),
                Fact::Erased {
                    author,
                    rev,
                    deleted_at,
                } => self.erase_now(author, rev, deleted_at),
                Fact::Hidden(seq) => self.hide_now(seq),
                Fact::Reacted { change, way, is_mine } => self.react_now(&change, way, is_mine),
                Fact::Refreshed(message) => self.refresh_now(&message),
            }
        }
    }

    fn forget_facts_unless_busy(&mut self) {
        if !self.is_busy() {
            self.facts.clear();
        }
    }
}

/// A part of a loaded stretch, as it is kept for the next visit.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub messages: Vec<Arc<Message>>,
    pub has_more_before: bool,
    pub has_more_after: bool,
}

impl Stretch {
    /// Whether they hold the same copies: a message that changed is a new one.
    pub fn is_same(&self, other: &Self) -> bool {
        self.has_more_before == other.has_more_before
            && self.has_more_after == other.has_more_after
            && self.messages.len() == other.messages.len()
            && self
                .messages
                .iter()
                .zip(&other.messages)
                .all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

/// What is left of a message that was deleted.
pub(crate) fn deleted(message: &Message, rev: Rev, deleted_at: Timestamp) -> Message {
    Message {
        rev,
        text: None,
        attachments: Vec::new(),
        deleted_at: Some(deleted_at),
        reactions: Vec::new(),
        my_reactions: Some(Vec::new()),
        reply_to: None,
        forwarded: false,
        mentions: Vec::new(),
        mentions_all: false,
        mention_spans: Vec::new(),
        is_silent: false,
        poll: None,
        ..message.clone()
    }
}

fn into_map(items: Vec<Message>) -> BTreeMap<Seq, Arc<Message>> {
    items
        .into_iter()
        .map(|message| (message.seq, Arc::new(message)))
        .collect()
}

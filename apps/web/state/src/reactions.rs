//! How people reacted to messages, and what I am about to change in that.

use std::sync::Arc;

use damso_domain::{ConversationId, Rev, Seq, UserId};
use damso_protocol::{Message, ReactionChanged, Reactions};

/// What happened to a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Added,
    Removed,
}

/// The message after somebody reacted to it, or took that back.
pub(crate) fn changed(message: &Message, change: &ReactionChanged, way: Way, is_mine: bool) -> Message {
    let mut changed = Message {
        rev: change.rev,
        ..message.clone()
    };
    match way {
        Way::Added => add(&mut changed.reactions, &change.emoji, change.user_id),
        Way::Removed => remove(&mut changed.reactions, &change.emoji, change.user_id),
    }
    let was_mine = |emoji: &str| is_my_kind(message, emoji);
    set_mine(&mut changed, |kind| {
        if is_mine && kind.emoji == change.emoji {
            way == Way::Added
        } else {
            was_mine(&kind.emoji)
        }
    });
    changed
}

fn add(reactions: &mut Vec<Reactions>, emoji: &str, user: UserId) {
    if let Some(kind) = reactions.iter_mut().find(|kind| kind.emoji == emoji) {
        // Beyond the named ones the names say nothing.
        if is_whole(kind) && kind.user_ids.len() < Reactions::NAMED {
            kind.user_ids.push(user);
        }
        kind.count += 1;
        return;
    }
    reactions.push(Reactions {
        emoji: emoji.to_owned(),
        count: 1,
        user_ids: vec![user],
    });
}

fn remove(reactions: &mut Vec<Reactions>, emoji: &str, user: UserId) {
    if let Some(kind) = reactions.iter_mut().find(|kind| kind.emoji == emoji) {
        kind.count -= 1;
        kind.user_ids.retain(|known| *known != user);
    }
    reactions.retain(|kind| 0 < kind.count);
}

/// Whether all that reacted are named, so that one more is the next name.
fn is_whole(kind: &Reactions) -> bool {
    usize::try_from(kind.count) == Ok(kind.user_ids.len())
}

/// Whether somebody is missing among the named, because one of them has gone: only the server knows who follows.
pub(crate) fn lacks_names(message: &Message) -> bool {
    message
        .reactions
        .iter()
        .any(|kind| kind.user_ids.len() < Reactions::NAMED && !is_whole(kind))
}

/// What is left of somebody's reactions whose messages were erased with change `rev`: `None` when nothing changes.
pub(crate) fn without(message: &Message, user: UserId, rev: Rev) -> Option<Message> {
    let is_named = |kind: &Reactions| kind.user_ids.contains(&user);
    if !message.reactions.iter().any(is_named) {
        return None;
    }
    let mut changed = Message {
        rev,
        ..message.clone()
    };
    for kind in message.reactions.iter().filter(|kind| is_named(kind)) {
        remove(&mut changed.reactions, &kind.emoji, user);
    }
    set_mine(&mut changed, |kind| is_my_kind(message, &kind.emoji));
    Some(changed)
}

/// Whether somebody may have reacted who is not named.
pub(crate) fn may_hide(message: &Message, user: UserId) -> bool {
    let mut kinds = message.reactions.iter();
    kinds.any(|kind| !is_whole(kind) && !kind.user_ids.contains(&user))
}

/// Whether I reacted with this, as far as the message says.
pub fn is_my_kind(message: &Message, emoji: &str) -> bool {
    message.my_reactions.iter().flatten().any(|mine| mine == emoji)
}

/// An event does not say what is mine: the names do, or else what was known before. Says also whether neither does.
pub(crate) fn complete(mut message: Message, known: Option<&Message>, me: UserId) -> (Message, bool) {
    if message.my_reactions.is_some() {
        return (message, false);
    }
    let is_certain = |kind: &Reactions| kind.user_ids.contains(&me) || is_whole(kind);
    let is_open = known.is_none() && !message.reactions.iter().all(is_certain);
    set_mine(&mut message, |kind| {
        kind.user_ids.contains(&me)
            || (!is_whole(kind) && known.is_some_and(|known| is_my_kind(known, &kind.emoji)))
    });
    (message, is_open)
}

/// Those kinds are mine, in the order of the kinds.
fn set_mine(message: &mut Message, is_mine: impl Fn(&Reactions) -> bool) {
    let mine = message.reactions.iter().filter(|kind| is_mine(kind));
    message.my_reactions = Some(mine.map(|kind| kind.emoji.clone()).collect());
}

/// A reaction of mine that the server has not been heard to have taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    conversation_id: ConversationId,
    seq: Seq,
    emoji: String,
    is_wanted: bool,
    /// The server has answered; what it has done comes as an event.
    is_answered: bool,
}

impl Pending {
    fn is(&self, id: ConversationId, seq: Seq, emoji: &str) -> bool {
        self.conversation_id == id && self.seq == seq && self.emoji == emoji
    }
}

/// What I want to be so. Drawn over what is known, so that it is never there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reacting(Vec<Pending>);

impl Reacting {
    /// I want a reaction of mine to be there, or not. Says whether a request has to be made: one that is on its way is
    /// followed by another.
    pub fn want(&mut self, id: ConversationId, seq: Seq, emoji: &str, is_wanted: bool) -> bool {
        if let Some(known) = self.0.iter_mut().find(|known| known.is(id, seq, emoji)) {
            known.is_wanted = is_wanted;
            return std::mem::take(&mut known.is_answered);
        }
        self.0.push(Pending {
            conversation_id: id,
            seq,
            emoji: emoji.to_owned(),
            is_wanted,
            is_answered: false,
        });
        true
    }

    /// What I want to be so.
    pub fn wanted(&self, id: ConversationId, seq: Seq, emoji: &str) -> Option<bool> {
        let known = self.0.iter().find(|known| known.is(id, seq, emoji));
        known.map(|known| known.is_wanted)
    }

    /// The server has answered that it is so.
    pub fn answered(&mut self, id: ConversationId, seq: Seq, emoji: &str) {
        for known in self.0.iter_mut().filter(|known| known.is(id, seq, emoji)) {
            known.is_answered = true;
        }
    }

    /// It is not so, or the event has been waited for long enough: what is known is drawn again.
    pub fn forget(&mut self, id: ConversationId, seq: Seq, emoji: &str) {
        self.0.retain(|known| !known.is(id, seq, emoji));
    }

    /// The same, but not if I have changed my mind since the answer.
    pub fn forget_answered(&mut self, id: ConversationId, seq: Seq, emoji: &str) {
        self.0
            .retain(|known| !(known.is_answered && known.is(id, seq, emoji)));
    }

    /// A newer copy of a message is known: what it says itself is not drawn over it any more.
    pub(crate) fn settle(&mut self, message: &Message) {
        self.0.retain(|known| {
            let is_so = is_my_kind(message, &known.emoji) == known.is_wanted;
            !(known.is_answered && is_so && known.is(message.conversation_id, message.seq, &known.emoji))
        });
    }

    /// The message as I want it to be.
    pub fn drawn(&self, message: &Arc<Message>, me: UserId) -> Arc<Message> {
        let mut drawn = message.clone();
        for wanted in &self.0 {
            let is_here = wanted.is(message.conversation_id, message.seq, &wanted.emoji);
            if !is_here
                || message.deleted_at.is_some()
                || is_my_kind(&drawn, &wanted.emoji) == wanted.is_wanted
            {
                continue;
            }
            let change = ReactionChanged {
                conversation_id: wanted.conversation_id,
                seq: wanted.seq,
                rev: message.rev,
                emoji: wanted.emoji.clone(),
                user_id: me,
            };
            let way = if wanted.is_wanted {
                Way::Added
            } else {
                Way::Removed
            };
            drawn = Arc::new(changed(&drawn, &change, way, true));
        }
        drawn
    }
}

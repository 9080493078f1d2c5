//! What has to be done about a fact.

use std::collections::BTreeSet;

use damso_domain::{ConversationId, Seq, SessionId, UserId};
use damso_protocol::Me;

/// A message of somebody else that has just come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
    /// Who wrote it.
    pub author_id: UserId,
    /// Whether it mentions me, and I do not block who wrote it.
    pub mentions_me: bool,
    /// Whether its author wants it to call nobody.
    pub is_silent: bool,
}

/// What has to be done about one or more facts.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Effects {
    /// The list of conversations, or something a row of it shows, changed.
    pub chats: bool,
    /// Loaded messages or read positions changed.
    pub timelines: bool,
    /// People, friends or requests changed.
    pub people: bool,
    /// Who is typing changed.
    pub typing: bool,
    /// My settings changed.
    pub settings: bool,
    /// How far others have read in these has to be read again, where it is on the screen: who is counted changed, or
    /// whether it is shown to me.
    pub stale_reads: BTreeSet<ConversationId>,
    /// A local echo was settled.
    pub outbox: bool,
    /// My own account changed elsewhere.
    pub me: Option<Me>,
    /// Something is missing in these conversations: sync them, unless it arrives within a moment.
    pub gaps: BTreeSet<ConversationId>,
    /// Something is missing beyond single conversations: sync all, unless it arrives within a moment.
    pub has_wide_gap: bool,
    /// The server may have missed something: sync all within some seconds.
    pub needs_resync: bool,
    /// These have to be read again from the server, because a fact took away what they show.
    pub stale: BTreeSet<ConversationId>,
    /// These messages have to be read again: who reacted is not known any more.
    pub stale_messages: BTreeSet<(ConversationId, Seq)>,
    /// The loaded messages of these were dropped: load the newest page where one is on the screen.
    pub reset: BTreeSet<ConversationId>,
    /// What I have begun to write in these was told, or I am not there any more.
    pub drafts: BTreeSet<ConversationId>,
    /// New messages of others.
    pub arrivals: Vec<Arrival>,
    /// Authors nobody has told us about yet.
    pub unknown_users: BTreeSet<UserId>,
    /// A session of mine ended.
    pub ended_session: Option<SessionId>,
}

impl Effects {
    /// A row of the list changed, and perhaps it has to be read again.
    pub(crate) fn of_chat(id: ConversationId, is_stale: bool) -> Self {
        Self {
            chats: true,
            stale: is_stale.then_some(id).into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds those of a further fact.
    pub fn merge(&mut self, other: Self) {
        self.chats |= other.chats;
        self.timelines |= other.timelines;
        self.people |= other.people;
        self.typing |= other.typing;
        self.settings |= other.settings;
        self.stale_reads.extend(other.stale_reads);
        self.outbox |= other.outbox;
        self.me = other.me.or(self.me.take());
        self.gaps.extend(other.gaps);
        self.has_wide_gap |= other.has_wide_gap;
        self.needs_resync |= other.needs_resync;
        self.stale.extend(other.stale);
        self.stale_messages.extend(other.stale_messages);
        self.reset.extend(other.reset);
        self.drafts.extend(other.drafts);
        self.arrivals.extend(other.arrivals);
        self.unknown_users.extend(other.unknown_users);
        self.ended_session = other.ended_session.or(self.ended_session);
    }
}

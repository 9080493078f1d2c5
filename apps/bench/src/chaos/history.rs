//! What happened, as those saw it who were there: the evidence that is judged in the end.

use std::collections::BTreeMap;
use std::time::Instant;

use damso_domain::{ClientKey, ConversationId, MessageId, MessageKind, UserId};
use damso_protocol::Message;

use super::shelf::Screen;

/// A message as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the conversation.
    pub seq: i64,
    /// The change that it last took part in.
    pub rev: i64,
    /// Which.
    pub id: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// Made by its author's client.
    pub key: ClientKey,
    /// What it says; nothing once it is deleted.
    pub text: Option<String>,
    /// By the conversation, not by a person.
    pub is_system: bool,
    /// Deleted for everyone.
    pub is_deleted: bool,
}

impl From<&Message> for Line {
    fn from(message: &Message) -> Self {
        Self {
            seq: message.seq.as_i64(),
            rev: message.rev.as_i64(),
            id: message.id,
            author: message.author_id,
            key: message.client_key,
            text: message.text.clone(),
            is_system: message.kind == MessageKind::System,
            is_deleted: message.deleted_at.is_some(),
        }
    }
}

/// What the server said of a message that it has stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 201: by this request; 200: by an earlier one.
    pub status: u16,
    /// Its number.
    pub seq: i64,
    /// Which.
    pub id: MessageId,
}

impl Answer {
    /// With this status, and this message in its body.
    pub fn new(status: u16, message: &Message) -> Self {
        Self {
            status,
            seq: message.seq.as_i64(),
            id: message.id,
        }
    }
}

/// One message that somebody wanted to send, however often they had to ask.
#[derive(Clone, Debug)]
pub struct Send {
    /// Who.
    pub author: UserId,
    /// Their place among the people.
    pub person: usize,
    /// Where to.
    pub conversation: ConversationId,
    /// The same in every attempt.
    pub key: ClientKey,
    /// What it says.
    pub text: String,
    /// How often it was asked for.
    pub attempts: u32,
    /// Every answer that says it is stored; none: it was never acknowledged.
    pub answers: Vec<Answer>,
    /// The status with which the server said no.
    pub refused: Option<u16>,
}

/// A message was deleted for everyone, and that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Deletion {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub seq: i64,
}

/// How far somebody has read, as acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Who.
    pub person: usize,
    /// Where.
    pub conversation: ConversationId,
    /// The pointer that was answered.
    pub seq: i64,
}

/// Somebody has lost the right to read a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Removal {
    /// Who.
    pub person: usize,
    /// Where.
    pub conversation: ConversationId,
    /// When the removal was acknowledged.
    pub acknowledged_at: Instant,
    /// When somebody began to let them in again.
    pub again_at: Option<Instant>,
}

/// Somebody without the right to read tried to.
#[derive(Clone, Copy, Debug)]
pub struct Peek {
    /// Who.
    pub person: usize,
    /// Where.
    pub conversation: ConversationId,
    /// How.
    pub request: &'static str,
    /// What was answered.
    pub status: u16,
}

/// A session was ended, and that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// The record of the device that was signed in with it.
    pub record: usize,
    /// When.
    pub acknowledged_at: Instant,
    /// What a request with its token was answered after that.
    pub status_after: u16,
}

/// Something of a conversation came over a socket.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    /// When it was read.
    pub at: Instant,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Which change.
    pub rev: i64,
}

/// What one device has of a conversation in the end.
#[derive(Clone, Debug, Default)]
pub struct CopyAtEnd {
    /// The first number that it has loaded; nothing is claimed of what is before.
    pub from: i64,
    /// The last change it knows.
    pub rev: i64,
    /// Its messages, ascending by number.
    pub lines: Vec<Line>,
    /// How far its user has read.
    pub read_seq: i64,
    /// How many it would show as unread.
    pub unread: i64,
}

/// One device with one session, from its sign-in until the end.
#[derive(Clone, Debug)]
pub struct Record {
    /// For people: `p3/1.0`.
    pub name: String,
    /// Whose.
    pub person: usize,
    /// What came over its sockets, of conversations whose members change.
    pub receipts: Vec<Receipt>,
    /// In which order its messages came onto its screens.
    pub screens: Vec<(ConversationId, Screen)>,
    /// When its last socket ended.
    pub closed_at: Option<Instant>,
    /// Whether it was signed in until the end; only then it has copies.
    pub is_last: bool,
    /// What it has.
    pub copies: BTreeMap<ConversationId, CopyAtEnd>,
}

/// One conversation as one member sees it when asking afresh.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The last change.
    pub rev: i64,
    /// How far they have read.
    pub read_seq: i64,
    /// How many are unread, says the server.
    pub unread: i64,
    /// What they see, ascending by number, as far back as any of their devices goes.
    pub lines: Vec<Line>,
}

/// What the server says in the end.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Every conversation, told by somebody who may see all of it, with the number of its last message.
    pub histories: BTreeMap<ConversationId, (i64, Vec<Line>)>,
    /// What each person sees.
    pub views: BTreeMap<(usize, ConversationId), View>,
}

/// The evidence.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// One for each key.
    pub sends: Vec<Send>,
    /// Acknowledged.
    pub deletions: Vec<Deletion>,
    /// Acknowledged.
    pub reads: Vec<Read>,
    /// Acknowledged.
    pub removals: Vec<Removal>,
    /// After removals.
    pub peeks: Vec<Peek>,
    /// Acknowledged.
    pub endings: Vec<Ending>,
    /// One for each device and session.
    pub records: Vec<Record>,
    /// While the server or its database was stopped on purpose, nothing could be delivered or closed.
    pub pauses: Vec<(Instant, Instant)>,
    /// Everybody's id, by place.
    pub people: Vec<UserId>,
}

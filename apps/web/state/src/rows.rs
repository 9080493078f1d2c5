//! The rows of a conversation, worked out before they are drawn.

use std::sync::Arc;

use damso_domain::{ClientKey, ReadState, Seq, Timestamp, UserId, unread_by};
use damso_protocol::Message;

use crate::{Echo, Reacting, Timeline, Voting};

/// Names a row, the same for as long as it is the same thing: an echo keeps its key when it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKey {
    /// The heading of a day, by its number since 1970 in local time.
    Day(i64),
    /// "You have read up to here."
    UnreadDivider,
    /// A message of mine, stored or not.
    Mine(ClientKey),
    /// Anybody else's, by its number.
    Seq(Seq),
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Names it.
    pub key: RowKey,
    /// What it shows.
    pub body: RowBody,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub enum RowBody {
    /// The heading of a day: any moment of it.
    Day(Timestamp),
    /// "You have read up to here."
    UnreadDivider,
    /// The conversation itself speaks.
    Notice(Arc<Message>),
    /// Somebody speaks.
    Message(MessageRow),
}

/// A message as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// What is drawn.
    pub content: RowContent,
    /// Whether it is mine.
    pub is_mine: bool,
    /// It is the first of a run of one author: name and face are drawn.
    pub starts_run: bool,
    /// It is the last of its author's within a minute: the time is drawn.
    pub shows_time: bool,
    /// How many have not read it.
    pub unread_by: usize,
}

/// A message, or what stands in for it.
#[derive(Clone, Debug)]
pub enum RowContent {
    /// Stored.
    Stored(Arc<Message>),
    /// On its way.
    Echo(Arc<Echo>),
}

impl PartialEq for RowContent {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Looking at the pointers first spares comparing 150 messages at each event.
            (Self::Stored(a), Self::Stored(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Echo(a), Self::Echo(b)) => a == b,
            (Self::Stored(_), Self::Echo(_)) | (Self::Echo(_), Self::Stored(_)) => false,
        }
    }
}

impl RowContent {
    /// When it was written.
    pub fn created_at(&self) -> Timestamp {
        match self {
            Self::Stored(message) => message.created_at,
            Self::Echo(echo) => echo.created_at,
        }
    }

    /// Its number, once it has one.
    pub fn seq(&self) -> Option<Seq> {
        match self {
            Self::Stored(message) => Some(message.seq),
            Self::Echo(_) => None,
        }
    }
}

/// What rows are worked out from.
pub struct RowsInput<'a, Offset: Fn(Timestamp) -> i64> {
    /// What is loaded.
    pub timeline: &'a Timeline,
    /// What is not stored yet, of this conversation, in order.
    pub echoes: Vec<&'a Echo>,
    /// How far everyone has read.
    pub reads: &'a [ReadState],
    /// Who looks at it.
    pub me: UserId,
    /// Reactions of mine that the server has not told of yet.
    pub reacting: &'a Reacting,
    /// Votes of mine that the server has not told of yet.
    pub voting: &'a Voting,
    /// Where the divider goes: my pointer when the conversation was opened, if something was unread then.
    pub read_at_open: Option<Seq>,
    /// How many minutes local time is ahead of UTC at a point in time.
    pub offset_mins: Offset,
}

/// Works out the rows.
pub fn rows<Offset: Fn(Timestamp) -> i64>(input: &RowsInput<'_, Offset>) -> Vec<Row> {
    let mut builder = Builder {
        input,
        rows: Vec::new(),
        day: None,
        last: None,
        has_divider: false,
    };
    input
        .timeline
        .messages()
        .for_each(|message| builder.push_message(message));
    if !input.timeline.has_more_after() {
        // An answer and an event may both be on their way: what is stored is not drawn twice.
        let stored: Vec<ClientKey> = input
            .timeline
            .messages()
            .rev()
            .take(STORED_LOOKBACK)
            .map(|message| message.client_key)
            .collect();
        let unsettled = input
            .echoes
            .iter()
            .filter(|echo| !stored.contains(&echo.client_key));
        unsettled.for_each(|echo| builder.push_echo(echo));
    }
    builder.rows
}

/// An echo is settled by the same call that stores its message, so this is a second net.
const STORED_LOOKBACK: usize = 20;
const MINUTE_MILLIS: i64 = 60_000;
const DAY_MINS: i64 = 24 * 60;

/// Who wrote the row above, and in which minute.
struct Last {
    author: UserId,
    minute: i64,
    at: usize,
}

struct Builder<'a, Offset: Fn(Timestamp) -> i64> {
    input: &'a RowsInput<'a, Offset>,
    rows: Vec<Row>,
    day: Option<i64>,
    last: Option<Last>,
    has_divider: bool,
}

impl<Offset: Fn(Timestamp) -> i64> Builder<'_, Offset> {
    fn push_message(&mut self, message: &Arc<Message>) {
        self.start_day(message.created_at);
        self.divide(message);
        let is_mine = message.author_id == self.input.me;
        let key = if is_mine && message.system.is_none() {
            RowKey::Mine(message.client_key)
        } else {
            RowKey::Seq(message.seq)
        };
        if message.system.is_some() {
            self.last = None;
            self.rows.push(Row {
                key,
                body: RowBody::Notice(message.clone()),
            });
            return;
        }
        let unread_by = match message.deleted_at {
            Some(_) => 0,
            None => unread_by(message.seq, message.author_id, self.input.reads),
        };
        let drawn = self.input.reacting.drawn(message, self.input.me);
        let drawn = self.input.voting.drawn(drawn, self.input.me);
        self.push(key, message.author_id, RowContent::Stored(drawn), unread_by);
    }

    fn push_echo(&mut self, echo: &Echo) {
        self.start_day(echo.created_at);
        let content = RowContent::Echo(Arc::new(echo.clone()));
        self.push(RowKey::Mine(echo.client_key), self.input.me, content, 0);
    }

    fn push(&mut self, key: RowKey, author: UserId, content: RowContent, unread_by: usize) {
        let minute = content.created_at().as_millis().div_euclid(MINUTE_MILLIS);
        let starts_run = self.last.as_ref().is_none_or(|last| last.author != author);
        self.take_time_from_above(author, minute);
        self.last = Some(Last {
            author,
            minute,
            at: self.rows.len(),
        });
        let is_mine = author == self.input.me;
        let row = MessageRow {
            content,
            is_mine,
            starts_run,
            shows_time: true,
            unread_by,
        };
        self.rows.push(Row {
            key,
            body: RowBody::Message(row),
        });
    }

    /// Within a minute only the last message of an author shows the time.
    fn take_time_from_above(&mut self, author: UserId, minute: i64) {
        let Some(last) = self
            .last
            .as_ref()
            .filter(|last| last.author == author && last.minute == minute)
        else {
            return;
        };
        if let Some(Row {
            body: RowBody::Message(row),
            ..
        }) = self.rows.get_mut(last.at)
        {
            row.shows_time = false;
        }
    }

    fn start_day(&mut self, time: Timestamp) {
        let local_mins = time.as_millis().div_euclid(MINUTE_MILLIS) + (self.input.offset_mins)(time);
        let day = local_mins.div_euclid(DAY_MINS);
        // A clock that was set back must not bring a day twice: keys have to differ.
        if self.day.is_none_or(|known| known < day) {
            self.day = Some(day);
            self.last = None;
            self.rows.push(Row {
                key: RowKey::Day(day),
                body: RowBody::Day(time),
            });
        }
    }

    fn divide(&mut self, message: &Message) {
        let is_first_unread = self.input.read_at_open.is_some_and(|read| read < message.seq);
        if self.has_divider || !is_first_unread || message.author_id == self.input.me {
            return;
        }
        self.has_divider = true;
        self.last = None;
        self.rows.push(Row {
            key: RowKey::UnreadDivider,
            body: RowBody::UnreadDivider,
        });
    }
}

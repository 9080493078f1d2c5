//! A stretch of a conversation: which messages are asked for, and whether there are more on either side.

use damso_domain::{ConversationId, Seq, UserId};
use damso_protocol::{ErrorKind, MessagesQuery};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message::{Message, Window};

use crate::cursor::page_size;
use crate::{ServiceResult, access};

/// Which part of a conversation is asked for: so many messages on either side of a pivot, which itself counts as
/// after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pivot: Seq,
    before: usize,
    after: usize,
    /// The most on both sides together.
    size: usize,
}

/// What was found of it.
pub(crate) struct Found {
    pub(crate) items: Vec<Message>,
    pub(crate) has_more_before: bool,
    pub(crate) has_more_after: bool,
}

impl Stretch {
    pub(crate) fn parse(query: &MessagesQuery) -> ServiceResult<Self> {
        let size = page_size(query.limit)?.as_usize();
        let (pivot, before, after) = match (query.before, query.after, query.around) {
            (None, None, None) => (Seq::new(i64::MAX), size, 0),
            (Some(seq), None, None) => (Seq::new(seq), size, 0),
            (None, Some(seq), None) => (Seq::new(seq).next(), 0, size),
            (None, None, Some(seq)) => (Seq::new(seq), size / 2, size),
            _ => return Err(ErrorKind::MalformedRequest.into()),
        };
        Ok(Self {
            pivot,
            before,
            after,
            size,
        })
    }

    /// One query, unless nothing is there: then another tells an empty stretch from a conversation that is not
    /// the user's.
    pub(crate) async fn load(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
    ) -> ServiceResult<Found> {
        // One more on each side than is wanted, to see whether there are more.
        let window = Window {
            pivot: self.pivot,
            before: self.before + 1,
            after: self.after + 1,
            most: self.size + 2,
        };
        let found = repository::message::list(conn, user, conversation, window).await?;
        if found.is_empty() {
            access::member(conn, user, conversation).await?;
        }
        Ok(self.choose(found))
    }

    /// Takes what is wanted of what was found, which ascends.
    fn choose(self, mut found: Vec<Message>) -> Found {
        let first_after = found.partition_point(|message| message.seq < self.pivot);
        let surplus_before = first_after.saturating_sub(self.before);
        let wanted_after = self.after.min(self.size - (first_after - surplus_before));
        let has_more_after = first_after + wanted_after < found.len();
        found.truncate(first_after + wanted_after);
        found.drain(..surplus_before);
        Found {
            items: found,
            has_more_before: 0 < surplus_before,
            has_more_after,
        }
    }
}

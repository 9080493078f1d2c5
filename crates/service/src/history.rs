//! A stretch of a conversation: which messages are asked for, and what lies before and after them.

use damso_domain::{ConversationId, Seq, UserId};
use damso_protocol::{ErrorKind, MessagesQuery};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message::{Direction, Message};

use crate::ServiceResult;
use crate::cursor::page_size;

/// Which part of a conversation is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    position: Position,
    size: usize,
}

#[derive(Clone, Copy)]
enum Position {
    Newest,
    Before(Seq),
    After(Seq),
    Around(Seq),
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
        let position = match (query.before, query.after, query.around) {
            (None, None, None) => Position::Newest,
            (Some(seq), None, None) => Position::Before(Seq::new(seq)),
            (None, Some(seq), None) => Position::After(Seq::new(seq)),
            (None, None, Some(seq)) => Position::Around(Seq::new(seq)),
            _ => return Err(ErrorKind::MalformedRequest.into()),
        };
        Ok(Self { position, size })
    }

    pub(crate) async fn load(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
    ) -> ServiceResult<Found> {
        match self.position {
            Position::Newest => {
                self.side(conn, user, conversation, Direction::Before(Seq::new(i64::MAX)))
                    .await
            }
            Position::Before(seq) => {
                let mut found = self
                    .side(conn, user, conversation, Direction::Before(seq))
                    .await?;
                found.has_more_after = has_any(conn, user, conversation, at_or_after(seq)).await?;
                Ok(found)
            }
            Position::After(seq) => {
                let mut found = self.side(conn, user, conversation, Direction::After(seq)).await?;
                found.has_more_before =
                    has_any(conn, user, conversation, Direction::Before(seq.next())).await?;
                Ok(found)
            }
            Position::Around(seq) => {
                let half = Self {
                    size: self.size / 2,
                    ..self
                };
                let mut found = half
                    .side(conn, user, conversation, Direction::Before(seq))
                    .await?;
                let rest = Self {
                    size: self.size - found.items.len(),
                    ..self
                };
                let after = rest.side(conn, user, conversation, at_or_after(seq)).await?;
                found.items.extend(after.items);
                found.has_more_after = after.has_more_after;
                Ok(found)
            }
        }
    }

    /// Begins beside the position and goes away from it; ascending in any case.
    async fn side(
        self,
        conn: &mut Connection,
        user: UserId,
        conversation: ConversationId,
        direction: Direction,
    ) -> ServiceResult<Found> {
        let mut items =
            repository::message::list(conn, user, conversation, direction, fetch(self.size)).await?;
        let has_more = self.size < items.len();
        items.truncate(self.size);
        let is_before = matches!(direction, Direction::Before(_));
        if is_before {
            items.reverse();
        }
        Ok(Found {
            items,
            has_more_before: has_more && is_before,
            has_more_after: has_more && !is_before,
        })
    }
}

fn at_or_after(seq: Seq) -> Direction {
    Direction::After(Seq::new(seq.as_i64().saturating_sub(1)))
}

/// One more than is wanted, to see whether there is more.
fn fetch(size: usize) -> i64 {
    i64::try_from(size + 1).unwrap_or(i64::MAX)
}

async fn has_any(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
    direction: Direction,
) -> ServiceResult<bool> {
    Ok(!repository::message::list(conn, user, conversation, direction, 1)
        .await?
        .is_empty())
}

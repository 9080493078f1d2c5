//! What messages said before.

use damso_domain::{Mention, MessageRef, MessageText, Rev, Timestamp};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;

use crate::message::{Message, mentions_column};
use crate::schema::{message_edits, messages};
use crate::{Connection, RepositoryResult};

/// A text that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierText {
    /// The change that replaced it.
    pub rev: Rev,
    /// What it was; `None` when files stood there without words.
    pub text: Option<String>,
    /// When it had been written.
    pub written_at: Timestamp,
}

/// What a message says from now on, and whom that mentions.
#[derive(Clone, Copy, Debug)]
pub struct NewText<'a> {
    /// `None`: its files stand there without words.
    pub text: Option<&'a MessageText>,
    /// Whom it mentions, and where.
    pub mentions: &'a [Mention],
}

/// Replaces the text of a message with change `rev`, and keeps the one it had.
pub async fn replace_text(
    conn: &mut Connection,
    message: &Message,
    new: NewText<'_>,
    rev: Rev,
    at: Timestamp,
) -> RepositoryResult<()> {
    let written_at = message.edited_at.unwrap_or(message.created_at);
    let place = (message.conversation_id.as_uuid(), message.seq.as_i64());
    diesel::insert_into(message_edits::table)
        .values((
            message_edits::conversation_id.eq(place.0),
            message_edits::seq.eq(place.1),
            message_edits::rev.eq(rev.as_i64()),
            message_edits::text.eq(message.text.as_deref()),
            message_edits::written_at.eq(written_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    diesel::update(messages::table.find(place))
        .set((
            messages::text.eq(new.text.map(MessageText::as_str)),
            messages::mentions.eq(mentions_column(new.mentions)?),
            messages::rev.eq(rev.as_i64()),
            messages::edited_at.eq(Some(at.as_jiff().to_diesel())),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Up to `limit` earlier texts of a message, replaced after `after`, the oldest first.
pub async fn list(
    conn: &mut Connection,
    target: MessageRef,
    after: Option<Rev>,
    limit: i64,
) -> RepositoryResult<Vec<EarlierText>> {
    let rows: Vec<(i64, Option<String>, jiff_diesel::Timestamp)> = message_edits::table
        .filter(message_edits::conversation_id.eq(target.conversation_id.as_uuid()))
        .filter(message_edits::seq.eq(target.seq.as_i64()))
        .filter(message_edits::rev.gt(after.unwrap_or(Rev::ZERO).as_i64()))
        .order(message_edits::rev)
        .limit(limit)
        .select((message_edits::rev, message_edits::text, message_edits::written_at))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(rev, text, written_at)| EarlierText {
            rev: Rev::new(rev),
            text,
            written_at: Timestamp::from_jiff(written_at.to_jiff()),
        })
        .collect())
}

//! Messages by what they hold besides their words.

use damso_domain::{ConversationId, Seq, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use crate::search::{Content, has_link};
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Up to `limit` messages of a conversation before `before` that `user` may see and that hold this, the newest first; none
/// to somebody who is not in it.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
    content: Content,
    before: Option<Seq>,
    limit: i64,
) -> RepositoryResult<Vec<Seq>> {
    let before = before.map_or(i64::MAX, Seq::as_i64);
    let rows: Vec<Row> = match content.kinds() {
        None => {
            diesel::sql_query(concat!(
                "SELECT m.seq FROM members me JOIN conversations c ON c.id = me.conversation_id \
                 JOIN messages m ON m.conversation_id = c.id \
                 WHERE me.user_id = $1 AND me.conversation_id = $2 AND me.left_rev IS NULL \
                 AND m.conversation_id = $2 AND m.seq < $3 AND ",
                has_link!(),
                " AND ",
                visible!(),
                " ORDER BY m.seq DESC LIMIT $4"
            ))
            .bind::<SqlUuid, _>(user.as_uuid())
            .bind::<SqlUuid, _>(conversation.as_uuid())
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(limit)
            .kept()
            .load(conn)
            .await?
        }
        // In the order of the attachments' own index, so that a page ends where it is full.
        Some(kinds) => {
            diesel::sql_query(concat!(
                "SELECT DISTINCT ON (ma.seq) ma.seq FROM message_attachments ma \
                 JOIN attachments a ON a.id = ma.attachment_id \
                 JOIN messages m ON m.conversation_id = ma.conversation_id AND m.seq = ma.seq \
                 JOIN conversations c ON c.id = ma.conversation_id \
                 JOIN members me ON me.conversation_id = c.id AND me.user_id = $1 AND me.left_rev IS NULL \
                 WHERE ma.conversation_id = $2 AND ma.seq < $3 AND a.kind = ANY ($5) AND ",
                visible!(),
                " ORDER BY ma.seq DESC LIMIT $4"
            ))
            .bind::<SqlUuid, _>(user.as_uuid())
            .bind::<SqlUuid, _>(conversation.as_uuid())
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(limit)
            .bind::<Array<Text>, _>(kinds)
            .kept()
            .load(conn)
            .await?
        }
    };
    Ok(rows.into_iter().map(|row| Seq::new(row.seq)).collect())
}

//! What people have begun to write.

use damso_domain::{ConversationId, DraftText, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;

use crate::schema::drafts;
use crate::{Connection, RepositoryResult};

/// What somebody has begun to write in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As it was written.
    pub text: String,
    /// What it is to answer; nobody has asked whether they may see that.
    pub reply_to: Option<Seq>,
    /// When it was kept.
    pub updated_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = drafts)]
struct DraftRow {
    text: String,
    reply_to_seq: Option<i64>,
    updated_at: jiff_diesel::Timestamp,
}

impl DraftRow {
    fn into_draft(self) -> Draft {
        Draft {
            text: self.text,
            reply_to: self.reply_to_seq.map(Seq::new),
            updated_at: Timestamp::from_jiff(self.updated_at.to_jiff()),
        }
    }
}

/// The columns of a draft among those of its conversation; there is none where they are `NULL`.
#[derive(QueryableByName)]
pub(crate) struct DraftColumns {
    #[diesel(sql_type = Nullable<Text>, column_name = draft_text)]
    text: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>, column_name = draft_reply_to_seq)]
    reply_to_seq: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>, column_name = draft_updated_at)]
    updated_at: Option<jiff_diesel::Timestamp>,
}

impl DraftColumns {
    pub(crate) fn into_draft(self) -> Option<Draft> {
        let row = DraftRow {
            text: self.text?,
            reply_to_seq: self.reply_to_seq,
            updated_at: self.updated_at?,
        };
        Some(row.into_draft())
    }
}

/// What `user` has begun to write in a conversation.
pub async fn find(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
) -> RepositoryResult<Option<Draft>> {
    let row: Option<DraftRow> = drafts::table
        .find((user.as_uuid(), conversation.as_uuid()))
        .select(DraftRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(DraftRow::into_draft))
}

/// What a member has begun to write.
#[derive(Clone, Copy, Debug)]
pub struct NewDraft<'a> {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The text.
    pub text: &'a DraftText,
    /// What it is to answer.
    pub reply_to: Option<Seq>,
    /// When it was written.
    pub updated_at: Timestamp,
}

/// Keeps what a member has begun to write, in place of what was kept before. The account has to be locked, so that
/// nothing is kept of somebody who leaves meanwhile.
pub async fn put(conn: &mut Connection, new: &NewDraft<'_>) -> RepositoryResult<Draft> {
    let values = || {
        (
            drafts::text.eq(new.text.as_str()),
            drafts::reply_to_seq.eq(new.reply_to.map(Seq::as_i64)),
            drafts::updated_at.eq(new.updated_at.as_jiff().to_diesel()),
        )
    };
    let row: DraftRow = diesel::insert_into(drafts::table)
        .values((
            drafts::user_id.eq(new.user_id.as_uuid()),
            drafts::conversation_id.eq(new.conversation_id.as_uuid()),
            values(),
        ))
        .on_conflict((drafts::user_id, drafts::conversation_id))
        .do_update()
        .set(values())
        .returning(DraftRow::as_returning())
        .get_result(conn)
        .await?;
    Ok(row.into_draft())
}

/// Removes what somebody has begun to write in a conversation.
pub async fn delete(
    conn: &mut Connection,
    user: UserId,
    conversation: ConversationId,
) -> RepositoryResult<()> {
    diesel::delete(drafts::table.find((user.as_uuid(), conversation.as_uuid())))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes everything somebody has begun to write.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::delete(drafts::table.filter(drafts::user_id.eq(user.as_uuid())))
        .execute(conn)
        .await?;
    Ok(())
}

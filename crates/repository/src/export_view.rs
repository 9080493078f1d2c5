//! What is copied when somebody asks for everything that is theirs: a conversation as they see it, and what they have
//! written themselves.

use damso_domain::{ConversationId, ConversationKind, FolderId, History, Rev, Role, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::draft::{Draft, DraftColumns};
use crate::error::stored;
use crate::message::{Message, MessageColumns, MessageRow, columns, complete};
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

/// True for the messages `m` of conversation `c` that are copied for `me`, who may have left: those they may see, and
/// their own from before they joined anew, cleared the conversation or left it. What they have hidden is gone for them,
/// by whomever it is.
macro_rules! copied {
    () => {
        concat!(
            "((me.left_rev IS NULL AND ",
            visible!(),
            ") OR (m.author_id = me.user_id AND m.kind <> 'system' \
              AND NOT EXISTS (SELECT FROM hidden_messages h WHERE h.user_id = me.user_id \
                  AND h.conversation_id = m.conversation_id AND h.seq = m.seq)))"
        )
    };
}

/// A conversation that somebody is in, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct CopiedConversation {
    /// The conversation.
    pub id: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// Of a group: what it is called, or was when they left, as far as that can be told.
    pub name: Option<String>,
    /// What somebody who joins later can read.
    pub history: History,
    /// When it was made.
    pub created_at: Timestamp,
    /// The number of its last message.
    pub last_seq: Seq,
    /// The message that stands on top, if they may see it.
    pub notice_seq: Option<Seq>,
    /// What they may do, or might.
    pub role: Role,
    /// They joined after this message.
    pub joined_seq: Seq,
    /// When they did.
    pub joined_at: Timestamp,
    /// How far they have read.
    pub read_seq: Seq,
    /// Whether their reading is shown to others, and that of others to them.
    pub is_counted: bool,
    /// Whether it is in their list.
    pub is_listed: bool,
    /// Kept on top.
    pub is_pinned: bool,
    /// No notifications until then.
    pub muted_until: Option<Timestamp>,
    /// The last message when they put it away.
    pub archived_seq: Option<Seq>,
    /// Shown as unread until they read it.
    pub is_marked_unread: bool,
    /// What they call it.
    pub name_override: Option<String>,
    /// The folder it is in.
    pub folder_id: Option<FolderId>,
    /// The change with which they left.
    pub left_rev: Option<Rev>,
    /// What they have begun to write in it.
    pub draft: Option<Draft>,
}

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
struct ConversationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Text)]
    history: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    notice_seq: Option<i64>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = BigInt)]
    joined_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    joined_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = Bool)]
    is_counted: bool,
    #[diesel(sql_type = Bool)]
    is_listed: bool,
    #[diesel(sql_type = Bool)]
    is_pinned: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    muted_until: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<BigInt>)]
    archived_seq: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_marked_unread: bool,
    #[diesel(sql_type = Nullable<Text>)]
    name_override: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    folder_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    left_rev: Option<i64>,
    #[diesel(embed)]
    draft: DraftColumns,
}

impl ConversationRow {
    fn into_conversation(self) -> RepositoryResult<CopiedConversation> {
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Ok(CopiedConversation {
            id: ConversationId::from_uuid(self.id),
            kind: stored(ConversationKind::from_text(&self.kind), "conversations.kind")?,
            name: self.name,
            history: stored(History::from_text(&self.history), "conversations.history")?,
            created_at: time(self.created_at),
            last_seq: Seq::new(self.last_seq),
            notice_seq: self.notice_seq.map(Seq::new),
            role: stored(Role::from_text(&self.role), "members.role")?,
            joined_seq: Seq::new(self.joined_seq),
            joined_at: time(self.joined_at),
            read_seq: Seq::new(self.read_seq),
            is_counted: self.is_counted,
            is_listed: self.is_listed,
            is_pinned: self.is_pinned,
            muted_until: self.muted_until.map(time),
            archived_seq: self.archived_seq.map(Seq::new),
            is_marked_unread: self.is_marked_unread,
            name_override: self.name_override,
            folder_id: self.folder_id.map(FolderId::from_uuid),
            left_rev: self.left_rev.map(Rev::new),
            draft: self.draft.into_draft(),
        })
    }
}

/// Up to `limit` conversations after `after`, by id, that `user` knows of: those in their list, groups they are or were
/// in, and whatever else has something of theirs or for them in it. Somebody else's conversation with them of which
/// they were told nothing is not among them.
pub async fn list_conversations(
    conn: &mut Connection,
    user: UserId,
    after: Option<ConversationId>,
    limit: i64,
) -> RepositoryResult<Vec<CopiedConversation>> {
    // Who left is told no name that the group was given afterwards.
    const SQL: &str = concat!(
        "SELECT c.id, c.kind, CASE \
             WHEN me.left_rev IS NULL THEN c.name \
             WHEN before.name IS NOT NULL THEN before.name ->> 'name' \
             WHEN NOT EXISTS (SELECT FROM messages n WHERE n.conversation_id = c.id AND n.kind = 'system' \
                 AND n.system ->> 'type' = 'name_changed' AND n.rev > me.left_rev) THEN c.name \
             END AS name, \
             c.history, c.created_at, c.last_seq, me.role, me.joined_seq, me.joined_at, me.read_seq, me.is_counted, \
             me.is_listed, me.is_pinned, me.muted_until, me.left_rev, \
             me.archived_seq, me.is_marked_unread, me.name_override, me.folder_id, \
             d.text AS draft_text, d.reply_to_seq AS draft_reply_to_seq, d.updated_at AS draft_updated_at, \
             (SELECT m.seq FROM messages m WHERE me.left_rev IS NULL AND m.conversation_id = c.id \
                 AND m.seq = c.notice_seq AND ",
        visible!(),
        ") AS notice_seq \
         FROM members me JOIN conversations c ON c.id = me.conversation_id \
         LEFT JOIN drafts d ON d.user_id = me.user_id AND d.conversation_id = me.conversation_id \
         LEFT JOIN LATERAL (SELECT n.system AS name FROM messages n WHERE me.left_rev IS NOT NULL \
             AND n.conversation_id = c.id AND n.kind = 'system' AND n.system ->> 'type' = 'name_changed' \
             AND n.rev <= me.left_rev ORDER BY n.seq DESC LIMIT 1) before ON true \
         WHERE me.user_id = $1 AND ($2 IS NULL OR me.conversation_id > $2) \
         AND (me.is_listed OR c.kind = 'group' OR EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND ",
        copied!(),
        ")) ORDER BY me.conversation_id LIMIT $3"
    );
    let rows: Vec<ConversationRow> = diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(after.map(ConversationId::as_uuid))
        .bind::<BigInt, _>(limit)
        .kept()
        .load(conn)
        .await?;
    rows.into_iter().map(ConversationRow::into_conversation).collect()
}

/// Which messages of a conversation are copied next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedStretch {
    /// Where.
    pub conversation_id: ConversationId,
    /// Those after this one.
    pub after: Seq,
    /// Up to this one: what is written while a copy is made is not in it.
    pub until: Seq,
    /// The most of them.
    pub limit: i64,
}

/// Messages that are copied for `user`, ascending by `seq`, as they are and may be seen at this moment.
pub async fn list_messages(
    conn: &mut Connection,
    user: UserId,
    stretch: CopiedStretch,
) -> RepositoryResult<Vec<Message>> {
    const SQL: &str = concat!(
        "SELECT ",
        columns!("me.user_id"),
        " FROM members me JOIN conversations c ON c.id = me.conversation_id \
          JOIN messages m ON m.conversation_id = c.id \
          WHERE me.conversation_id = $1 AND me.user_id = $2 AND m.seq > $3 AND m.seq <= $4 AND ",
        copied!(),
        " ORDER BY m.seq LIMIT $5"
    );
    let rows: Vec<MessageRow> = diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(stretch.conversation_id.as_uuid())
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<BigInt, _>(stretch.after.as_i64())
        .bind::<BigInt, _>(stretch.until.as_i64())
        .bind::<BigInt, _>(stretch.limit)
        .kept_as::<MessageColumns>()
        .load(conn)
        .await?;
    complete(conn, Some(user), rows).await
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many messages are copied for `user`.
pub async fn count_messages(conn: &mut Connection, user: UserId) -> RepositoryResult<i64> {
    const SQL: &str = concat!(
        "SELECT count(*) FROM members me JOIN conversations c ON c.id = me.conversation_id \
         JOIN messages m ON m.conversation_id = c.id WHERE me.user_id = $1 AND ",
        copied!()
    );
    let row: CountRow = diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(user.as_uuid())
        .kept()
        .get_result(conn)
        .await?;
    Ok(row.count)
}

/// How many files those messages hold.
pub async fn count_files(conn: &mut Connection, user: UserId) -> RepositoryResult<i64> {
    const SQL: &str = concat!(
        "SELECT count(*) FROM members me JOIN conversations c ON c.id = me.conversation_id \
         JOIN message_attachments ma ON ma.conversation_id = c.id \
         JOIN messages m ON m.conversation_id = c.id AND m.seq = ma.seq WHERE me.user_id = $1 AND ",
        copied!()
    );
    let row: CountRow = diesel::sql_query(SQL)
        .bind::<SqlUuid, _>(user.as_uuid())
        .kept()
        .get_result(conn)
        .await?;
    Ok(row.count)
}

//! Conversations as a member sees them in a list.

use damso_domain::{ConversationId, ConversationKind, FolderId, History, Rev, Role, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::draft::{Draft, DraftColumns};
use crate::error::stored;
use crate::member::{Member, MemberRow};
use crate::statement::Keep as _;
use crate::user::Picture;
use crate::visibility::{brings_back, counts_as_mention, counts_as_unread, visible};
use crate::{Connection, RepositoryError, RepositoryResult};

/// A conversation as one member sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationView {
    /// The conversation.
    pub id: ConversationId,
    /// What it is.
    pub kind: ConversationKind,
    /// Of a group.
    pub name: Option<String>,
    /// Of a group.
    pub avatar: Option<Picture>,
    /// What somebody who joins later can read.
    pub history: History,
    /// The number of its last change.
    pub rev: Rev,
    /// The number of its last message.
    pub last_seq: Seq,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many people are in it.
    pub member_count: i64,
    /// The first eight, by when they joined.
    pub first_members: Vec<Member>,
    /// The member who looks.
    pub membership: OwnMembership,
    /// Whether it is in their list.
    pub is_listed: bool,
    /// The newest message they may see.
    pub last_message_seq: Option<Seq>,
    /// The message that stands on top, if they may see it.
    pub notice_seq: Option<Seq>,
    /// What the list is ordered by.
    pub activity_at: Timestamp,
    /// Exact to 999; 1000 means more.
    pub unread_count: i64,
    /// Those among them that mention the member; 1000 means as many or more.
    pub mention_count: i64,
    /// What the member has begun to write in it.
    pub draft: Option<Draft>,
}

/// A member's own place in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct OwnMembership {
    /// Who looks.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// They joined after this message.
    pub joined_seq: Seq,
    /// They have read up to this message.
    pub read_seq: Seq,
    /// Whether their reading is shown to others, and that of others to them.
    pub is_counted: bool,
    /// Kept on top.
    pub is_pinned: bool,
    /// No notifications until then.
    pub muted_until: Option<Timestamp>,
    /// The last message when they put it away.
    pub archived_seq: Option<Seq>,
    /// Whether it is put away and nobody else has written since.
    pub is_archived: bool,
    /// Shown as unread until they read it.
    pub is_marked_unread: bool,
    /// What they call it.
    pub name_override: Option<String>,
    /// The folder it is in.
    pub folder_id: Option<FolderId>,
}

#[derive(QueryableByName)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
struct ViewRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    avatar_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    avatar_placeholder: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    avatar_side: Option<i32>,
    #[diesel(sql_type = Text)]
    history: String,
    #[diesel(sql_type = BigInt)]
    rev: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = SqlUuid)]
    viewer_id: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = BigInt)]
    joined_seq: i64,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = Bool)]
    is_counted: bool,
    #[diesel(sql_type = Bool)]
    is_pinned: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    muted_until: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<BigInt>)]
    archived_seq: Option<i64>,
    #[diesel(sql_type = Bool)]
    is_archived: bool,
    #[diesel(sql_type = Bool)]
    is_marked_unread: bool,
    #[diesel(sql_type = Nullable<Text>)]
    name_override: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    folder_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    is_listed: bool,
    #[diesel(sql_type = BigInt)]
    member_count: i64,
    #[diesel(sql_type = Jsonb)]
    first_members: serde_json::Value,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_message_seq: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    notice_seq: Option<i64>,
    #[diesel(sql_type = Timestamptz)]
    activity_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = BigInt)]
    unread_count: i64,
    #[diesel(sql_type = BigInt)]
    mention_count: i64,
    #[diesel(embed)]
    draft: DraftColumns,
}

impl ViewRow {
    fn into_view(self) -> RepositoryResult<ConversationView> {
        let first_members: Vec<MemberRow> = serde_json::from_value(self.first_members)
            .map_err(|error| RepositoryError::Query(format!("first_members: {error}")))?;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Ok(ConversationView {
            id: ConversationId::from_uuid(self.id),
            kind: stored(ConversationKind::from_text(&self.kind), "conversations.kind")?,
            name: self.name,
            avatar: Picture::from_columns(self.avatar_id, self.avatar_placeholder, self.avatar_side),
            history: stored(History::from_text(&self.history), "conversations.history")?,
            rev: Rev::new(self.rev),
            last_seq: Seq::new(self.last_seq),
            created_at: time(self.created_at),
            member_count: self.member_count,
            first_members: first_members
                .into_iter()
                .map(MemberRow::into_member)
                .collect::<Result<_, _>>()?,
            membership: OwnMembership {
                user_id: UserId::from_uuid(self.viewer_id),
                role: stored(Role::from_text(&self.role), "members.role")?,
                joined_seq: Seq::new(self.joined_seq),
                read_seq: Seq::new(self.read_seq),
                is_counted: self.is_counted,
                is_pinned: self.is_pinned,
                muted_until: self.muted_until.map(time),
                archived_seq: self.archived_seq.map(Seq::new),
                is_archived: self.is_archived,
                is_marked_unread: self.is_marked_unread,
                name_override: self.name_override,
                folder_id: self.folder_id.map(FolderId::from_uuid),
            },
            is_listed: self.is_listed,
            last_message_seq: self.last_message_seq.map(Seq::new),
            notice_seq: self.notice_seq.map(Seq::new),
            activity_at: time(self.activity_at),
            unread_count: self.unread_count,
            mention_count: self.mention_count,
            draft: self.draft.into_draft(),
        })
    }
}

/// Everything a list shows of a conversation, in one statement. `$1` is the member.
macro_rules! view {
    ($rest:literal) => {
        concat!(
            "SELECT * FROM (SELECT c.id, c.kind, c.name, c.avatar_id, c.avatar_placeholder, c.avatar_side, c.history, c.rev, \
                 c.last_seq, c.created_at, me.user_id AS viewer_id, me.role, me.joined_seq, me.read_seq, me.is_counted, me.is_pinned, me.muted_until, \
                 me.is_listed, me.archived_seq, me.is_marked_unread, me.name_override, me.folder_id, \
                 (me.archived_seq IS NOT NULL AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND ", brings_back!(), ")) AS is_archived, \
                 (SELECT count(*) FROM members x WHERE x.conversation_id = c.id AND x.left_rev IS NULL) AS member_count, \
                 (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.joined_rev), '[]') FROM \
                     (SELECT user_id, role, joined_seq, joined_rev, read_seq, is_counted, is_listed, is_blocking, \
                          shown_read_seq FROM members x \
                      WHERE x.conversation_id = c.id AND x.left_rev IS NULL ORDER BY joined_rev LIMIT 8) x) AS first_members, \
                 newest.seq AS last_message_seq, \
                 (SELECT m.seq FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.notice_seq AND ", visible!(), ") AS notice_seq, \
                 greatest(newest.created_at, me.joined_at) AS activity_at, \
                 unread.count AS unread_count, mentions.count AS mention_count, \
                 d.text AS draft_text, d.reply_to_seq AS draft_reply_to_seq, d.updated_at AS draft_updated_at \
             FROM members me JOIN conversations c ON c.id = me.conversation_id \
             LEFT JOIN drafts d ON d.user_id = me.user_id AND d.conversation_id = me.conversation_id \
             LEFT JOIN LATERAL (SELECT m.seq, m.created_at FROM messages m \
                 WHERE m.conversation_id = c.id AND ", visible!(), " ORDER BY m.seq DESC LIMIT 1) newest ON true \
             CROSS JOIN LATERAL (SELECT count(*) FROM (SELECT FROM messages m \
                 WHERE m.conversation_id = c.id AND m.seq > me.read_seq AND ", counts_as_unread!(), " LIMIT 1000) u) unread \
             CROSS JOIN LATERAL (SELECT count(*) FROM (SELECT FROM messages m \
                 WHERE m.conversation_id = c.id AND m.seq > me.read_seq AND ", counts_as_mention!(), " LIMIT 1000) u) mentions \
             WHERE me.user_id = $1 AND me.left_rev IS NULL) v WHERE ",
            $rest
        )
    };
}

/// Where a page of the list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPosition {
    /// Whether the last one was pinned.
    pub is_pinned: bool,
    /// Its last activity.
    pub activity_at: Timestamp,
    /// Which it was.
    pub id: ConversationId,
}

/// Up to `limit` conversations of `user`'s list after `after`: pinned ones first, then the latest first.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    after: Option<ListPosition>,
    limit: i64,
) -> RepositoryResult<Vec<ConversationView>> {
    let rows: Vec<ViewRow> = diesel::sql_query(view!(
        "is_listed AND ($2 IS NULL OR (is_pinned, activity_at, id) < ($2, $3, $4)) \
         ORDER BY is_pinned DESC, activity_at DESC, id DESC LIMIT $5"
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Nullable<Bool>, _>(after.map(|position| position.is_pinned))
    .bind::<Nullable<Timestamptz>, _>(after.map(|position| position.activity_at.as_jiff().to_diesel()))
    .bind::<Nullable<SqlUuid>, _>(after.map(|position| position.id.as_uuid()))
    .bind::<BigInt, _>(limit)
    .kept()
    .load(conn)
    .await?;
    rows.into_iter().map(ViewRow::into_view).collect()
}

/// The conversations among `ids` that `user` is a member of, listed or not, in no particular order.
pub async fn list_by_ids(
    conn: &mut Connection,
    user: UserId,
    ids: &[ConversationId],
) -> RepositoryResult<Vec<ConversationView>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<ViewRow> = diesel::sql_query(view!("id = ANY ($2)"))
        .bind::<SqlUuid, _>(user.as_uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .kept()
        .load(conn)
        .await?;
    rows.into_iter().map(ViewRow::into_view).collect()
}

/// How much a member has to read, and the moment at which that was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadCount {
    /// Messages of others that they may see after their pointer; 1000 means more.
    pub count: i64,
    /// Those among them that mention the member.
    pub mentions: i64,
    /// Where the conversation stood.
    pub rev: Rev,
    /// Where the member's own stream stood, which tells what they have hidden.
    pub user_rev: Rev,
    /// Whether they have marked the conversation as unread.
    pub is_marked_unread: bool,
}

/// How many messages of others a member may see after their pointer, and as of when; `None` when they are not in it.
pub async fn count_unread(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
) -> RepositoryResult<Option<UnreadCount>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        count: i64,
        #[diesel(sql_type = BigInt)]
        mentions: i64,
        #[diesel(sql_type = BigInt)]
        rev: i64,
        #[diesel(sql_type = BigInt)]
        user_rev: i64,
        #[diesel(sql_type = Bool)]
        is_marked_unread: bool,
    }
    // One statement: all of it is of one moment.
    let row: Option<Row> = diesel::sql_query(concat!(
        "SELECT unread.count, mentions.count AS mentions, c.rev, u.rev AS user_rev, me.is_marked_unread \
         FROM members me JOIN conversations c ON c.id = me.conversation_id JOIN users u ON u.id = me.user_id \
         CROSS JOIN LATERAL (SELECT count(*) FROM (SELECT FROM messages m \
             WHERE m.conversation_id = c.id AND m.seq > me.read_seq AND ",
        counts_as_unread!(),
        " LIMIT 1000) n) unread \
         CROSS JOIN LATERAL (SELECT count(*) FROM (SELECT FROM messages m \
             WHERE m.conversation_id = c.id AND m.seq > me.read_seq AND ",
        counts_as_mention!(),
        " LIMIT 1000) n) mentions WHERE me.user_id = $1 AND me.conversation_id = $2 AND me.left_rev IS NULL"
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<SqlUuid, _>(id.as_uuid())
    .kept()
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| UnreadCount {
        count: row.count,
        mentions: row.mentions,
        rev: Rev::new(row.rev),
        user_rev: Rev::new(row.user_rev),
        is_marked_unread: row.is_marked_unread,
    }))
}

/// The first `limit` unread messages of a conversation that mention `user`, ascending; none to somebody who is not in it.
pub async fn list_unread_mentions(
    conn: &mut Connection,
    user: UserId,
    id: ConversationId,
    limit: i64,
) -> RepositoryResult<Vec<Seq>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        seq: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT m.seq FROM members me JOIN conversations c ON c.id = me.conversation_id \
         JOIN messages m ON m.conversation_id = c.id AND m.seq > me.read_seq \
         WHERE me.user_id = $1 AND me.conversation_id = $2 AND me.left_rev IS NULL AND ",
        counts_as_mention!(),
        " ORDER BY m.seq LIMIT $3"
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<BigInt, _>(limit)
    .kept()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Seq::new(row.seq)).collect())
}

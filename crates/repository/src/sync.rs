//! What changed since a client last looked. One statement for all conversations together, however many changed.

use damso_domain::{ConversationId, FriendRequestId, MessageRef, Rev, Seq, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::block::Block;
use crate::friend::{FriendPreferences, FriendRequest, Friendship};
use crate::member::{Member, MemberRow};
use crate::message::{Message, MessageColumns, MessageRow, columns, complete};
use crate::schema::members;
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryError, RepositoryResult};

/// What changed in a user's own stream, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChanges {
    /// Where the stream stands.
    pub user_rev: Rev,
    /// The database's clock at the beginning of this transaction.
    pub now: Option<Timestamp>,
    /// Came into the list, or left it.
    pub conversations: Vec<ConversationId>,
    /// Seen otherwise.
    pub memberships: Vec<ConversationId>,
    /// With another draft, or none any more.
    pub drafts: Vec<ConversationId>,
    /// Hidden.
    pub hidden_messages: Vec<MessageRef>,
    /// How the user votes now, where that changed.
    pub poll_votes: Vec<(MessageRef, Rev, Vec<i64>)>,
    /// New or changed friends.
    pub friends: Vec<Friendship>,
    /// Not friends any more.
    pub removed_friends: Vec<UserId>,
    /// Requests that wait for an answer.
    pub friend_requests: Vec<FriendRequest>,
    /// Requests that were answered or withdrawn.
    pub closed_requests: Vec<FriendRequestId>,
    /// Whether the settings changed.
    pub has_new_settings: bool,
    /// Whether the folders changed.
    pub has_new_folders: bool,
    /// Blocked, or blocked otherwise.
    pub blocks: Vec<Block>,
    /// Not blocked any more.
    pub unblocked: Vec<UserId>,
}

/// One changed thing with what it is now, if it is there. A user without changes is one row without a kind.
#[derive(QueryableByName)]
struct UserChangeRow {
    #[diesel(sql_type = BigInt)]
    user_rev: i64,
    #[diesel(sql_type = Timestamptz)]
    now: jiff_diesel::Timestamp,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    subject_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_mutual: Option<bool>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_seen_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    nickname: Option<String>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_favorite: Option<bool>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_hidden: Option<bool>,
    #[diesel(sql_type = Nullable<Bool>)]
    hide_profile: Option<bool>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    blocked_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    from_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    to_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    message: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    created_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    conversation_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    voted_rev: Option<i64>,
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    options: Option<Vec<i64>>,
}

impl UserChangeRow {
    fn friendship(&self, id: Uuid) -> Option<Friendship> {
        Some(Friendship {
            friend_id: UserId::from_uuid(id),
            since: Timestamp::from_jiff(self.since?.to_jiff()),
            is_mutual: self.is_mutual?,
            last_seen_at: self.last_seen_at.map(|time| Timestamp::from_jiff(time.to_jiff())),
            preferences: FriendPreferences {
                nickname: self.nickname.clone(),
                is_favorite: self.is_favorite?,
                is_hidden: self.is_hidden?,
            },
        })
    }

    fn friend_request(&self, id: Uuid) -> Option<FriendRequest> {
        Some(FriendRequest {
            id: FriendRequestId::from_uuid(id),
            from_id: UserId::from_uuid(self.from_id?),
            to_id: UserId::from_uuid(self.to_id?),
            message: self.message.clone()?,
            created_at: Timestamp::from_jiff(self.created_at?.to_jiff()),
            hidden_for: None,
        })
    }

    fn block(&self, id: Uuid) -> Option<Block> {
        Some(Block {
            blocked_id: UserId::from_uuid(id),
            hide_profile: self.hide_profile?,
            created_at: Timestamp::from_jiff(self.blocked_at?.to_jiff()),
        })
    }

    fn poll_vote(&self) -> Option<(MessageRef, Rev, Vec<i64>)> {
        Some((
            self.message_ref()?,
            Rev::new(self.voted_rev?),
            self.options.clone()?,
        ))
    }

    fn message_ref(&self) -> Option<MessageRef> {
        Some(MessageRef {
            conversation_id: ConversationId::from_uuid(self.conversation_id?),
            seq: Seq::new(self.seq?),
        })
    }
}

impl UserChanges {
    fn add(&mut self, row: &UserChangeRow) -> RepositoryResult<()> {
        self.user_rev = Rev::new(row.user_rev);
        self.now = Some(Timestamp::from_jiff(row.now.to_jiff()));
        let (Some(kind), Some(id)) = (row.kind.as_deref(), row.subject_id) else {
            return Ok(());
        };
        match kind {
            "conversation" => self.conversations.push(ConversationId::from_uuid(id)),
            "membership" => self.memberships.push(ConversationId::from_uuid(id)),
            "draft" => self.drafts.push(ConversationId::from_uuid(id)),
            "hidden_message" => self.hidden_messages.extend(row.message_ref()),
            // Of a message that was deleted there is none.
            "poll_vote" => self.poll_votes.extend(row.poll_vote()),
            "friend" => match row.friendship(id) {
                Some(friendship) => self.friends.push(friendship),
                None => self.removed_friends.push(UserId::from_uuid(id)),
            },
            "friend_request" => match row.friend_request(id) {
                Some(request) => self.friend_requests.push(request),
                None => self.closed_requests.push(FriendRequestId::from_uuid(id)),
            },
            "settings" => self.has_new_settings = true,
            "folders" => self.has_new_folders = true,
            "block" => match row.block(id) {
                Some(block) => self.blocks.push(block),
                None => self.unblocked.push(UserId::from_uuid(id)),
            },
            other => return Err(RepositoryError::Query(format!("user_changes.kind holds {other}"))),
        }
        Ok(())
    }
}

/// What changed in `user`'s own stream after `rev`, or all of it when that is a number from the future; `None`
/// when there is no such user.
pub async fn find_user_changes(
    conn: &mut Connection,
    user: UserId,
    rev: Rev,
) -> RepositoryResult<Option<UserChanges>> {
    let rows: Vec<UserChangeRow> = diesel::sql_query(
        "SELECT u.rev AS user_rev, now(), uc.kind, uc.subject_id, f.since, f.is_mutual, f.last_seen_at, \
             f.nickname, f.is_favorite, f.is_hidden, \
             b.hide_profile, b.created_at AS blocked_at, r.from_id, r.to_id, r.message, r.created_at, \
             coalesce(h.conversation_id, v.conversation_id) AS conversation_id, coalesce(h.seq, v.seq) AS seq, \
             v.rev AS voted_rev, v.options \
         FROM users u \
         LEFT JOIN user_changes uc ON uc.user_id = u.id AND uc.rev > CASE WHEN u.rev < $2 THEN 0 ELSE $2 END \
         LEFT JOIN friendships f ON uc.kind = 'friend' AND f.user_id = u.id AND f.friend_id = uc.subject_id \
         LEFT JOIN friend_requests r ON uc.kind = 'friend_request' AND r.id = uc.subject_id \
             AND r.hidden_for IS DISTINCT FROM u.id \
         LEFT JOIN blocks b ON uc.kind = 'block' AND b.user_id = u.id AND b.blocked_id = uc.subject_id \
         LEFT JOIN hidden_messages h ON uc.kind = 'hidden_message' AND h.user_id = u.id \
             AND h.message_id = uc.subject_id \
         LEFT JOIN poll_votes v ON uc.kind = 'poll_vote' AND v.user_id = u.id AND v.message_id = uc.subject_id \
         WHERE u.id = $1 ORDER BY uc.rev",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<BigInt, _>(rev.as_i64())
    .kept()
    .load(conn)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut changes = UserChanges::default();
    rows.iter().try_for_each(|row| changes.add(row))?;
    Ok(Some(changes))
}

/// Which of these conversations `user` is in and moved beyond the `rev` or away from the `read_seq` that the
/// client has.
pub async fn list_moved(
    conn: &mut Connection,
    user: UserId,
    positions: &[(ConversationId, Rev, Seq)],
) -> RepositoryResult<Vec<ConversationId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let ids: Vec<Uuid> = positions.iter().map(|(id, _, _)| id.as_uuid()).collect();
    let revs: Vec<i64> = positions.iter().map(|(_, rev, _)| rev.as_i64()).collect();
    let reads: Vec<i64> = positions.iter().map(|(_, _, read)| read.as_i64()).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT DISTINCT k.id FROM unnest($2, $3, $4) AS k (id, rev, read_seq) \
         JOIN members me ON me.conversation_id = k.id AND me.user_id = $1 AND me.left_rev IS NULL \
         JOIN conversations c ON c.id = k.id \
         WHERE c.rev <> k.rev OR me.read_seq <> k.read_seq",
    )
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(revs)
    .bind::<Array<BigInt>, _>(reads)
    .kept()
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ConversationId::from_uuid(row.id))
        .collect())
}

/// From where on a conversation's messages are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessagesSince {
    /// The conversation.
    pub id: ConversationId,
    /// Those that changed after this.
    pub rev: Rev,
    /// And this one, whether or not it changed.
    pub last_seq: Option<Seq>,
    /// And this one, which stands on top.
    pub notice_seq: Option<Seq>,
}

/// A message of a conversation that changed, its last one, or the one that stands on top.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedMessage {
    /// The message.
    pub message: Message,
    /// Whether the user may see it.
    pub is_visible: bool,
    /// Whether it changed since.
    pub is_changed: bool,
}

/// The messages of these conversations that changed, at most `limit` of each, and besides, as not changed, the last one
/// of each and the one that stands on top, ascending by `seq` within a conversation. Of conversations that `user` is not
/// in there are none.
pub async fn list_messages(
    conn: &mut Connection,
    user: UserId,
    wanted: &[MessagesSince],
    limit: i64,
) -> RepositoryResult<Vec<ChangedMessage>> {
    #[derive(Queryable)]
    struct Row {
        message: MessageRow,
        is_visible: bool,
        is_changed: bool,
    }
    let ids: Vec<Uuid> = wanted.iter().map(|since| since.id.as_uuid()).collect();
    let revs: Vec<i64> = wanted.iter().map(|since| since.rev.as_i64()).collect();
    // No message has the number zero.
    let last: Vec<i64> = wanted
        .iter()
        .map(|since| since.last_seq.map_or(0, Seq::as_i64))
        .collect();
    let notices: Vec<i64> = wanted
        .iter()
        .map(|since| since.notice_seq.map_or(0, Seq::as_i64))
        .collect();
    // The last one stands among those that changed only where these are not too many.
    let rows: Vec<Row> = diesel::sql_query(concat!(
        "SELECT ",
        columns!("me.user_id"),
        ", (",
        visible!(),
        ") AS is_visible, m.is_changed \
         FROM unnest($2, $3, $4, $6) AS k (id, rev, last_seq, notice_seq) \
         JOIN members me ON me.conversation_id = k.id AND me.user_id = $1 AND me.left_rev IS NULL \
         JOIN conversations c ON c.id = k.id \
         CROSS JOIN LATERAL ((SELECT x.*, true AS is_changed FROM messages x \
                 WHERE x.conversation_id = k.id AND x.rev > k.rev ORDER BY x.rev LIMIT $5) \
             UNION ALL (SELECT x.*, false FROM messages x \
                 WHERE x.conversation_id = k.id AND x.seq IN (k.last_seq, k.notice_seq))) m \
         ORDER BY m.conversation_id, m.seq"
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(revs)
    .bind::<Array<BigInt>, _>(last)
    .bind::<BigInt, _>(limit)
    .bind::<Array<BigInt>, _>(notices)
    .kept_as::<(MessageColumns, Bool, Bool)>()
    .load(conn)
    .await?;
    let mut flags = Vec::with_capacity(rows.len());
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        flags.push((row.is_visible, row.is_changed));
        messages.push(row.message);
    }
    let messages = complete(conn, Some(user), messages).await?;
    let changed = messages.into_iter().zip(flags);
    Ok(changed
        .map(|(message, (is_visible, is_changed))| ChangedMessage {
            message,
            is_visible,
            is_changed,
        })
        .collect())
}

/// Somebody who came, changed or left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedMember {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who, as they are or were.
    pub member: Member,
    /// Whether they are not there any more.
    pub has_left: bool,
}

/// Who came, changed or left in each conversation after its `rev`, by when they joined.
pub async fn list_members(
    conn: &mut Connection,
    since: &[(ConversationId, Rev)],
) -> RepositoryResult<Vec<ChangedMember>> {
    let ids: Vec<Uuid> = since.iter().map(|(id, _)| id.as_uuid()).collect();
    let Some(earliest) = since.iter().map(|(_, rev)| *rev).min() else {
        return Ok(Vec::new());
    };
    let rows: Vec<(Uuid, i64, Option<i64>, MemberRow)> = members::table
        .filter(members::conversation_id.eq_any(ids))
        .filter(members::rev.gt(earliest.as_i64()))
        .order(members::joined_rev)
        .select((
            members::conversation_id,
            members::rev,
            members::left_rev,
            MemberRow::as_select(),
        ))
        .load(conn)
        .await?;
    let mut changed = Vec::new();
    for (id, rev, left_rev, row) in rows {
        let conversation_id = ConversationId::from_uuid(id);
        if since
            .iter()
            .any(|(id, since)| *id == conversation_id && *since < Rev::new(rev))
        {
            changed.push(ChangedMember {
                conversation_id,
                member: row.into_member()?,
                has_left: left_rev.is_some(),
            });
        }
    }
    Ok(changed)
}

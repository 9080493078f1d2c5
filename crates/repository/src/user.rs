//! Accounts.

mod change;

use damso_domain::{
    Birthday, BirthdayVisibility, DisplayName, EmailAddress, FriendRequestsFrom, GroupAddsFrom, Handle,
    ImageId, Locale, MessagesFrom, MonthDay, PresenceStatus, PresenceVisibility, Rev, StatusMessage,
    Timestamp, UserId,
};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::error::stored;
use crate::schema::{blocks, friend_requests, friendships, members, users};
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

pub use change::{
    mark_deleted, note_seen, update_avatar, update_hidden_from, update_presence, update_profile,
    update_settings,
};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// `None` once it is deleted.
    pub handle: Option<String>,
    /// Empty once it is deleted.
    pub display_name: String,
    /// May be empty.
    pub status_message: String,
    /// The picture and its thumbhash.
    pub avatar: Option<Picture>,
    /// Confirmed: mails go there, and it signs its owner in.
    pub email: Option<String>,
    /// Given, and not confirmed.
    pub pending_email: Option<String>,
    /// Of screens and mails.
    pub locale: Locale,
    /// Rises with each change of the profile.
    pub version: i64,
    /// Where the user's own stream stands.
    pub rev: Rev,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When the operator closed it.
    pub disabled_at: Option<Timestamp>,
    /// What the person lets others see.
    pub settings: Settings,
    /// When others could last see them here.
    pub last_seen_at: Option<Timestamp>,
    /// Who sees neither picture, status message nor birthday.
    pub hidden_from: Vec<UserId>,
    /// When they were born.
    pub birthday: Option<Birthday>,
}

impl User {
    /// The birthday as those are told who keep them as a friend, unless it is hidden from them.
    pub fn told_birthday(&self) -> Option<MonthDay> {
        let is_told = self.settings.birthday_visibility == BirthdayVisibility::Friends;
        self.birthday.filter(|_| is_told).map(Birthday::day)
    }
}

/// What an account lets others see, and who can reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether reading is shown, both ways.
    pub read_receipts: bool,
    /// Whether typing is shown, both ways.
    pub typing_indicators: bool,
    /// Who sees whether they are here.
    pub presence_visibility: PresenceVisibility,
    /// What they say about being here.
    pub presence: ChosenPresence,
    /// Whether those find them who know their handle.
    pub discoverable_by_handle: bool,
    /// Who may ask them to be a friend.
    pub friend_requests_from: FriendRequestsFrom,
    /// Who may bring them into a group.
    pub group_adds_from: GroupAddsFrom,
    /// Who may begin a direct conversation with them.
    pub messages_from: MessagesFrom,
    /// Who is told their birthday.
    pub birthday_visibility: BirthdayVisibility,
}

/// What somebody says about being here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenPresence {
    /// What others see while they are connected.
    pub status: PresenceStatus,
    /// What goes with it.
    pub text: Option<String>,
    /// When both are over.
    pub expires_at: Option<Timestamp>,
}

/// A change of [`Settings`]; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct SettingsChange {
    /// Whether reading is shown, both ways.
    pub read_receipts: Option<bool>,
    /// Whether typing is shown, both ways.
    pub typing_indicators: Option<bool>,
    /// Who sees whether they are here.
    pub presence_visibility: Option<PresenceVisibility>,
    /// Whether those find them who know their handle.
    pub discoverable_by_handle: Option<bool>,
    /// Who may ask them to be a friend.
    pub friend_requests_from: Option<FriendRequestsFrom>,
    /// Who may bring them into a group.
    pub group_adds_from: Option<GroupAddsFrom>,
    /// Who may begin a direct conversation with them.
    pub messages_from: Option<MessagesFrom>,
    /// Who is told their birthday.
    pub birthday_visibility: Option<BirthdayVisibility>,
}

/// The picture of a person or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// New at each change.
    pub id: ImageId,
    /// A thumbhash in base64.
    pub placeholder: Option<String>,
    /// Width and height of the large copy, in pixels.
    pub side: i32,
}

impl Picture {
    /// The side of the large copy unless the upload was smaller; a version from before it was stored knew no
    /// other.
    pub const LARGE_SIDE: i32 = 512;

    pub(crate) fn from_columns(
        id: Option<Uuid>,
        placeholder: Option<String>,
        side: Option<i32>,
    ) -> Option<Self> {
        id.map(|id| Self {
            id: ImageId::from_uuid(id),
            placeholder,
            side: side.unwrap_or(Self::LARGE_SIDE),
        })
    }
}

/// What sign-up stores.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The account's id.
    pub id: UserId,
    /// Unique.
    pub handle: Handle,
    /// What the person is called.
    pub display_name: DisplayName,
    /// PHC string.
    pub password_hash: String,
    /// Not confirmed.
    pub pending_email: Option<EmailAddress>,
    /// Of screens and mails.
    pub locale: Locale,
    /// When.
    pub created_at: Timestamp,
}

/// A change of one's profile; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    /// What the person is called.
    pub display_name: Option<DisplayName>,
    /// Unique.
    pub handle: Option<Handle>,
    /// May be empty.
    pub status_message: Option<StatusMessage>,
    /// Of screens and mails.
    pub locale: Option<Locale>,
    /// When they were born, or that it is not told.
    pub birthday: Option<Option<Birthday>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: Uuid,
    handle: Option<String>,
    display_name: String,
    status_message: String,
    #[diesel(column_name = email)]
    pending_email: Option<String>,
    verified_email: Option<String>,
    locale: String,
    avatar_id: Option<Uuid>,
    avatar_placeholder: Option<String>,
    avatar_side: Option<i32>,
    version: i64,
    rev: i64,
    created_at: jiff_diesel::Timestamp,
    deleted_at: Option<jiff_diesel::Timestamp>,
    read_receipts: bool,
    typing_indicators: bool,
    presence_visibility: String,
    presence_status: String,
    presence_text: Option<String>,
    presence_expires_at: Option<jiff_diesel::Timestamp>,
    last_seen_at: Option<jiff_diesel::Timestamp>,
    hidden_from: Option<Vec<Uuid>>,
    disabled_at: Option<jiff_diesel::Timestamp>,
    discoverable_by_handle: bool,
    friend_requests_from: String,
    group_adds_from: String,
    messages_from: String,
    birthday: Option<String>,
    birthday_visibility: String,
}

impl UserRow {
    fn into_user(self) -> RepositoryResult<User> {
        let Self {
            id,
            handle,
            display_name,
            status_message,
            pending_email,
            verified_email,
            locale,
            avatar_id,
            avatar_placeholder,
            avatar_side,
            version,
            rev,
            created_at,
            deleted_at,
            read_receipts,
            typing_indicators,
            presence_visibility,
            presence_status,
            presence_text,
            presence_expires_at,
            last_seen_at,
            hidden_from,
            disabled_at,
            discoverable_by_handle,
            friend_requests_from,
            group_adds_from,
            messages_from,
            birthday,
            birthday_visibility,
        } = self;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        let presence = ChosenPresence {
            status: stored(
                PresenceStatus::from_text(&presence_status),
                "users.presence_status",
            )?,
            text: presence_text,
            expires_at: presence_expires_at.map(time),
        };
        Ok(User {
            id: UserId::from_uuid(id),
            handle,
            display_name,
            status_message,
            avatar: Picture::from_columns(avatar_id, avatar_placeholder, avatar_side),
            email: verified_email,
            pending_email,
            locale: stored(Locale::from_tag(&locale), "users.locale")?,
            version,
            rev: Rev::new(rev),
            created_at: time(created_at),
            deleted_at: deleted_at.map(time),
            disabled_at: disabled_at.map(time),
            settings: Settings {
                read_receipts,
                typing_indicators,
                presence_visibility: stored(
                    PresenceVisibility::from_text(&presence_visibility),
                    "users.presence_visibility",
                )?,
                presence,
                discoverable_by_handle,
                friend_requests_from: stored(
                    FriendRequestsFrom::from_text(&friend_requests_from),
                    "users.friend_requests_from",
                )?,
                group_adds_from: stored(
                    GroupAddsFrom::from_text(&group_adds_from),
                    "users.group_adds_from",
                )?,
                messages_from: stored(MessagesFrom::from_text(&messages_from), "users.messages_from")?,
                birthday_visibility: stored(
                    BirthdayVisibility::from_text(&birthday_visibility),
                    "users.birthday_visibility",
                )?,
            },
            birthday: birthday
                .map(|birthday| stored(birthday.parse().ok(), "users.birthday"))
                .transpose()?,
            last_seen_at: last_seen_at.map(time),
            hidden_from: hidden_from.into_iter().flatten().map(UserId::from_uuid).collect(),
        })
    }
}

/// Stores an account; `Conflict` when the handle is taken.
pub async fn insert(conn: &mut Connection, new: &NewUser) -> RepositoryResult<User> {
    let row: UserRow = diesel::insert_into(users::table)
        .values((
            users::id.eq(new.id.as_uuid()),
            users::handle.eq(new.handle.as_str()),
            users::display_name.eq(new.display_name.as_str()),
            users::status_message.eq(""),
            users::password_hash.eq(&new.password_hash),
            users::email.eq(new.pending_email.as_ref().map(EmailAddress::as_str)),
            users::locale.eq(new.locale.as_str()),
            users::version.eq(1),
            users::rev.eq(0),
            users::created_at.eq(new.created_at.as_jiff().to_diesel()),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_user()
}

/// The account, deleted ones included.
pub async fn find(conn: &mut Connection, id: UserId) -> RepositoryResult<Option<User>> {
    let row: Option<UserRow> = users::table
        .find(id.as_uuid())
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UserRow::into_user).transpose()
}

/// Those of `ids` that exist, in the order of their ids: as the table has them would tell who was changed last, and so of
/// a block that hides a profile.
pub async fn list(conn: &mut Connection, ids: &[UserId]) -> RepositoryResult<Vec<User>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<UserRow> = users::table
        .filter(users::id.eq_any(ids))
        .order(users::id)
        .select(UserRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// Accounts that a sync tells of.
#[derive(Clone, Debug, Default)]
pub struct SyncedUsers {
    /// Those that were asked for and exist, and those that changed, in no particular order.
    pub users: Vec<User>,
    /// Those among them that changed.
    pub changed: Vec<UserId>,
}

/// Those of `ids` that exist, and those who changed after `since` and whose profile `viewer` sees: friends, those of
/// requests, those who are blocked, and those of common conversations.
pub async fn list_for_sync(
    conn: &mut Connection,
    viewer: UserId,
    ids: &[UserId],
    since: Option<Timestamp>,
) -> RepositoryResult<SyncedUsers> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let viewer = viewer.as_uuid();
    let is_friend = exists(
        friendships::table
            .filter(friendships::user_id.eq(viewer))
            .filter(friendships::friend_id.eq(users::id)),
    );
    let has_asked = exists(
        friend_requests::table.filter(
            (friend_requests::from_id
                .eq(viewer)
                .and(friend_requests::to_id.eq(users::id)))
            .or(friend_requests::to_id
                .eq(viewer)
                .and(friend_requests::from_id.eq(users::id))),
        ),
    );
    let is_blocked = exists(
        blocks::table
            .filter(blocks::user_id.eq(viewer))
            .filter(blocks::blocked_id.eq(users::id)),
    );
    let own = diesel::alias!(members as own);
    let is_there_too = exists(
        own.filter(own.field(members::user_id).eq(viewer))
            .filter(own.field(members::left_rev).is_null())
            .inner_join(members::table.on(members::conversation_id.eq(own.field(members::conversation_id))))
            .filter(members::user_id.eq(users::id))
            .filter(members::left_rev.is_null()),
    );
    let since = since.map(|since| since.as_jiff().to_diesel());
    let has_changed = users::changed_at.nullable().gt(since);
    let rows: Vec<(UserRow, Option<bool>)> = users::table
        .filter(
            users::id
                .eq_any(ids)
                .or(has_changed.and(is_friend.or(has_asked).or(is_blocked).or(is_there_too))),
        )
        .select((UserRow::as_select(), has_changed))
        .load(conn)
        .await?;
    let mut found = SyncedUsers::default();
    for (row, has_changed) in rows {
        let user = row.into_user()?;
        if has_changed == Some(true) {
            found.changed.push(user.id);
        }
        found.users.push(user);
    }
    Ok(found)
}

/// The live account with this handle, as far as `viewer` may find it: one that is not to be found by its handle is by
/// itself, by those who keep it as a friend, and by those whom it has asked to be one. For everybody else there is none.
pub async fn find_by_handle_for(
    conn: &mut Connection,
    viewer: UserId,
    handle: &Handle,
) -> RepositoryResult<Option<User>> {
    let viewer = viewer.as_uuid();
    let is_friend = exists(
        friendships::table
            .filter(friendships::user_id.eq(viewer))
            .filter(friendships::friend_id.eq(users::id)),
    );
    let has_asked = exists(
        friend_requests::table
            .filter(friend_requests::from_id.eq(users::id))
            .filter(friend_requests::to_id.eq(viewer))
            .filter(friend_requests::hidden_for.is_distinct_from(viewer)),
    );
    let row: Option<UserRow> = users::table
        .filter(users::handle.eq(handle.as_str()))
        .filter(
            users::discoverable_by_handle
                .or(users::id.eq(viewer))
                .or(is_friend)
                .or(has_asked),
        )
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UserRow::into_user).transpose()
}

/// The live account with this handle.
pub async fn find_by_handle(conn: &mut Connection, handle: &Handle) -> RepositoryResult<Option<User>> {
    let row: Option<UserRow> = users::table
        .filter(users::handle.eq(handle.as_str()))
        .select(UserRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(UserRow::into_user).transpose()
}

/// Who has this handle, and the hash of their password.
pub async fn find_credentials(
    conn: &mut Connection,
    handle: &Handle,
) -> RepositoryResult<Option<(UserId, String)>> {
    let row: Option<(Uuid, Option<String>)> = users::table
        .filter(users::handle.eq(handle.as_str()))
        .select((users::id, users::password_hash))
        .first(conn)
        .await
        .optional()?;
    Ok(row.and_then(|(id, hash)| Some((UserId::from_uuid(id), hash?))))
}

/// The hash of a live account's password.
pub async fn find_password_hash(conn: &mut Connection, id: UserId) -> RepositoryResult<Option<String>> {
    let hash: Option<Option<String>> = users::table
        .find(id.as_uuid())
        .select(users::password_hash)
        .first(conn)
        .await
        .optional()?;
    Ok(hash.flatten())
}

/// Replaces the hash, but only if it still is `old`; tells whether it was.
pub async fn replace_password_hash(
    conn: &mut Connection,
    id: UserId,
    old: &str,
    new: &str,
) -> RepositoryResult<bool> {
    let changed = diesel::update(
        users::table
            .find(id.as_uuid())
            .filter(users::password_hash.eq(old)),
    )
    .set(users::password_hash.eq(new))
    .execute(conn)
    .await?;
    Ok(changed == 1)
}

/// Sets the hash, whatever it was: whoever has a link to do so need not know the old password.
pub async fn set_password_hash(conn: &mut Connection, id: UserId, new: &str) -> RepositoryResult<()> {
    diesel::update(users::table.find(id.as_uuid()))
        .set(users::password_hash.eq(new))
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks accounts in the order of their ids, so that two transactions cannot wait for each other. Returns
/// the live ones among them.
pub async fn lock(conn: &mut Connection, ids: &[UserId]) -> RepositoryResult<Vec<User>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<UserRow> = users::table
        .filter(users::id.eq_any(ids))
        .filter(users::deleted_at.is_null())
        .order(users::id)
        .select(UserRow::as_select())
        .for_no_key_update()
        .load(conn)
        .await?;
    rows.into_iter().map(UserRow::into_user).collect()
}

/// Everyone who sees this user's profile: people who keep them as a friend, who block them, and those who share a
/// request or a conversation with them; without the user.
pub async fn list_audience(conn: &mut Connection, id: UserId) -> RepositoryResult<Vec<UserId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT user_id AS id FROM friendships WHERE friend_id = $1 \
         UNION SELECT other.user_id FROM members me \
             JOIN members other ON other.conversation_id = me.conversation_id AND other.left_rev IS NULL \
             WHERE me.user_id = $1 AND me.left_rev IS NULL AND other.user_id <> $1 \
         UNION SELECT to_id FROM friend_requests WHERE from_id = $1 \
         UNION SELECT from_id FROM friend_requests WHERE to_id = $1 \
         UNION SELECT user_id FROM blocks WHERE blocked_id = $1",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .kept()
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| UserId::from_uuid(row.id)).collect())
}

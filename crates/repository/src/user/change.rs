//! Changes of accounts.

use damso_domain::{
    Birthday, BirthdayVisibility, DisplayName, FriendRequestsFrom, GroupAddsFrom, Handle, Locale,
    MessagesFrom, PresenceVisibility, StatusMessage, Timestamp, UserId,
};
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::{ChosenPresence, Picture, ProfileChange, SettingsChange, User, UserRow};
use crate::schema::users;
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct ProfileChangeset<'a> {
    display_name: Option<&'a str>,
    handle: Option<&'a str>,
    status_message: Option<&'a str>,
    locale: Option<&'a str>,
    birthday: Option<Option<String>>,
}

/// Changes the profile of a live account; `Conflict` when the new handle is taken.
pub async fn update_profile(
    conn: &mut Connection,
    id: UserId,
    change: &ProfileChange,
) -> RepositoryResult<User> {
    let changeset = ProfileChangeset {
        display_name: change.display_name.as_ref().map(DisplayName::as_str),
        handle: change.handle.as_ref().map(Handle::as_str),
        status_message: change.status_message.as_ref().map(StatusMessage::as_str),
        locale: change.locale.map(Locale::as_str),
        birthday: change
            .birthday
            .map(|birthday| birthday.as_ref().map(Birthday::to_string)),
    };
    let row: UserRow = diesel::update(
        users::table
            .find(id.as_uuid())
            .filter(users::deleted_at.is_null()),
    )
    .set((
        changeset,
        users::version.eq(users::version + 1),
        users::changed_at.eq(diesel::dsl::now),
    ))
    .returning(UserRow::as_returning())
    .get_result(conn)
    .await?;
    row.into_user()
}

/// Sets or clears the picture of a live account.
pub async fn update_avatar(
    conn: &mut Connection,
    id: UserId,
    avatar: Option<&Picture>,
) -> RepositoryResult<User> {
    let row: UserRow = diesel::update(
        users::table
            .find(id.as_uuid())
            .filter(users::deleted_at.is_null()),
    )
    .set((
        users::avatar_id.eq(avatar.map(|picture| picture.id.as_uuid())),
        users::avatar_placeholder.eq(avatar.and_then(|picture| picture.placeholder.as_deref())),
        users::avatar_side.eq(avatar.map(|picture| picture.side)),
        users::version.eq(users::version + 1),
        users::changed_at.eq(diesel::dsl::now),
    ))
    .returning(UserRow::as_returning())
    .get_result(conn)
    .await?;
    row.into_user()
}

/// Writes down from whom picture and status message are hidden, as the blocks say, with a new version: of two copies
/// the larger one wins, also of one with a picture and one without.
pub async fn update_hidden_from(conn: &mut Connection, id: UserId) -> RepositoryResult<User> {
    let hidden_from = diesel::dsl::sql::<Nullable<Array<SqlUuid>>>(
        "(SELECT array_agg(blocked_id) FROM blocks WHERE blocks.user_id = users.id AND hide_profile)",
    );
    let row: UserRow = diesel::update(users::table.find(id.as_uuid()))
        .set((
            users::hidden_from.eq(hidden_from),
            users::version.eq(users::version + 1),
            users::changed_at.eq(diesel::dsl::now),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_user()
}

/// Empties the account: nothing of it is left but its id, so that what it wrote keeps an author.
pub async fn mark_deleted(conn: &mut Connection, id: UserId, at: Timestamp) -> RepositoryResult<User> {
    let nothing: Option<String> = None;
    let row: UserRow = diesel::update(users::table.find(id.as_uuid()))
        .set((
            users::handle.eq(nothing.clone()),
            users::display_name.eq(""),
            users::status_message.eq(""),
            users::password_hash.eq(nothing.clone()),
            users::email.eq(nothing.clone()),
            users::verified_email.eq(nothing.clone()),
            users::avatar_id.eq(None::<Uuid>),
            users::avatar_placeholder.eq(nothing),
            users::avatar_side.eq(None::<i32>),
            users::version.eq(users::version + 1),
            users::changed_at.eq(diesel::dsl::now),
            users::deleted_at.eq(Some(at.as_jiff().to_diesel())),
            users::presence_text.eq(None::<String>),
            users::presence_expires_at.eq(None::<jiff_diesel::Timestamp>),
            users::last_seen_at.eq(None::<jiff_diesel::Timestamp>),
            users::hidden_from.eq(None::<Vec<Uuid>>),
            users::disabled_at.eq(None::<jiff_diesel::Timestamp>),
            users::disabled_reason.eq(None::<String>),
            users::birthday.eq(None::<String>),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_user()
}

#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct SettingsChangeset {
    read_receipts: Option<bool>,
    typing_indicators: Option<bool>,
    presence_visibility: Option<&'static str>,
    discoverable_by_handle: Option<bool>,
    friend_requests_from: Option<&'static str>,
    group_adds_from: Option<&'static str>,
    messages_from: Option<&'static str>,
    birthday_visibility: Option<&'static str>,
}

/// Changes what an account lets others see, and who can reach it. An empty change is none.
pub async fn update_settings(
    conn: &mut Connection,
    id: UserId,
    change: SettingsChange,
) -> RepositoryResult<User> {
    let changeset = SettingsChangeset {
        read_receipts: change.read_receipts,
        typing_indicators: change.typing_indicators,
        presence_visibility: change.presence_visibility.map(PresenceVisibility::as_str),
        discoverable_by_handle: change.discoverable_by_handle,
        friend_requests_from: change.friend_requests_from.map(FriendRequestsFrom::as_str),
        group_adds_from: change.group_adds_from.map(GroupAddsFrom::as_str),
        messages_from: change.messages_from.map(MessagesFrom::as_str),
        birthday_visibility: change.birthday_visibility.map(BirthdayVisibility::as_str),
    };
    // The id is set to what it is, so that a change of nothing is a statement, too.
    let row: UserRow = diesel::update(users::table.find(id.as_uuid()))
        .set((changeset, users::id.eq(id.as_uuid())))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_user()
}

/// Stores what somebody says about being here.
pub async fn update_presence(
    conn: &mut Connection,
    id: UserId,
    presence: &ChosenPresence,
) -> RepositoryResult<User> {
    let expires_at = presence.expires_at.map(|time| time.as_jiff().to_diesel());
    let row: UserRow = diesel::update(users::table.find(id.as_uuid()))
        .set((
            users::presence_status.eq(presence.status.as_str()),
            users::presence_text.eq(presence.text.as_deref()),
            users::presence_expires_at.eq(expires_at),
        ))
        .returning(UserRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_user()
}

/// Notes that others could see these people here at `now`. Does not wait for the disk: what a crash takes is a
/// moment at which somebody was last seen.
pub async fn note_seen(conn: &mut Connection, ids: &[UserId], now: Timestamp) -> RepositoryResult<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    diesel::sql_query("SET LOCAL synchronous_commit = off")
        .execute(conn)
        .await?;
    diesel::sql_query(
        "UPDATE users SET last_seen_at = $2 FROM \
             (SELECT id FROM users WHERE id = ANY ($1) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE) seen \
         WHERE users.id = seen.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(now.as_jiff().to_diesel())
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

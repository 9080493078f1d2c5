//! Signed-in devices and their refresh tokens.

use damso_domain::{SessionId, SessionName, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::{refresh_tokens, sessions};
use crate::{Connection, RepositoryResult};

/// SHA-256 of a refresh token.
pub type TokenHash = [u8; 32];

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What its owner sees in the list of devices.
    pub name: String,
    /// Where it was last used from.
    pub address: Option<String>,
    /// The newest refresh token's number.
    pub generation: i64,
    /// The newest generation that was seen in use.
    pub seen_generation: i64,
    /// When that was first seen.
    pub seen_at: Timestamp,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it last refreshed.
    pub last_used_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    name: String,
    address: Option<String>,
    generation: i64,
    seen_generation: i64,
    seen_at: jiff_diesel::Timestamp,
    created_at: jiff_diesel::Timestamp,
    last_used_at: jiff_diesel::Timestamp,
    ended_at: Option<jiff_diesel::Timestamp>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        let SessionRow {
            id,
            user_id,
            name,
            address,
            generation,
            seen_generation,
            seen_at,
            created_at,
            last_used_at,
            ended_at,
        } = row;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Self {
            id: SessionId::from_uuid(id),
            user_id: UserId::from_uuid(user_id),
            name,
            address,
            generation,
            seen_generation,
            seen_at: time(seen_at),
            created_at: time(created_at),
            last_used_at: time(last_used_at),
            ended_at: ended_at.map(time),
        }
    }
}

/// Stores a session whose newest refresh token has generation 1.
pub async fn insert(
    conn: &mut Connection,
    id: SessionId,
    user: UserId,
    name: &SessionName,
    address: Option<&str>,
    now: Timestamp,
) -> RepositoryResult<()> {
    let now = now.as_jiff().to_diesel();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id.as_uuid()),
            sessions::user_id.eq(user.as_uuid()),
            sessions::name.eq(name.as_str()),
            sessions::address.eq(address),
            sessions::generation.eq(1),
            sessions::seen_generation.eq(1),
            sessions::seen_at.eq(now),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Stores the hash of a refresh token. Storing it again changes nothing: a successor is always the same.
pub async fn insert_token(
    conn: &mut Connection,
    hash: &TokenHash,
    session: SessionId,
    generation: i64,
) -> RepositoryResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(hash.as_slice()),
            refresh_tokens::session_id.eq(session.as_uuid()),
            refresh_tokens::generation.eq(generation),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// The session a refresh token belongs to, locked, and the token's generation.
pub async fn find_by_token_and_lock(
    conn: &mut Connection,
    hash: &TokenHash,
) -> RepositoryResult<Option<(Session, i64)>> {
    let token: Option<(Uuid, i64)> = refresh_tokens::table
        .find(hash.as_slice())
        .select((refresh_tokens::session_id, refresh_tokens::generation))
        .first(conn)
        .await
        .optional()?;
    let Some((session_id, generation)) = token else {
        return Ok(None);
    };
    // Two refreshes at once take turns here, so that only one of them makes the next generation.
    let session: Option<SessionRow> = sessions::table
        .find(session_id)
        .select(SessionRow::as_select())
        .for_no_key_update()
        .first(conn)
        .await
        .optional()?;
    Ok(session.map(|session| (session.into(), generation)))
}

/// Moves a session to its next refresh token.
pub async fn update_generation(
    conn: &mut Connection,
    session: &Session,
    generation: i64,
    address: Option<&str>,
    now: Timestamp,
) -> RepositoryResult<()> {
    diesel::update(sessions::table.find(session.id.as_uuid()))
        .set((
            sessions::generation.eq(generation),
            sessions::address.eq(address),
            sessions::last_used_at.eq(now.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that a generation is in use: its refresh token, or an access token made with it, has arrived.
pub async fn mark_generation_seen(
    conn: &mut Connection,
    id: SessionId,
    generation: i64,
    now: Timestamp,
) -> RepositoryResult<()> {
    diesel::update(
        sessions::table
            .find(id.as_uuid())
            .filter(sessions::seen_generation.lt(generation)),
    )
    .set((
        sessions::seen_generation.eq(generation),
        sessions::seen_at.eq(now.as_jiff().to_diesel()),
    ))
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that the session has shown that it is its owner who uses it.
pub async fn mark_proved(conn: &mut Connection, id: SessionId, now: Timestamp) -> RepositoryResult<()> {
    diesel::update(sessions::table.find(id.as_uuid()))
        .set(sessions::proved_at.eq(Some(now.as_jiff().to_diesel())))
        .execute(conn)
        .await?;
    Ok(())
}

/// When the session has last shown that.
pub async fn find_proved_at(conn: &mut Connection, id: SessionId) -> RepositoryResult<Option<Timestamp>> {
    let proved_at: Option<Option<jiff_diesel::Timestamp>> = sessions::table
        .find(id.as_uuid())
        .select(sessions::proved_at)
        .first(conn)
        .await
        .optional()?;
    Ok(proved_at
        .flatten()
        .map(|time| Timestamp::from_jiff(time.to_jiff())))
}

/// The live sessions of a user, the last used first.
pub async fn list(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Session>> {
    let rows: Vec<SessionRow> = sessions::table
        .filter(sessions::user_id.eq(user.as_uuid()))
        .filter(sessions::ended_at.is_null())
        .order((sessions::last_used_at.desc(), sessions::id))
        .select(SessionRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Whether the session is there and has not ended.
pub async fn is_live(conn: &mut Connection, id: SessionId) -> RepositoryResult<bool> {
    let live: bool = diesel::select(diesel::dsl::exists(
        sessions::table
            .find(id.as_uuid())
            .filter(sessions::ended_at.is_null()),
    ))
    .get_result(conn)
    .await?;
    Ok(live)
}

/// Those of these sessions that are there and have not ended.
pub async fn retain_live(conn: &mut Connection, ids: &[SessionId]) -> RepositoryResult<Vec<SessionId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let live: Vec<Uuid> = sessions::table
        .filter(sessions::id.eq_any(ids))
        .filter(sessions::ended_at.is_null())
        .select(sessions::id)
        .load(conn)
        .await?;
    Ok(live.into_iter().map(SessionId::from_uuid).collect())
}

/// Gives a live session of `user` a name; tells whether there is one.
pub async fn rename(
    conn: &mut Connection,
    user: UserId,
    id: SessionId,
    name: &SessionName,
) -> RepositoryResult<bool> {
    let live = sessions::table
        .find(id.as_uuid())
        .filter(sessions::user_id.eq(user.as_uuid()))
        .filter(sessions::ended_at.is_null());
    Ok(diesel::update(live)
        .set(sessions::name.eq(name.as_str()))
        .execute(conn)
        .await?
        == 1)
}

/// Which sessions to end.
#[derive(Clone, Debug)]
pub enum SessionsToEnd {
    /// These.
    These(Vec<SessionId>),
    /// All but this one.
    AllBut(SessionId),
    /// All.
    All,
}

/// Ends live sessions of `user` and forgets their refresh tokens; returns which.
pub async fn end(
    conn: &mut Connection,
    user: UserId,
    which: SessionsToEnd,
    now: Timestamp,
) -> RepositoryResult<Vec<SessionId>> {
    let mut query = diesel::update(sessions::table)
        .set(sessions::ended_at.eq(Some(now.as_jiff().to_diesel())))
        .filter(sessions::user_id.eq(user.as_uuid()))
        .filter(sessions::ended_at.is_null())
        .into_boxed();
    query = match which {
        SessionsToEnd::These(ids) => {
            let ids: Vec<Uuid> = ids.into_iter().map(SessionId::as_uuid).collect();
            query.filter(sessions::id.eq_any(ids))
        }
        SessionsToEnd::AllBut(id) => query.filter(sessions::id.ne(id.as_uuid())),
        SessionsToEnd::All => query,
    };
    let ended: Vec<Uuid> = query.returning(sessions::id).get_results(conn).await?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&ended)))
        .execute(conn)
        .await?;
    Ok(ended.into_iter().map(SessionId::from_uuid).collect())
}

/// Sessions that ended after `since`, so that access tokens made before can be refused.
pub async fn list_ended_since(conn: &mut Connection, since: Timestamp) -> RepositoryResult<Vec<SessionId>> {
    let ended: Vec<Uuid> = sessions::table
        .filter(sessions::ended_at.gt(since.as_jiff().to_diesel()))
        .select(sessions::id)
        .load(conn)
        .await?;
    Ok(ended.into_iter().map(SessionId::from_uuid).collect())
}

/// Forgets sessions that ended before `before`.
pub async fn delete_ended_before(conn: &mut Connection, before: Timestamp) -> RepositoryResult<usize> {
    let ended = sessions::table.filter(sessions::ended_at.lt(before.as_jiff().to_diesel()));
    Ok(diesel::delete(ended).execute(conn).await?)
}

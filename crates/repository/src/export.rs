//! Copies of everything that is somebody's: which there are, and who makes them.

use std::time::Duration;

use damso_domain::{ExportId, ExportState, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::error::stored;
use crate::schema::exports;
use crate::{Connection, RepositoryResult};

/// A copy of everything that is somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The export; later ones are larger.
    pub id: ExportId,
    /// Whose it is.
    pub user_id: UserId,
    /// How far it has come.
    pub state: ExportState,
    /// How many messages and files are in it.
    pub done: i64,
    /// How many there will be; 0 until they are counted.
    pub total: i64,
    /// Of the archive.
    pub size_bytes: Option<i64>,
    /// Where the archive is, or may be.
    pub object_key: Option<String>,
    /// How often it was taken up.
    pub attempts: i32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the archive goes.
    pub expires_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = exports)]
struct ExportRow {
    id: Uuid,
    user_id: Uuid,
    state: String,
    done: i64,
    total: i64,
    size_bytes: Option<i64>,
    object_key: Option<String>,
    attempts: i32,
    created_at: jiff_diesel::Timestamp,
    expires_at: Option<jiff_diesel::Timestamp>,
}

impl ExportRow {
    fn into_export(self) -> RepositoryResult<Export> {
        let Self {
            id,
            user_id,
            state,
            done,
            total,
            size_bytes,
            object_key,
            attempts,
            created_at,
            expires_at,
        } = self;
        Ok(Export {
            id: ExportId::from_uuid(id),
            user_id: UserId::from_uuid(user_id),
            state: stored(ExportState::from_text(&state), "exports.state")?,
            done,
            total,
            size_bytes,
            object_key,
            attempts,
            created_at: Timestamp::from_jiff(created_at.to_jiff()),
            expires_at: expires_at.map(|time| Timestamp::from_jiff(time.to_jiff())),
        })
    }
}

fn into_exports(rows: Vec<ExportRow>) -> RepositoryResult<Vec<Export>> {
    rows.into_iter().map(ExportRow::into_export).collect()
}

/// The right to work on an export: who makes it has it until somebody else takes it up, or it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    export: ExportId,
    token: Uuid,
}

impl Claim {
    /// A new one, different from every other.
    pub fn new(export: ExportId) -> Self {
        Self {
            export,
            token: Uuid::now_v7(),
        }
    }

    /// What it is the right to work on.
    pub const fn export(self) -> ExportId {
        self.export
    }
}

const UNDER_WAY: [&str; 2] = [ExportState::Waiting.as_str(), ExportState::Running.as_str()];

/// Stores an export that waits; `Conflict` when one of the same account is under way.
pub async fn insert(conn: &mut Connection, user: UserId, now: Timestamp) -> RepositoryResult<Export> {
    let now = now.as_jiff().to_diesel();
    let row: ExportRow = diesel::insert_into(exports::table)
        .values((
            exports::id.eq(ExportId::new().as_uuid()),
            exports::user_id.eq(user.as_uuid()),
            exports::state.eq(ExportState::Waiting.as_str()),
            exports::done.eq(0),
            exports::total.eq(0),
            exports::due_at.eq(now),
            exports::attempts.eq(0),
            exports::created_at.eq(now),
        ))
        .returning(ExportRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_export()
}

/// The export of an account that waits or is being made.
pub async fn find_under_way(conn: &mut Connection, user: UserId) -> RepositoryResult<Option<Export>> {
    let row: Option<ExportRow> = exports::table
        .filter(exports::user_id.eq(user.as_uuid()))
        .filter(exports::state.eq_any(UNDER_WAY))
        .select(ExportRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(ExportRow::into_export).transpose()
}

/// An export of `user`.
pub async fn find(conn: &mut Connection, user: UserId, id: ExportId) -> RepositoryResult<Option<Export>> {
    let row: Option<ExportRow> = exports::table
        .find(id.as_uuid())
        .filter(exports::user_id.eq(user.as_uuid()))
        .select(ExportRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(ExportRow::into_export).transpose()
}

/// Up to `limit` exports of `user`, the newest first.
pub async fn list(conn: &mut Connection, user: UserId, limit: i64) -> RepositoryResult<Vec<Export>> {
    let rows: Vec<ExportRow> = exports::table
        .filter(exports::user_id.eq(user.as_uuid()))
        .order(exports::id.desc())
        .limit(limit)
        .select(ExportRow::as_select())
        .load(conn)
        .await?;
    into_exports(rows)
}

/// Removes an export of `user`; returns it.
pub async fn delete(conn: &mut Connection, user: UserId, id: ExportId) -> RepositoryResult<Option<Export>> {
    let own = exports::table
        .find(id.as_uuid())
        .filter(exports::user_id.eq(user.as_uuid()));
    let row: Option<ExportRow> = diesel::delete(own)
        .returning(ExportRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    row.map(ExportRow::into_export).transpose()
}

/// Removes every export of `user`; returns them.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Export>> {
    let rows: Vec<ExportRow> = diesel::delete(exports::table.filter(exports::user_id.eq(user.as_uuid())))
        .returning(ExportRow::as_returning())
        .get_results(conn)
        .await?;
    into_exports(rows)
}

/// Lets everything that is running be taken up by somebody else at once.
pub async fn release_all(conn: &mut Connection, now: Timestamp) -> RepositoryResult<usize> {
    let running = exports::table.filter(exports::state.eq(ExportState::Running.as_str()));
    Ok(diesel::update(running)
        .set(exports::due_at.eq(now.as_jiff().to_diesel()))
        .execute(conn)
        .await?)
}

/// The export that waits longest to be taken up, locked until the transaction ends.
pub async fn lock_due(conn: &mut Connection, now: Timestamp) -> RepositoryResult<Option<Export>> {
    let row: Option<ExportRow> = exports::table
        .filter(exports::state.eq_any(UNDER_WAY))
        .filter(exports::due_at.le(now.as_jiff().to_diesel()))
        .order((exports::due_at, exports::id))
        .select(ExportRow::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    row.map(ExportRow::into_export).transpose()
}

/// Takes a locked export up for `lease`: its archive will be at `object_key`.
pub async fn claim(
    conn: &mut Connection,
    claim: Claim,
    object_key: &str,
    now: Timestamp,
    lease: Duration,
) -> RepositoryResult<()> {
    diesel::update(exports::table.find(claim.export.as_uuid()))
        .set((
            exports::state.eq(ExportState::Running.as_str()),
            exports::claim.eq(Some(claim.token)),
            exports::object_key.eq(Some(object_key)),
            exports::due_at.eq(now.after(lease).as_jiff().to_diesel()),
            exports::attempts.eq(exports::attempts + 1),
            exports::done.eq(0),
            exports::total.eq(0),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

fn claimed(
    claim: Claim,
) -> diesel::dsl::Filter<diesel::dsl::Find<exports::table, Uuid>, diesel::dsl::Eq<exports::claim, Option<Uuid>>>
{
    exports::table
        .find(claim.export.as_uuid())
        .filter(exports::claim.eq(Some(claim.token)))
}

/// Says how far it has come, and keeps it for another `lease`; tells whether it is still the holder's.
pub async fn keep(
    conn: &mut Connection,
    claim: Claim,
    done: i64,
    total: i64,
    now: Timestamp,
    lease: Duration,
) -> RepositoryResult<bool> {
    let kept = diesel::update(claimed(claim))
        .set((
            exports::done.eq(done),
            exports::total.eq(total),
            exports::due_at.eq(now.after(lease).as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(kept == 1)
}

/// What an archive turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// How many messages and files are in it.
    pub done: i64,
    /// Its length.
    pub size_bytes: i64,
    /// When it goes.
    pub expires_at: Timestamp,
}

/// The archive is there; `None` when the export is not the holder's any more.
pub async fn finish(conn: &mut Connection, claim: Claim, made: Made) -> RepositoryResult<Option<Export>> {
    let row: Option<ExportRow> = diesel::update(claimed(claim))
        .set((
            exports::state.eq(ExportState::Ready.as_str()),
            exports::claim.eq(None::<Uuid>),
            exports::done.eq(made.done),
            exports::total.eq(made.done),
            exports::size_bytes.eq(Some(made.size_bytes)),
            exports::expires_at.eq(Some(made.expires_at.as_jiff().to_diesel())),
        ))
        .returning(ExportRow::as_returning())
        .get_result(conn)
        .await
        .optional()?;
    row.map(ExportRow::into_export).transpose()
}

/// It could not be made this time, and is tried again at `due_at`; nothing happens when it is not the holder's any more.
pub async fn postpone(conn: &mut Connection, claim: Claim, due_at: Timestamp) -> RepositoryResult<()> {
    diesel::update(claimed(claim))
        .set((
            exports::state.eq(ExportState::Waiting.as_str()),
            exports::claim.eq(None::<Uuid>),
            exports::object_key.eq(None::<String>),
            exports::due_at.eq(due_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// It could not be made, and is not tried again; nothing happens when it is not the holder's any more.
pub async fn fail(conn: &mut Connection, claim: Claim) -> RepositoryResult<()> {
    diesel::update(claimed(claim))
        .set((
            exports::state.eq(ExportState::Failed.as_str()),
            exports::claim.eq(None::<Uuid>),
            exports::object_key.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// A locked export was taken up often enough, and nobody has come to an end with it.
pub async fn mark_failed(conn: &mut Connection, id: ExportId) -> RepositoryResult<()> {
    diesel::update(exports::table.find(id.as_uuid()))
        .set((
            exports::state.eq(ExportState::Failed.as_str()),
            exports::claim.eq(None::<Uuid>),
            exports::object_key.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks up to `limit` exports whose time is over.
pub async fn lock_over(conn: &mut Connection, now: Timestamp, limit: i64) -> RepositoryResult<Vec<Export>> {
    let rows: Vec<ExportRow> = exports::table
        .filter(exports::state.eq(ExportState::Ready.as_str()))
        .filter(exports::expires_at.le(now.as_jiff().to_diesel()))
        .limit(limit)
        .select(ExportRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    into_exports(rows)
}

/// Locks the exports of an account that are ready, but for `but`, which takes their place.
pub async fn lock_ready_but(
    conn: &mut Connection,
    user: UserId,
    but: ExportId,
) -> RepositoryResult<Vec<Export>> {
    let rows: Vec<ExportRow> = exports::table
        .filter(exports::user_id.eq(user.as_uuid()))
        .filter(exports::state.eq(ExportState::Ready.as_str()))
        .filter(exports::id.ne(but.as_uuid()))
        .select(ExportRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    into_exports(rows)
}

/// The archives of these exports are gone.
pub async fn mark_expired(conn: &mut Connection, ids: &[ExportId]) -> RepositoryResult<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    diesel::update(exports::table.filter(exports::id.eq_any(ids)))
        .set((
            exports::state.eq(ExportState::Expired.as_str()),
            exports::size_bytes.eq(None::<i64>),
            exports::object_key.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets exports of before `before` that there is nothing left of.
pub async fn delete_over_before(conn: &mut Connection, before: Timestamp) -> RepositoryResult<usize> {
    let over = [ExportState::Failed.as_str(), ExportState::Expired.as_str()];
    let old = exports::table
        .filter(exports::state.eq_any(over))
        .filter(exports::created_at.lt(before.as_jiff().to_diesel()));
    Ok(diesel::delete(old).execute(conn).await?)
}

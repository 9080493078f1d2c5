//! What has happened to accounts.

use damso_domain::{SecurityEventId, SecurityEventKind, SessionId, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::error::stored;
use crate::schema::security_events;
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// Something that has happened to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// The event; later ones are larger.
    pub id: SecurityEventId,
    /// To whose account.
    pub user_id: UserId,
    /// What.
    pub kind: SecurityEventKind,
    /// The name that the device had then; `None` when no device of the account did it.
    pub device: Option<String>,
    /// The address it came from, where it is known.
    pub address: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = security_events)]
struct SecurityEventRow {
    id: Uuid,
    user_id: Uuid,
    kind: String,
    device: Option<String>,
    address: Option<String>,
    created_at: jiff_diesel::Timestamp,
}

impl SecurityEventRow {
    fn into_event(self) -> RepositoryResult<SecurityEvent> {
        Ok(SecurityEvent {
            id: SecurityEventId::from_uuid(self.id),
            user_id: UserId::from_uuid(self.user_id),
            kind: stored(SecurityEventKind::from_text(&self.kind), "security_events.kind")?,
            device: self.device,
            address: self.address,
            created_at: Timestamp::from_jiff(self.created_at.to_jiff()),
        })
    }
}

/// Whom something came from.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// A session of the account, by the name and the address that it has now.
    Session(SessionId),
    /// A device that is not signed in, as far as it is known.
    Device {
        /// What it calls itself.
        name: &'a str,
        /// Its address.
        address: Option<&'a str>,
    },
    /// The operator.
    Operator,
}

/// Writes down that something has happened.
pub async fn insert(
    conn: &mut Connection,
    user: UserId,
    kind: SecurityEventKind,
    origin: Origin<'_>,
    now: Timestamp,
) -> RepositoryResult<SecurityEventId> {
    let id = SecurityEventId::new();
    let (session, device, address) = match origin {
        Origin::Session(session) => (Some(session.as_uuid()), None, None),
        Origin::Device { name, address } => (None, Some(name), address),
        Origin::Operator => (None, None, None),
    };
    diesel::sql_query(
        "INSERT INTO security_events (id, user_id, kind, device, address, created_at) \
         SELECT $1, $2, $3, coalesce($5, s.name), coalesce($6, s.address), $7 \
         FROM (SELECT) AS event LEFT JOIN sessions s ON s.id = $4",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Text, _>(kind.as_str())
    .bind::<Nullable<SqlUuid>, _>(session)
    .bind::<Nullable<Text>, _>(device)
    .bind::<Nullable<Text>, _>(address)
    .bind::<Timestamptz, _>(now.as_jiff().to_diesel())
    .kept()
    .execute(conn)
    .await?;
    Ok(id)
}

/// One event.
pub async fn find(conn: &mut Connection, id: SecurityEventId) -> RepositoryResult<Option<SecurityEvent>> {
    let row: Option<SecurityEventRow> = security_events::table
        .find(id.as_uuid())
        .select(SecurityEventRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(SecurityEventRow::into_event).transpose()
}

/// What has happened to an account before `before`, the newest first.
pub async fn list(
    conn: &mut Connection,
    user: UserId,
    before: Option<SecurityEventId>,
    limit: i64,
) -> RepositoryResult<Vec<SecurityEvent>> {
    let mut query = security_events::table
        .filter(security_events::user_id.eq(user.as_uuid()))
        .order(security_events::id.desc())
        .limit(limit)
        .select(SecurityEventRow::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(security_events::id.lt(before.as_uuid()));
    }
    let rows: Vec<SecurityEventRow> = query.load(conn).await?;
    rows.into_iter().map(SecurityEventRow::into_event).collect()
}

/// Forgets what happened before `before`.
pub async fn delete_before(conn: &mut Connection, before: Timestamp) -> RepositoryResult<usize> {
    let old = security_events::table.filter(security_events::created_at.lt(before.as_jiff().to_diesel()));
    Ok(diesel::delete(old).execute(conn).await?)
}

/// Forgets everything that has happened to an account.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::delete(security_events::table.filter(security_events::user_id.eq(user.as_uuid())))
        .execute(conn)
        .await?;
    Ok(())
}

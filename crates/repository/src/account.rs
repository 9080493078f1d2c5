//! Accounts as the operator sees them.

use damso_domain::{Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::schema::users;
use crate::{Connection, RepositoryResult};

/// An account as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Never changes.
    pub id: UserId,
    /// `None` once it is deleted.
    pub handle: Option<String>,
    /// Empty once it is deleted.
    pub display_name: String,
    /// Confirmed.
    pub email: Option<String>,
    /// Given, and not confirmed.
    pub pending_email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a session of it was last used.
    pub last_used_at: Option<Timestamp>,
    /// How many devices are signed in.
    pub sessions: i64,
    /// How many reports about it wait for the operator.
    pub open_reports: i64,
    /// When the operator closed it.
    pub disabled_at: Option<Timestamp>,
    /// Why, in the operator's words.
    pub disabled_reason: Option<String>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct AccountRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    handle: Option<String>,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    verified_email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = BigInt)]
    sessions: i64,
    #[diesel(sql_type = BigInt)]
    open_reports: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    disabled_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    disabled_reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    deleted_at: Option<jiff_diesel::Timestamp>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let AccountRow {
            id,
            handle,
            display_name,
            verified_email,
            email,
            created_at,
            last_used_at,
            sessions,
            open_reports,
            disabled_at,
            disabled_reason,
            deleted_at,
        } = row;
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Self {
            id: UserId::from_uuid(id),
            handle,
            display_name,
            email: verified_email,
            pending_email: email,
            created_at: time(created_at),
            last_used_at: last_used_at.map(time),
            sessions,
            open_reports,
            disabled_at: disabled_at.map(time),
            disabled_reason,
            deleted_at: deleted_at.map(time),
        }
    }
}

/// Accounts with what is known of their sessions.
macro_rules! accounts {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.handle, u.display_name, u.verified_email, u.email, u.created_at, s.last_used_at, \
                 s.sessions, u.disabled_at, u.disabled_reason, u.deleted_at, \
                 (SELECT count(*) FROM reports r WHERE r.user_id = u.id AND r.resolved_at IS NULL) AS open_reports \
             FROM users u, LATERAL (SELECT max(s.last_used_at) AS last_used_at, \
                 count(*) FILTER (WHERE s.ended_at IS NULL) AS sessions FROM sessions s WHERE s.user_id = u.id) s \
             WHERE ",
            $rest
        )
    };
}

/// The newest accounts that are not deleted; `query` is looked for in handles, names and addresses.
pub async fn list(conn: &mut Connection, query: Option<&str>, limit: i64) -> RepositoryResult<Vec<Account>> {
    let rows: Vec<AccountRow> = diesel::sql_query(accounts!(
        "u.deleted_at IS NULL AND ($1 IS NULL OR position(lower($1) IN lower(u.handle)) > 0 \
             OR position(lower($1) IN lower(u.display_name)) > 0 \
             OR position(lower($1) IN lower(coalesce(u.verified_email, ''))) > 0 \
             OR position(lower($1) IN lower(coalesce(u.email, ''))) > 0) \
         ORDER BY u.id DESC LIMIT $2"
    ))
    .bind::<Nullable<Text>, _>(query)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// An account, also one that is deleted.
pub async fn find(conn: &mut Connection, id: UserId) -> RepositoryResult<Option<Account>> {
    let row: Option<AccountRow> = diesel::sql_query(accounts!("u.id = $1"))
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(Account::from))
}

/// Closes an account, or opens it again.
pub async fn set_disabled(
    conn: &mut Connection,
    id: UserId,
    disabled: Option<(Timestamp, Option<&str>)>,
) -> RepositoryResult<()> {
    let (at, reason) = disabled.unzip();
    diesel::update(users::table.find(id.as_uuid()))
        .set((
            users::disabled_at.eq(at.map(|at| at.as_jiff().to_diesel())),
            users::disabled_reason.eq(reason.flatten()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

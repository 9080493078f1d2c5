//! Keys that sign their owners in without a password.

use damso_domain::{PasskeyId, SessionName, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::passkeys;
use crate::{Connection, RepositoryResult};

/// A passkey.
#[derive(Clone, Debug, PartialEq)]
pub struct Passkey {
    /// The passkey.
    pub id: PasskeyId,
    /// Whose.
    pub user_id: UserId,
    /// What the authenticator calls it.
    pub credential_id: Vec<u8>,
    /// Public key and counter, as the library keeps them.
    pub credential: serde_json::Value,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = passkeys)]
struct PasskeyRow {
    id: Uuid,
    user_id: Uuid,
    credential_id: Vec<u8>,
    credential: serde_json::Value,
    name: String,
    created_at: jiff_diesel::Timestamp,
    last_used_at: Option<jiff_diesel::Timestamp>,
}

impl From<PasskeyRow> for Passkey {
    fn from(row: PasskeyRow) -> Self {
        let time = |time: jiff_diesel::Timestamp| Timestamp::from_jiff(time.to_jiff());
        Self {
            id: PasskeyId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            credential_id: row.credential_id,
            credential: row.credential,
            name: row.name,
            created_at: time(row.created_at),
            last_used_at: row.last_used_at.map(time),
        }
    }
}

/// Stores a passkey; `Conflict` when it is stored already, for whomever.
pub async fn insert(conn: &mut Connection, passkey: &Passkey) -> RepositoryResult<()> {
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(passkey.id.as_uuid()),
            passkeys::user_id.eq(passkey.user_id.as_uuid()),
            passkeys::credential_id.eq(&passkey.credential_id),
            passkeys::credential.eq(&passkey.credential),
            passkeys::name.eq(&passkey.name),
            passkeys::created_at.eq(passkey.created_at.as_jiff().to_diesel()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The passkeys of an account, the oldest first.
pub async fn list(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Passkey>> {
    let rows: Vec<PasskeyRow> = passkeys::table
        .filter(passkeys::user_id.eq(user.as_uuid()))
        .order(passkeys::id)
        .select(PasskeyRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(Passkey::from).collect())
}

/// The passkey that an authenticator calls so.
pub async fn find_by_credential(
    conn: &mut Connection,
    credential_id: &[u8],
) -> RepositoryResult<Option<Passkey>> {
    let row: Option<PasskeyRow> = passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select(PasskeyRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(row.map(Passkey::from))
}

/// Notes that a passkey was used, and what has changed of it; tells whether it is still there.
pub async fn mark_used(
    conn: &mut Connection,
    id: PasskeyId,
    credential: &serde_json::Value,
    now: Timestamp,
) -> RepositoryResult<bool> {
    let changed = diesel::update(passkeys::table.find(id.as_uuid()))
        .set((
            passkeys::credential.eq(credential),
            passkeys::last_used_at.eq(Some(now.as_jiff().to_diesel())),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// Gives a passkey of `user` another name; tells whether there is one.
pub async fn rename(
    conn: &mut Connection,
    user: UserId,
    id: PasskeyId,
    name: &SessionName,
) -> RepositoryResult<bool> {
    let own = passkeys::table
        .find(id.as_uuid())
        .filter(passkeys::user_id.eq(user.as_uuid()));
    Ok(diesel::update(own)
        .set(passkeys::name.eq(name.as_str()))
        .execute(conn)
        .await?
        == 1)
}

/// Removes a passkey of `user`; tells whether there was one.
pub async fn delete(conn: &mut Connection, user: UserId, id: PasskeyId) -> RepositoryResult<bool> {
    let own = passkeys::table
        .find(id.as_uuid())
        .filter(passkeys::user_id.eq(user.as_uuid()));
    Ok(diesel::delete(own).execute(conn).await? == 1)
}

/// Removes every passkey of an account.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user.as_uuid())))
        .execute(conn)
        .await?;
    Ok(())
}

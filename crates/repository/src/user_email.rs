//! Addresses of accounts: what was given, and what is confirmed.

use damso_domain::{EmailAddress, UserId};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::users;
use crate::{Connection, RepositoryResult};

/// Notes the address that somebody has given and not confirmed; `None` forgets it.
pub async fn set_pending(
    conn: &mut Connection,
    user: UserId,
    email: Option<&EmailAddress>,
) -> RepositoryResult<()> {
    diesel::update(users::table.find(user.as_uuid()))
        .set(users::email.eq(email.map(EmailAddress::as_str)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes the address that waits to be confirmed the account's own, if it still is `email`; tells whether it was.
/// `Conflict` when it belongs to another account.
pub async fn confirm(conn: &mut Connection, user: UserId, email: &str) -> RepositoryResult<bool> {
    let waits = users::table
        .find(user.as_uuid())
        .filter(users::email.eq(email))
        .filter(users::deleted_at.is_null());
    let changed = diesel::update(waits)
        .set((
            users::verified_email.eq(users::email),
            users::email.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// Takes every address away from an account.
pub async fn remove(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::update(users::table.find(user.as_uuid()))
        .set((
            users::verified_email.eq(None::<String>),
            users::email.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// The account that an address belongs to, without regard to upper and lower case.
pub async fn find_owner(conn: &mut Connection, email: &EmailAddress) -> RepositoryResult<Option<UserId>> {
    let id: Option<Uuid> = users::table
        .filter(
            sql::<Bool>("lower(verified_email) = lower(")
                .bind::<Text, _>(email.as_str())
                .sql(")"),
        )
        .select(users::id)
        .first(conn)
        .await
        .optional()?;
    Ok(id.map(UserId::from_uuid))
}

/// Whose the address is, and the hash of their password.
pub async fn find_credentials(
    conn: &mut Connection,
    email: &EmailAddress,
) -> RepositoryResult<Option<(UserId, String)>> {
    let row: Option<(Uuid, Option<String>)> = users::table
        .filter(
            sql::<Bool>("lower(verified_email) = lower(")
                .bind::<Text, _>(email.as_str())
                .sql(")"),
        )
        .select((users::id, users::password_hash))
        .first(conn)
        .await
        .optional()?;
    Ok(row.and_then(|(id, hash)| Some((UserId::from_uuid(id), hash?))))
}

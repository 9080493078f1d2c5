//! Codes from an app, and the codes for when it is lost.

use damso_domain::{Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;

use crate::schema::{recovery_codes, totps};
use crate::{Connection, RepositoryError, RepositoryResult};

/// What a secret is derived from.
pub type Salt = [u8; 16];
/// HMAC-SHA-256 of a recovery code.
pub type RecoveryHash = [u8; 32];

/// What is kept of an account's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTotp {
    /// What the secret is derived from.
    pub salt: Salt,
    /// Since when codes are asked for; `None` until a first one has come back.
    pub confirmed_at: Option<Timestamp>,
    /// The step of the last code that was taken.
    pub last_step: i64,
}

/// What is kept of an account's codes, if there is anything.
pub async fn find(conn: &mut Connection, user: UserId) -> RepositoryResult<Option<StoredTotp>> {
    let row: Option<(Vec<u8>, Option<jiff_diesel::Timestamp>, i64)> = totps::table
        .find(user.as_uuid())
        .select((totps::salt, totps::confirmed_at, totps::last_step))
        .first(conn)
        .await
        .optional()?;
    row.map(|(salt, confirmed_at, last_step)| {
        let salt = salt
            .try_into()
            .map_err(|_| RepositoryError::Query("totps.salt has 16 bytes".to_owned()))?;
        Ok(StoredTotp {
            salt,
            confirmed_at: confirmed_at.map(|time| Timestamp::from_jiff(time.to_jiff())),
            last_step,
        })
    })
    .transpose()
}

/// Keeps what a new secret is derived from, in the place of one that was never confirmed.
pub async fn replace_unconfirmed(
    conn: &mut Connection,
    user: UserId,
    salt: &Salt,
    now: Timestamp,
) -> RepositoryResult<()> {
    let now = now.as_jiff().to_diesel();
    diesel::insert_into(totps::table)
        .values((
            totps::user_id.eq(user.as_uuid()),
            totps::salt.eq(salt.as_slice()),
            totps::last_step.eq(0),
            totps::created_at.eq(now),
        ))
        .on_conflict(totps::user_id)
        .do_update()
        .set((
            totps::salt.eq(salt.as_slice()),
            totps::last_step.eq(0),
            totps::created_at.eq(now),
            totps::confirmed_at.eq(None::<jiff_diesel::Timestamp>),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// From now on codes are asked for.
pub async fn mark_confirmed(conn: &mut Connection, user: UserId, now: Timestamp) -> RepositoryResult<()> {
    diesel::update(totps::table.find(user.as_uuid()))
        .set(totps::confirmed_at.eq(Some(now.as_jiff().to_diesel())))
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses a step up; tells whether it is newer than every one that was taken before.
pub async fn take_step(conn: &mut Connection, user: UserId, step: i64) -> RepositoryResult<bool> {
    let newer = totps::table
        .find(user.as_uuid())
        .filter(totps::last_step.lt(step));
    let taken = diesel::update(newer)
        .set(totps::last_step.eq(step))
        .execute(conn)
        .await?;
    Ok(taken == 1)
}

/// Codes are not asked for any more.
pub async fn delete(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::delete(totps::table.find(user.as_uuid()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps these recovery codes and no others; none when there are none.
pub async fn replace_recovery_codes(
    conn: &mut Connection,
    user: UserId,
    hashes: &[RecoveryHash],
) -> RepositoryResult<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_uuid())))
        .execute(conn)
        .await?;
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| {
            (
                recovery_codes::user_id.eq(user.as_uuid()),
                recovery_codes::hash.eq(hash.as_slice()),
            )
        })
        .collect();
    diesel::insert_into(recovery_codes::table)
        .values(rows)
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses a recovery code up; tells whether it was one.
pub async fn take_recovery_code(
    conn: &mut Connection,
    user: UserId,
    hash: &RecoveryHash,
) -> RepositoryResult<bool> {
    let code = recovery_codes::table.find((user.as_uuid(), hash.as_slice()));
    Ok(diesel::delete(code).execute(conn).await? == 1)
}

/// How many recovery codes have not been used.
pub async fn count_recovery_codes(conn: &mut Connection, user: UserId) -> RepositoryResult<i64> {
    let count = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user.as_uuid()))
        .count()
        .get_result(conn)
        .await?;
    Ok(count)
}

//! Handles that were given up a short while ago.

use damso_domain::{Handle, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use crate::schema::held_handles;
use crate::{Connection, RepositoryResult};

/// Keeps a handle from being taken by anyone but `user` until `until`.
pub async fn insert(
    conn: &mut Connection,
    handle: &str,
    user: UserId,
    until: Timestamp,
) -> RepositoryResult<()> {
    let until = until.as_jiff().to_diesel();
    diesel::insert_into(held_handles::table)
        .values((
            held_handles::handle.eq(handle),
            held_handles::user_id.eq(user.as_uuid()),
            held_handles::held_until.eq(until),
        ))
        .on_conflict(held_handles::handle)
        .do_update()
        .set((
            held_handles::user_id.eq(user.as_uuid()),
            held_handles::held_until.eq(until),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether somebody other than `user` gave this handle up a short while ago.
pub async fn is_held(
    conn: &mut Connection,
    handle: &Handle,
    user: Option<UserId>,
    now: Timestamp,
) -> RepositoryResult<bool> {
    let holder: Option<Uuid> = held_handles::table
        .find(handle.as_str())
        .filter(held_handles::held_until.gt(now.as_jiff().to_diesel()))
        .select(held_handles::user_id)
        .first(conn)
        .await
        .optional()?;
    Ok(holder.is_some_and(|holder| Some(holder) != user.map(UserId::as_uuid)))
}

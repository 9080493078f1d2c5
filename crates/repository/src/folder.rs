//! Folders of people's own lists of conversations.

use damso_domain::{FolderId, FolderName, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::folders;
use crate::statement::Keep as _;
use crate::{Connection, RepositoryResult};

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder.
    pub id: FolderId,
    /// What it is called.
    pub name: String,
}

fn of(user: UserId) -> diesel::dsl::Filter<folders::table, diesel::dsl::Eq<folders::user_id, Uuid>> {
    folders::table.filter(folders::user_id.eq(user.as_uuid()))
}

fn into_folders(rows: Vec<(Uuid, String)>) -> Vec<Folder> {
    let folder = |(id, name)| Folder {
        id: FolderId::from_uuid(id),
        name,
    };
    rows.into_iter().map(folder).collect()
}

/// All folders of an account, in their order.
pub async fn list(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Folder>> {
    let rows = of(user)
        .order((folders::position, folders::id))
        .select((folders::id, folders::name))
        .load(conn)
        .await?;
    Ok(into_folders(rows))
}

/// All folders of an account, in their order, locked against every other change.
pub async fn lock_all(conn: &mut Connection, user: UserId) -> RepositoryResult<Vec<Folder>> {
    // In the order of their ids, which no change of places turns round.
    of(user)
        .order(folders::id)
        .select(folders::id)
        .for_update()
        .load::<Uuid>(conn)
        .await?;
    list(conn, user).await
}

/// Keeps a folder from being deleted until the commit; tells whether it is one of this account.
pub async fn hold(conn: &mut Connection, user: UserId, id: FolderId) -> RepositoryResult<bool> {
    let held: Option<Uuid> = of(user)
        .filter(folders::id.eq(id.as_uuid()))
        .select(folders::id)
        .for_key_share()
        .first(conn)
        .await
        .optional()?;
    Ok(held.is_some())
}

/// Stores a folder, after all others. The account has to be locked, so that no other one is stored at the same time.
pub async fn insert(
    conn: &mut Connection,
    user: UserId,
    id: FolderId,
    name: &FolderName,
) -> RepositoryResult<()> {
    diesel::sql_query(
        "INSERT INTO folders (id, user_id, name, position) \
         SELECT $1, $2, $3, coalesce(max(position), -1) + 1 FROM folders WHERE user_id = $2",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<Text, _>(name.as_str())
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives a folder another name.
pub async fn rename(conn: &mut Connection, id: FolderId, name: &FolderName) -> RepositoryResult<()> {
    diesel::update(folders::table.find(id.as_uuid()))
        .set(folders::name.eq(name.as_str()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Puts folders into this order.
pub async fn arrange(conn: &mut Connection, order: &[FolderId]) -> RepositoryResult<()> {
    let ids: Vec<Uuid> = order.iter().map(|id| id.as_uuid()).collect();
    let positions: Vec<i32> = (0_i32..).take(ids.len()).collect();
    diesel::sql_query(
        "UPDATE folders f SET position = k.position FROM unnest($1, $2) AS k (id, position) WHERE f.id = k.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Integer>, _>(positions)
    .kept()
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a folder; what is in it is in none then. Tells whether it was one of this account.
pub async fn delete(conn: &mut Connection, user: UserId, id: FolderId) -> RepositoryResult<bool> {
    let deleted = diesel::delete(of(user).filter(folders::id.eq(id.as_uuid())))
        .execute(conn)
        .await?;
    Ok(0 < deleted)
}

/// Deletes every folder of an account.
pub async fn delete_all(conn: &mut Connection, user: UserId) -> RepositoryResult<()> {
    diesel::delete(of(user)).execute(conn).await?;
    Ok(())
}

//! Small facts about this server that outlive a process.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::schema::server_facts;
use crate::{Connection, RepositoryResult};

/// Stores `value` under `name` unless there is one; returns what is stored.
pub async fn find_or_insert(conn: &mut Connection, name: &str, value: &str) -> RepositoryResult<String> {
    diesel::insert_into(server_facts::table)
        .values((server_facts::name.eq(name), server_facts::value.eq(value)))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    let stored = server_facts::table
        .find(name)
        .select(server_facts::value)
        .first(conn)
        .await?;
    Ok(stored)
}

/// Whether `pg_trgm` sees Hangul, which it does not in every locale; search depends on it.
pub async fn has_hangul_trigrams(conn: &mut Connection) -> RepositoryResult<bool> {
    let shown: Vec<String> = diesel::select(diesel::dsl::sql::<
        diesel::sql_types::Array<diesel::sql_types::Text>,
    >("show_trgm('ㅂㅓㄴ')"))
    .first(conn)
    .await?;
    Ok(!shown.is_empty())
}

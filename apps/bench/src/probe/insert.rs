//! How many rows PostgreSQL takes when nothing else is done: the limit of sending.
//!
//! The rows are those that the product inserts, into a second database of the same cluster with the same
//! schema, so that settings, disk and indexes are the same.

use std::error::Error;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client as Connection, Statement};
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::load::{Arrival, Client, Window, closed_loop};
use crate::report::Figure;
use crate::usage::{Watched, micros_each};

/// The database beside the server's.
pub const DATABASE: &str = "damso_probe";
/// How many clients commit at once.
pub const CLIENTS: usize = 64;

/// One row for each element, numbered on from `$2` in the conversation `$1`.
const INSERT: &str = "\
    INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, system, created_at) \
    SELECT $1, $2 + at, id, $2 + at, $3, client_key, 'user', $6, NULL, now() \
    FROM unnest($4::uuid[], $5::uuid[]) WITH ORDINALITY AS new (id, client_key, at)";
/// The same for one row, as the product's statement is.
const INSERT_ONE: &str = "\
    INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, system, created_at) \
    VALUES ($1, $2, $3, $2, $4, $5, 'user', $6, NULL, now())";

/// Makes the second database with the schema of the first.
pub async fn prepare(cluster: &Cluster) -> Result<()> {
    let admin = cluster.connect("damso").await?;
    admin
        .batch_execute(&format!("CREATE DATABASE {DATABASE}"))
        .await
        .context("the database of the probe cannot be made")?;
    cluster.migrate(DATABASE).await
}

/// Inserts `rows_per_commit` rows at a time for a while.
pub async fn run(
    cluster: &Cluster,
    rows_per_commit: usize,
    text: &str,
    window: Window,
) -> Result<Vec<Figure>> {
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        let connection = cluster.connect(DATABASE).await?;
        let sql = if rows_per_commit == 1 { INSERT_ONE } else { INSERT };
        clients.push(Inserter {
            statement: connection.prepare(sql).await?,
            connection,
            conversation: Id(Uuid::now_v7()),
            author: Id(Uuid::now_v7()),
            last_seq: 0,
            rows: rows_per_commit,
            text: text.to_owned(),
        });
    }
    let watched = Watched {
        server: cluster.postmaster,
        postmaster: Some(cluster.postmaster),
        deliveries: None,
    };
    let (outcome, _) = closed_loop(clients, window, &watched).await?;
    outcome.refuse_failure()?;
    let rows = outcome.done * rows_per_commit as u64;
    Ok(vec![
        Figure::new("rows", "/s", rows as f64 / outcome.elapsed.as_secs_f64()),
        Figure::new("commit p50", "ms", millis(outcome.latencies.quantile(0.5))),
        Figure::new("commit p99", "ms", millis(outcome.latencies.quantile(0.99))),
        Figure::new(
            "CPU of PostgreSQL per row",
            "µs",
            micros_each(outcome.usage.postgres, rows),
        ),
    ])
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

struct Inserter {
    connection: Connection,
    statement: Statement,
    conversation: Id,
    author: Id,
    last_seq: i64,
    rows: usize,
    text: String,
}

impl Client for Inserter {
    async fn act(&mut self, _: Arrival) -> Result<()> {
        if self.rows == 1 {
            self.last_seq += 1;
            let (id, key) = (Id(Uuid::now_v7()), Id(Uuid::new_v4()));
            let values: [&(dyn ToSql + Sync); 6] = [
                &self.conversation,
                &self.last_seq,
                &id,
                &self.author,
                &key,
                &self.text,
            ];
            self.connection.execute(&self.statement, &values).await?;
        } else {
            let ids: Vec<Id> = (0..self.rows).map(|_| Id(Uuid::now_v7())).collect();
            let keys: Vec<Id> = (0..self.rows).map(|_| Id(Uuid::new_v4())).collect();
            let values: [&(dyn ToSql + Sync); 6] = [
                &self.conversation,
                &self.last_seq,
                &self.author,
                &ids,
                &keys,
                &self.text,
            ];
            self.connection.execute(&self.statement, &values).await?;
            self.last_seq += i64::try_from(self.rows)?;
        }
        Ok(())
    }
}

/// A UUID as PostgreSQL takes it. The driver's own support for them would be a feature that the server is
/// then built with too.
#[derive(Debug)]
struct Id(Uuid);

impl ToSql for Id {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::UUID
    }

    to_sql_checked!();
}

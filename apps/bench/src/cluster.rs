//! The private cluster of the server under test, found by what it leaves in the data folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use damso_repository::{Database, DatabaseConfig};
use tokio::runtime::{Builder, Handle};
use tokio::task::spawn_local;
use tokio_postgres::{Client as Connection, NoTls};

/// Connections for making accounts and seeding; the server has 16 more of the cluster's 100.
const CONNECTIONS: usize = 8;
/// Files of the log that are made beforehand, 16 MiB each: half a minute of sending as fast as it goes.
const LOG_SEGMENTS: usize = 32;

/// A running cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The process that all others of it are children of.
    pub postmaster: u32,
    socket_folder: String,
}

impl Cluster {
    /// Finds the cluster of a data folder.
    pub fn find(data_dir: &Path) -> Result<Self> {
        // It lives elsewhere when its account could not come in here; then a file says where.
        let home = match fs::read_to_string(data_dir.join("postgres.location")) {
            Ok(location) => PathBuf::from(location.trim_end()),
            Err(_) => data_dir.join("postgres"),
        };
        let path = home.join("data/postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        parse_postmaster_file(&text).with_context(|| format!("{} is not as expected", path.display()))
    }

    /// How to reach one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("host='{}' user=damso dbname={database}", self.socket_folder)
    }

    /// The folder of its socket.
    pub fn socket_folder(&self) -> &str {
        &self.socket_folder
    }

    /// The folder of PostgreSQL's programs, as far as the kernel tells.
    pub fn programs(&self) -> Option<PathBuf> {
        let postgres = fs::read_link(format!("/proc/{}/exe", self.postmaster)).ok()?;
        Some(postgres.parent()?.to_owned())
    }

    /// Opens one of its databases through the repository.
    pub fn open(&self, database: &str) -> Result<Database> {
        self.open_on(database, Handle::current())
    }

    /// Brings one of its databases up to the server's schema.
    pub async fn migrate(&self, database: &str) -> Result<()> {
        let (cluster, database) = (self.clone(), database.to_owned());
        // Migrations block a thread of their runtime, and ours has only one.
        let migrate = move || {
            let runtime = Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?;
            let database = cluster.open_on(&database, runtime.handle().clone())?;
            Ok(runtime.block_on(database.migrate())?)
        };
        tokio::task::spawn_blocking(migrate).await?
    }

    /// Opens a connection to one of its databases, whose other half runs in a task of its own.
    pub async fn connect(&self, database: &str) -> Result<Connection> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls)
            .await
            .context("the cluster cannot be reached")?;
        spawn_local(async move {
            if let Err(error) = connection.await {
                eprintln!("a connection of a probe broke: {error}");
            }
        });
        Ok(client)
    }

    /// Does what PostgreSQL does by itself within some minutes: a server that has been running for a while has
    /// statistics, little that still waits for the disk, and files of its log that are used again instead of made. It
    /// never looks at tables that are empty, and neither does this: plans that are made for "no rows at all" are kept.
    pub async fn settle(&self, database: &str) -> Result<()> {
        let connection = self.connect(database).await?;
        let sql = "SELECT oid::regclass::text FROM pg_class \
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND 0 < pg_relation_size(oid)";
        let tables: Vec<String> = connection
            .query(sql, &[])
            .await?
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        let mut statements = vec![format!("VACUUM ANALYZE {}", tables.join(", "))];
        let new_segment = "SELECT pg_logical_emit_message(false, '', ''); SELECT pg_switch_wal()";
        statements.resize(1 + LOG_SEGMENTS, new_segment.to_owned());
        statements.push("CHECKPOINT".to_owned());
        for statement in statements {
            let tidied = connection.batch_execute(&statement).await;
            tidied.context("the seeded tables cannot be tidied up")?;
        }
        Ok(())
    }

    fn open_on(&self, database: &str, runtime: Handle) -> Result<Database> {
        let config = DatabaseConfig {
            url: self.url(database),
            max_connections: CONNECTIONS,
        };
        Ok(Database::new(&config, runtime)?)
    }
}

/// The first line is the process, the fifth the folder of the socket.
fn parse_postmaster_file(text: &str) -> Option<Cluster> {
    let mut lines = text.lines();
    Some(Cluster {
        postmaster: lines.next()?.trim().parse().ok()?,
        socket_folder: lines.nth(3)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_and_socket_are_read_from_the_file_of_the_postmaster() {
        let text = "4242\n/data/postgres/data\n1700000000\n5432\n/data/postgres/run\n\n  123 456\nready\n";
        let cluster = parse_postmaster_file(text).unwrap();
        assert_eq!(cluster.postmaster, 4242);
        assert_eq!(
            cluster.url("damso"),
            "host='/data/postgres/run' user=damso dbname=damso"
        );
        assert!(parse_postmaster_file("4242\n").is_none());
    }
}

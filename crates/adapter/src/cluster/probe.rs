//! Asking the cluster whether it answers.

use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use super::{DATABASE, SUPERUSER};

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Whether the database accepts connections; creates it in a cluster that does not have it yet.
pub(super) fn ensure_database(runtime: &Runtime, socket_folder: &Path) -> Result<(), String> {
    runtime.block_on(async {
        match tokio::time::timeout(ATTEMPT, connect_or_create(socket_folder)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(describe(&error)),
            Err(_) => Err("no answer on the socket".to_owned()),
        }
    })
}

async fn connect_or_create(socket_folder: &Path) -> Result<(), tokio_postgres::Error> {
    match connect(socket_folder, DATABASE).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_DATABASE) => {
            let client = connect(socket_folder, "postgres").await?;
            client
                .batch_execute(&format!("CREATE DATABASE {DATABASE} TEMPLATE template0"))
                .await
        }
        Err(error) => Err(error),
    }
}

async fn connect(socket_folder: &Path, database: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = Config::new()
        .host_path(socket_folder)
        .port(5432)
        .user(SUPERUSER)
        .dbname(database)
        .connect(NoTls)
        .await?;
    // It ends when the client is dropped; its errors reach the client as well.
    tokio::spawn(connection);
    Ok(client)
}

fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |database| database.message().to_owned())
}

//! `damso admin`: what the operator does, asked of the running server, or done here where none runs.

mod command;
mod escape;
mod print;
mod socket;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use damso_adapter::folder_lock::FolderLockError;
use damso_service::admin::{AdminAnswer, AdminError, AdminErrorKind, AdminRequest, AdminResult};
use damso_service::{ServiceConfig, Services};

pub use self::command::AdminArgs;
pub use self::socket::AdminSocket;
use crate::config::Config;
use crate::parts::{self, Foundation};
use crate::{secret, serve};

/// How long a server that starts or stops may hold the data folder without taking commands.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often is looked whether it is done.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Does one thing, says what came of it, and tells by the exit code whether it was done.
pub async fn run(config: &Config, args: AdminArgs) -> anyhow::Result<ExitCode> {
    let (request, is_json) = args.split();
    match ask(config, request).await {
        Ok(outcome) => print::outcome(&outcome, is_json),
        Err(error) if is_json => {
            let error = AdminError::new(AdminErrorKind::Unavailable, format!("{error:#}"));
            print::outcome(&Err(error), is_json)
        }
        Err(error) => Err(error),
    }
}

/// Asks the server that runs. Where none does, the same use cases are called here: who is connected and which sessions
/// have ended is in the memory of a server, and this way always of the one that serves.
async fn ask(config: &Config, request: AdminRequest) -> anyhow::Result<AdminResult<AdminAnswer>> {
    refuse_other_folders(config)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(outcome) = socket::ask(&config.data_dir, &request).await? {
            return Ok(outcome);
        }
        match Foundation::start(config).await {
            Ok(foundation) => return answer_alone(config, foundation, request).await,
            Err(error) if is_held(&error) && Instant::now() < deadline => {
                // A server starts or stops, or another command is at work; a file lock tells nobody when it is free.
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) if is_held(&error) => {
                return Err(error).context("a server holds the data folder and takes no commands");
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_held(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(FolderLockError::Held { .. }))
}

/// A command in the wrong folder must not make a new server there.
fn refuse_other_folders(config: &Config) -> anyhow::Result<()> {
    let has_secret = |folder: &Path| secret::is_in(folder) || config.secret_key.is_some();
    if config.data_dir.is_dir() && has_secret(&config.data_dir) {
        return Ok(());
    }
    bail!(
        "there is no Damso in {}; name its data folder with --data-dir",
        config.data_dir.display()
    )
}

/// As `damso serve` does, without serving: whoever is refused must not have changed anything.
async fn answer_alone(
    config: &Config,
    foundation: Foundation,
    request: AdminRequest,
) -> anyhow::Result<AdminResult<AdminAnswer>> {
    let outcome = answer_on(config, &foundation, request).await;
    foundation.stop().await?;
    outcome
}

async fn answer_on(
    config: &Config,
    foundation: &Foundation,
    request: AdminRequest,
) -> anyhow::Result<AdminResult<AdminAnswer>> {
    // A database of its own may be served from another folder, or another machine.
    let _lock = foundation
        .lock_database()
        .await
        .context("ask with the data folder of the server that runs")?;
    foundation.migrate().await?;
    let keys = secret::load(config)?;
    parts::refuse_foreign_keys(&foundation.database, &keys).await?;
    let storage = parts::open_storage(config, &keys)?;
    let service_config = ServiceConfig {
        sign_up: config.sign_up,
        server_url: serve::server_url(config, config.listen, config.tls.is_some()),
        rate_limits: config.rate_limits,
        ..ServiceConfig::default()
    };
    // Mails that come of it wait for the next server.
    let database = foundation.database.clone();
    let services = Services::new(&service_config, database, storage.objects, None, &keys);
    Ok(services.admin.answer(request).await)
}

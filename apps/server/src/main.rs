//! The Damso server: configuration, wiring and commands. Everything else is in the crates.

mod admin;
mod config;
mod embedded;
mod parts;
mod secret;
mod serve;

use std::io::Write;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use anyhow::Context as _;
use clap::Parser;
use mimalloc::MiMalloc;

use crate::config::{Cli, Command, Config};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = build_runtime()
        .context("the runtime cannot be started")
        .and_then(|runtime| runtime.block_on(run(cli)));
    match ended {
        Ok(code) => code,
        Err(error) => {
            // One sentence for the person who started it, whatever the log level is.
            eprintln!("damso: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What serves the database, with a thread for two cores: requests have a thread for each core of their own, and what
/// takes long is put on others. Two threads on two cores wake each other for every step of a batch (docs/performance.md).
fn build_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.div_ceil(2))
        .enable_all()
        .build()
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let (command, settings) = cli.split();
    if let Command::Openapi = command {
        return print_openapi().map(|()| ExitCode::SUCCESS);
    }
    let config = Config::load(settings)?;
    // Whoever gives a command reads its answer, and hears of a start and a stop only what is wrong with them.
    let is_command = matches!(command, Command::Admin(_));
    init_logging(&config, if is_command { "warn" } else { "info" });
    #[cfg(feature = "planted-bugs")]
    config::plant_bug()?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("two cryptography providers were chosen"))?;
    match command {
        Command::Serve => Box::pin(serve::serve(config)).await?,
        Command::Migrate => serve::migrate(config).await?,
        Command::Admin(args) => return admin::run(&config, args).await,
        Command::Openapi => print_openapi()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Not `println!`: a reader that has seen enough and closes the pipe is no reason to panic.
fn print_openapi() -> anyhow::Result<()> {
    let mut json = damso_controller::openapi().to_pretty_json()?;
    json.push('\n');
    Ok(std::io::stdout().write_all(json.as_bytes())?)
}

fn init_logging(config: &Config, default: &str) {
    let filter = tracing_subscriber::EnvFilter::new(config.log.as_deref().unwrap_or(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would say so with `eprintln!`, which panics: on a full disk every request that logs would fail.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    if config.log_json {
        builder.json().init();
    } else {
        builder.compact().init();
    }
}

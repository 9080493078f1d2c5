//! The Damso server: configuration, wiring and commands. Everything else is in the crates.

mod config;
mod embedded;
mod parts;
mod secret;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

use crate::config::{Cli, Command, Config};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One sentence for the person who started it, whatever the log level is.
            eprintln!("damso: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let (command, settings) = cli.split();
    if let Command::Openapi = command {
        return print_openapi();
    }
    let config = Config::load(settings)?;
    init_logging(&config);
    #[cfg(feature = "planted-bugs")]
    config::plant_bug()?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("two cryptography providers were chosen"))?;
    match command {
        Command::Serve => serve::serve(config).await,
        Command::Migrate => serve::migrate(config).await,
        Command::Openapi => print_openapi(),
    }
}

/// Not `println!`: a reader that has seen enough and closes the pipe is no reason to panic.
fn print_openapi() -> anyhow::Result<()> {
    let mut json = damso_controller::openapi().to_pretty_json()?;
    json.push('\n');
    Ok(std::io::stdout().write_all(json.as_bytes())?)
}

fn init_logging(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log);
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

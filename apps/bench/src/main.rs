//! The load generator and the limit probes: what a Damso server can do, against what the machine could.
//!
//! Invariant: this is a client. It starts the release server as a child, knows its API and, to fill a database
//! faster than the API would, the repository; it knows nothing of the server's inside. All of the load comes
//! from one thread, because the generator shares its cores with the server. What each workload does and what
//! its figures mean is in docs/performance.md.

#![expect(
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "this program talks to the person who called it, about numbers far below 2^52"
)]

mod accounts;
mod chaos;
mod cli;
mod cluster;
mod conditions;
mod histogram;
mod http;
mod load;
mod machine;
mod probe;
mod process;
mod receivers;
mod report;
mod rooms;
mod seed;
mod server;
#[cfg(test)]
mod smoke;
mod socket;
mod usage;
mod workload;
mod zipf;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use tokio::task::LocalSet;

use crate::cli::{Cli, Command, Common};
use crate::report::Report;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    if let Command::BareServer { mode } = command {
        return probe::bare_server::serve(mode);
    }
    if let Command::Chaos(_) = command {
        chaos::enter_own_mounts();
    }
    machine::raise_open_files()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if let Command::Chaos(options) = command {
        return LocalSet::new().block_on(&runtime, chaos::run(&options));
    }
    let (common, report) = LocalSet::new().block_on(&runtime, measure(command))?;
    finish(&common, &report)
}

async fn measure(command: Command) -> Result<(Common, Report)> {
    Ok(match command {
        Command::Send(options) => (options.common.clone(), workload::w1::run(&options).await?),
        Command::FanOut(options) => (options.common.clone(), workload::w2::run(&options).await?),
        Command::Idle(options) => (options.common.clone(), workload::w3::run(&options).await?),
        Command::History(options) => (options.common.clone(), workload::w4::run(&options).await?),
        Command::Search(options) => (options.common.clone(), workload::w5::run(&options).await?),
        Command::Day(options) => (options.common.clone(), workload::w6::run(&options).await?),
        Command::Storm(options) => (options.common.clone(), workload::w7::run(&options).await?),
        Command::Passwords(options) => (options.common.clone(), workload::passwords::run(&options).await?),
        Command::Chaos(_) | Command::BareServer { .. } => unreachable!("they are run above"),
    })
}

#[expect(clippy::print_stdout, reason = "the table is what this program is called for")]
fn finish(common: &Common, report: &Report) -> Result<()> {
    println!("{}", report.table());
    let default = || PathBuf::from(format!("target/bench/{}.json", report.workload));
    let path = common.output.clone().unwrap_or_else(default);
    report.write(&path)?;
    println!("Written to {}", path.display());
    Ok(())
}

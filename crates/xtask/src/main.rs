//! The steps behind `just`: set-up, builds, checks and tests.
//!
//! Invariant: nothing here is part of the product, and no other crate depends on it. What a person or
//! CI runs is one of these commands, so that both always run the same thing.

#![expect(
    clippy::print_stdout,
    reason = "this program talks to the person who called it"
)]

mod bench;
mod build;
mod chaos;
mod check;
mod clean_data;
mod command;
mod contract;
mod dependencies;
mod dev;
mod e2e;
mod emoji;
mod machine;
mod openapi;
mod repo;
mod run;
mod server;
mod setup;
mod size;
mod test;
mod watch;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::repo::Repo;
use crate::web::Mode;

#[derive(Parser)]
#[command(name = "xtask", about = "Set-up, build and check steps of Damso")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the build needs, and what the tests need with --tests
    Setup {
        /// Also what the checks and browser tests need
        #[arg(long)]
        tests: bool,
    },
    /// Build the web client into target/web
    Web {
        /// Fast, unoptimised, uncompressed, and reloading itself in the browser
        #[arg(long)]
        dev: bool,
    },
    /// Check that the first load of the built client fits its budget
    Size,
    /// Check licences, banned, unused and privately versioned dependencies
    Dependencies,
    /// Format, lints, wasm build, OpenAPI comparison, dependencies
    Check,
    /// Everything CI runs
    Test,
    /// Browser tests, all of them or those whose name contains the filter
    E2e {
        /// Part of a file name in e2e/journeys, or of a test's name
        filter: Option<String>,
    },
    /// Install what is missing, build everything and serve
    Run {
        /// Passed on to `damso serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Like run, but rebuild and reload whenever a file changes
    Dev {
        /// Passed on to `damso serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the release binary with the client inside
    Build,
    /// Build the release server and measure it under load
    Bench {
        /// Passed on to `damso-bench`: the workload and its options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the server and check its promises while everything around it is killed
    Chaos {
        /// Passed on to `damso-bench chaos`: --minutes, --seed, --planted and others
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the server and ask it at random what its description allows and forbids
    Contract {
        /// Passed on to `schemathesis run`: --seed, --max-examples, --include-operation-id and others
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Write openapi/openapi.json from the code
    Openapi,
    /// Write apps/web/public/emoji.txt from Unicode's data
    Emoji {
        /// Where the npm packages cldr-annotations-full and cldr-annotations-derived-full are unpacked
        cldr: PathBuf,
    },
    /// Bring the database of ./data up to date
    Migrate,
    /// Delete ./data
    CleanData {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Repo::find().and_then(|repo| dispatch(&repo, arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error}");
            error
                .chain()
                .skip(1)
                .for_each(|cause| println!("  because: {cause}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(repo: &Repo, command: Command) -> Result<()> {
    match command {
        Command::Setup { tests: false } => setup::for_building(repo),
        Command::Setup { tests: true } => setup::for_tests(repo),
        Command::Web { dev } => {
            setup::for_web(repo)?;
            web::build(repo, if dev { Mode::Dev } else { Mode::Release }).map(drop)
        }
        Command::Size => size::check(repo),
        Command::Dependencies => dependencies::check(repo),
        Command::Check => check::check(repo),
        Command::Test => test::test(repo),
        Command::E2e { filter } => e2e::build_and_run(repo, filter.as_deref()),
        Command::Run { arguments } => run::run(repo, arguments),
        Command::Dev { arguments } => dev::dev(repo, arguments),
        Command::Build => build::build(repo),
        Command::Bench { arguments } => bench::run(repo, arguments),
        Command::Chaos { arguments } => chaos::run(repo, arguments),
        Command::Contract { arguments } => contract::run(repo, &arguments),
        Command::Openapi => openapi::write(repo),
        Command::Emoji { cldr } => emoji::write(repo, &cldr),
        Command::Migrate => run::migrate(repo),
        Command::CleanData { yes } => clean_data::clean(repo, yes),
    }
}

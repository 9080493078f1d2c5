//! `chaos`: the development server while everything around it is killed.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{command, server, setup};

/// Chooses one run for each bug that is built into the server on purpose.
const PLANTED: &str = "--planted";
/// What `test` runs: a minute of faults. The times that were promised are for a release build on a quiet machine;
/// here a development build shares two cores with whatever else runs, so they are stretched.
const IN_TEST: [&str; 7] = ["chaos", "--seconds", "60", "--kills", "20", "--slack", "3"];

/// Builds the server and the checker, and becomes the checker.
pub fn run(repo: &Repo, arguments: Vec<String>) -> Result<()> {
    setup::for_building(repo)?;
    setup::for_chaos();
    let mut checker = checker(repo)?;
    checker.arg("chaos");
    if arguments.iter().any(|word| word == PLANTED) {
        build(repo, &["--features", "damso-server/planted-bugs"])?;
        let with_bugs = repo.server_binary().with_file_name("damso-with-planted-bugs");
        fs::copy(repo.server_binary(), &with_bugs).context("the server cannot be copied")?;
        checker.arg("--server").arg(with_bugs);
    }
    // Afterwards in any case: no server with bugs stays where others look for theirs.
    build(repo, &[])?;
    Err(checker.args(arguments).exec()).context("the checker cannot be started")
}

/// Runs the checker on what was built already.
pub fn test(repo: &Repo) -> Result<()> {
    command::run(checker(repo)?.args(IN_TEST))
}

fn build(repo: &Repo, more: &[&str]) -> Result<()> {
    let mut cargo = command::cargo(repo.root());
    cargo.args(["build", "--package", "damso-server", "--package", "damso-bench"]);
    command::run(cargo.args(more))
}

fn checker(repo: &Repo) -> Result<Command> {
    let mut checker = Command::new(repo.server_binary().with_file_name("damso-bench"));
    checker.current_dir(repo.root());
    setup::add_tools_to_path(repo, &mut checker)?;
    server::forget_settings(&mut checker);
    Ok(checker)
}

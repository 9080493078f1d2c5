//! `chaos`: the development server while everything around it is killed.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{command, server, setup};

/// Chooses one run for each bug that is built into the server on purpose.
const PLANTED: &str = "--planted";
/// The bugs, as `crates/repository/src/planted.rs` names them; the first is none.
const BUGS: [&str; 6] = [
    "",
    "acknowledge-before-commit",
    "dropped-announcement",
    "duplicate-after-restart",
    "stale-membership",
    "read-before-lock",
];
/// So many random cases find each of them.
const CASES: &str = "60";
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
        random_cases_find_them(repo)?;
    }
    // Afterwards in any case: no server with bugs stays where others look for theirs.
    build(repo, &[])?;
    Err(checker.args(arguments).exec()).context("the checker cannot be started")
}

/// Plays random cases with each bug, which have to fail, and with none, which have not.
fn random_cases_find_them(repo: &Repo) -> Result<()> {
    for bug in BUGS {
        let mut test = command::cargo(repo.root());
        test.args([
            "test",
            "--quiet",
            "--package",
            "damso-controller",
            "--features",
            "planted-bugs",
        ]);
        test.args(["--test", "api", "convergence"]);
        test.env("DAMSO_PLANTED_BUG", bug).env("DAMSO_CASES", CASES);
        setup::add_tools_to_path(repo, &mut test)?;
        server::forget_settings(&mut test);
        let output = test.output().context("cargo cannot be started")?;
        let has_passed = output.status.success();
        match (bug, has_passed) {
            ("", true) => println!("random cases, no bug (control): pass, as they have to"),
            ("", false) => bail!("the random cases fail without a bug: {}", tail(&output.stdout)),
            (bug, true) => bail!("{bug} was not found by {CASES} random cases"),
            (bug, false) => println!("random cases, {bug}: found"),
        }
    }
    Ok(())
}

fn tail(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
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

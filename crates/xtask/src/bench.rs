//! `bench`: the release server under load.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::{command, setup};

/// Builds the release server and the load generator, and becomes the load generator.
pub fn run(repo: &Repo, arguments: Vec<String>) -> Result<()> {
    setup::for_building(repo)?;
    let mut build = command::cargo(repo.root());
    build.args([
        "build",
        "--release",
        "--package",
        "damso-server",
        "--package",
        "damso-bench",
    ]);
    command::run(&mut build)?;
    let mut bench = Command::new(repo.release_binary().with_file_name("damso-bench"));
    bench.current_dir(repo.root()).args(arguments);
    setup::add_tools_to_path(repo, &mut bench)?;
    Err(bench.exec()).context("the load generator cannot be started")
}

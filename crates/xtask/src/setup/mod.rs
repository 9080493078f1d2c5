//! Looks for what the project needs on this machine, and installs what is missing where it can.
//!
//! What cannot be installed is named in one sentence together with the command that installs it. A second
//! call finds everything and changes nothing.

mod browser;
mod faketime;
mod links;
mod node;
mod pip;
mod postgres;
mod rust;
mod schemathesis;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::Machine;
use crate::repo::Repo;

pub use browser::Chromium;
pub use node::Node;

/// What `run`, `dev` and the browser tests need: a wasm target and PostgreSQL.
pub fn for_building(repo: &Repo) -> Result<()> {
    let machine = Machine::look();
    rust::need_wasm_target(repo)?;
    let postgres = postgres::find_or_install(repo, &machine)?;
    println!("PostgreSQL {} in {}", postgres.version, postgres.bin.display());
    Ok(())
}

/// What building the client needs.
pub fn for_web(repo: &Repo) -> Result<()> {
    rust::need_wasm_target(repo)
}

/// What the checks need beside a compiler: formatter and lints.
pub fn for_checks(repo: &Repo) -> Result<()> {
    rust::need_wasm_target(repo)?;
    rust::need_components(repo)
}

/// Everything, for `test`.
pub fn for_tests(repo: &Repo) -> Result<()> {
    for_building(repo)?;
    for_checks(repo)?;
    for_chaos();
    for_contract(repo)?;
    for_journeys(repo).map(drop)
}

/// What the fault checker can use.
pub fn for_chaos() {
    faketime::want(&Machine::look());
}

/// What asks the server at random.
pub fn for_contract(repo: &Repo) -> Result<PathBuf> {
    schemathesis::find_or_install(repo, &Machine::look())
}

/// What the browser tests are run with.
pub struct JourneyTools {
    /// Runs the tests.
    pub node: Node,
    /// Is driven by them.
    pub chromium: Chromium,
}

/// What the browser tests need beside a server: Node, a browser, a Korean font and two npm packages.
pub fn for_journeys(repo: &Repo) -> Result<JourneyTools> {
    let machine = Machine::look();
    let node = node::find_or_install(repo, &machine)?;
    println!("Node {} in {}", node.version, node.program.display());
    let chromium = browser::find_or_install(&machine)?;
    println!("{} in {}", chromium.version, chromium.program.display());
    browser::need_korean_font(&machine)?;
    node.install_locked_packages(&repo.e2e())?;
    Ok(JourneyTools { node, chromium })
}

/// Lets `command` find what set-up put into the project's own tool folder; the machine's programs win.
pub fn add_tools_to_path(repo: &Repo, command: &mut Command) -> Result<()> {
    let tools = postgres::fetched_bin(repo);
    if !tools.is_dir() {
        return Ok(());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = env::split_paths(&path).chain([tools]).collect();
    command.env(
        "PATH",
        env::join_paths(dirs).context("the path of this folder holds a colon")?,
    );
    Ok(())
}

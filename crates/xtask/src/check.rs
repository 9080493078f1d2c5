//! What must hold before anything is run: format, lints, the client's target, OpenAPI, dependencies.

use std::path::Path;

use anyhow::Result;

use crate::repo::Repo;
use crate::{command, dependencies, openapi, server, setup};

/// Runs every check.
pub fn check(repo: &Repo) -> Result<()> {
    setup::for_checks(repo)?;
    let server_workspace = repo.root();
    let client_workspace = repo.web_app();

    for workspace in [server_workspace, &client_workspace] {
        cargo(workspace, &["fmt", "--all", "--check"])?;
    }
    // The set-up tool is compiled apart everywhere, so that it is compiled with one set of features.
    clippy(server_workspace, &["--package", "xtask", "--all-targets"])?;
    clippy(
        server_workspace,
        &["--workspace", "--exclude", "xtask", "--all-targets"],
    )?;
    // This compiles `domain` and `protocol` for the browser too.
    clippy(
        &client_workspace,
        &["--workspace", "--target", "wasm32-unknown-unknown"],
    )?;
    clippy(
        &client_workspace,
        &["--package", "damso-client-state", "--all-targets"],
    )?;
    dependencies::check(repo)?;
    server::build_with_tests(repo)?;
    openapi::compare(repo)
}

fn clippy(workspace: &Path, scope: &[&str]) -> Result<()> {
    cargo(
        workspace,
        &[&["clippy"], scope, &["--", "-D", "warnings"]].concat(),
    )
}

fn cargo(workspace: &Path, arguments: &[&str]) -> Result<()> {
    command::run(command::cargo(workspace).args(arguments))
}

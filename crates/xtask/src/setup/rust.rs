//! The parts of the Rust toolchain that `rust-toolchain.toml` cannot be trusted to bring along: rustup may
//! have been told not to install anything by itself.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, find_program};
use crate::repo::Repo;

/// The target of the client.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the client can be compiled.
pub fn need_wasm_target(repo: &Repo) -> Result<()> {
    let asked = command::output(
        Command::new("rustc")
            .args(["--print", "sysroot"])
            .current_dir(repo.root()),
    )
    .context("Rust does not answer: install it as https://rustup.rs says")?;
    let library = Path::new(asked.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .join("lib");
    if library.is_dir() {
        return Ok(());
    }
    rustup(
        repo,
        "the Rust target for WebAssembly",
        &["target", "add", WASM_TARGET],
    )
}

/// Makes sure that code can be formatted and linted.
pub fn need_components(repo: &Repo) -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let answers = command::output(command::cargo(repo.root()).args([subcommand, "--version"])).is_ok();
        if !answers {
            rustup(repo, component, &["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(repo: &Repo, what: &str, arguments: &[&str]) -> Result<()> {
    let by_hand = format!("install it with `rustup {}`", arguments.join(" "));
    if find_program("rustup").is_none() {
        bail!("{what} is missing, and rustup too: install rustup as https://rustup.rs says, then {by_hand}");
    }
    command::run(Command::new("rustup").args(arguments).current_dir(repo.root()))
        .with_context(|| format!("{what} is missing and could not be installed: {by_hand}"))
}

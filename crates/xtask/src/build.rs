//! `build`: one release file with the client inside.

use anyhow::Result;

use crate::repo::Repo;
use crate::web::Mode;
use crate::{command, setup, web};

/// The feature of the server that takes `target/web` into the binary.
pub const EMBED_CLIENT: &str = "embed-client";

/// Builds `target/release/damso`.
pub fn build(repo: &Repo) -> Result<()> {
    setup::for_web(repo)?;
    web::build(repo, Mode::Release)?;
    let mut cargo = command::cargo(repo.root());
    cargo.args([
        "build",
        "--release",
        "--package",
        "damso-server",
        "--features",
        EMBED_CLIENT,
    ]);
    command::run(&mut cargo)?;
    println!("\nBuilt {}", repo.release_binary().display());
    Ok(())
}

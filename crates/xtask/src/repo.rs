//! Where things are in the repository.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The checked-out repository this program was started in.
pub struct Repo {
    root: PathBuf,
    target: PathBuf,
}

impl Repo {
    /// Finds the repository by the folder Cargo says this crate is in, else from the current folder up.
    pub fn find() -> Result<Self> {
        let root = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .and_then(|crate_dir| crate_dir.ancestors().nth(2).map(Path::to_owned))
            .map_or_else(root_above_current_dir, Ok)?;
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The folder that holds the server workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The client, a workspace of its own.
    pub fn web_app(&self) -> PathBuf {
        self.path("apps/web")
    }

    /// The built client. It does not follow `CARGO_TARGET_DIR`, because the server embeds it from here.
    pub fn web_bundle(&self) -> PathBuf {
        self.path("target/web")
    }

    /// What set-up installed for this checkout only.
    pub fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// Browser tests.
    pub fn e2e(&self) -> PathBuf {
        self.path("e2e")
    }

    /// What Schemathesis is run with.
    pub fn contract(&self) -> PathBuf {
        self.path("contract")
    }

    /// The data folder of `run`, `dev` and `migrate`.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The development build of the server.
    pub fn server_binary(&self) -> PathBuf {
        self.target.join("debug/damso")
    }

    /// The release build of the server.
    pub fn release_binary(&self) -> PathBuf {
        self.target.join("release/damso")
    }
}

fn root_above_current_dir() -> Result<PathBuf> {
    let current = env::current_dir().context("the current folder cannot be read")?;
    current
        .ancestors()
        .find(|dir| dir.join("crates/xtask/Cargo.toml").is_file())
        .map(Path::to_owned)
        .context("this is not inside the repository; go there and run it again")
}

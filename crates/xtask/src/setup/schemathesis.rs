//! Schemathesis, which only the contract test needs, in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::{self, probe};
use crate::machine::{Machine, Package};
use crate::repo::Repo;

/// Debian packs the part of Python that makes virtual environments apart.
const PACKAGE: Package = Package {
    apt: &["python3", "python3-venv"],
    dnf: "python3",
    pacman: "python",
    brew: "python",
};

/// Finds Schemathesis in the tool folder, or installs what `contract/requirements.txt` names.
pub fn find_or_install(repo: &Repo, machine: &Machine) -> Result<PathBuf> {
    let folder = repo.tools().join("schemathesis");
    let program = folder.join("bin/schemathesis");
    let requirements = repo.contract().join("requirements.txt");
    let listed = fs::read(&requirements).context("contract/requirements.txt cannot be read")?;
    let wanted = hex::encode(Sha256::digest(listed));
    let stamp = folder.join(".installed-requirements");
    let is_there = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        // A checkout that was moved leaves programs behind that look for themselves where they were.
        && probe(&program, &["--version"]).is_some();
    if !is_there {
        println!("Schemathesis is missing: fetching it into .tools/schemathesis");
        machine.find_or_install("Python 3.10 or newer with venv", &PACKAGE, python_with_venv)?;
        install(&folder, &requirements)?;
        fs::write(&stamp, wanted).context("the tool folder cannot be written")?;
    }
    Ok(program)
}

fn python_with_venv() -> Option<()> {
    let question = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    probe("python3", &["-c", question]).map(drop)
}

fn install(folder: &Path, requirements: &Path) -> Result<()> {
    command::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    command::run(pip.arg("--requirement").arg(requirements))
}

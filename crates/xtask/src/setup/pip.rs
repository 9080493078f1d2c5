//! Packages of PyPI, into folders of their own: the machine's Python is left as it is.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::command;

/// Installs one package without its dependencies.
pub fn install(requirement: &str, folder: &Path) -> Result<()> {
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--upgrade",
    ]);
    pip.arg("--target").arg(folder).arg(requirement);
    // It warns root of a conflict that a folder of its own rules out.
    command::run(pip.env("PIP_ROOT_USER_ACTION", "ignore"))
}

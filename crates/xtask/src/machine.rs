//! What kind of machine this is, and installing its packages.

use std::cell::Cell;
use std::process::Command;

use anyhow::{Error, Result, anyhow};

use crate::command::{self, find_program, probe};

/// The names of one need in the package managers we can name a command for.
pub struct Package {
    /// Debian and Ubuntu.
    pub apt: &'static [&'static str],
    /// Fedora and its relatives.
    pub dnf: &'static str,
    /// Arch.
    pub pacman: &'static str,
    /// Homebrew, with `--cask` where needed.
    pub brew: &'static str,
}

/// The machine's package manager, as far as this program may use it.
pub struct Machine {
    may_use_apt: bool,
    package_lists_are_fresh: Cell<bool>,
}

impl Machine {
    /// Looks at the machine. Packages are installed only by root on Debian and its relatives.
    pub fn look() -> Self {
        Self {
            may_use_apt: is_root() && find_program("apt-get").is_some(),
            package_lists_are_fresh: Cell::new(false),
        }
    }

    /// Whether [`Machine::install`] can do anything here.
    pub fn can_install(&self) -> bool {
        self.may_use_apt
    }

    /// Installs Debian packages.
    pub fn install(&self, packages: &[&str]) -> Result<()> {
        if !self.package_lists_are_fresh.replace(true) {
            command::run(apt_get().args(["update", "-qq"]))?;
        }
        command::run(
            apt_get()
                .args(["install", "-y", "-qq", "--no-install-recommends"])
                .args(packages),
        )
    }

    /// Calls `find`; when it finds nothing, installs `package` where possible and calls it once more.
    pub fn find_or_install<T>(
        &self,
        what: &str,
        package: &Package,
        find: impl Fn() -> Option<T>,
    ) -> Result<T> {
        if let Some(found) = find() {
            return Ok(found);
        }
        if self.can_install() {
            self.install(package.apt)
                .map_err(|cause| cause.context(missing(what, package)))?;
        }
        find().ok_or_else(|| missing(what, package))
    }
}

/// One sentence that names what is missing and the command that installs it.
pub fn missing(what: &str, package: &Package) -> Error {
    anyhow!(
        "{what} is missing: install it with `{}`, then run this again",
        install_command(package)
    )
}

fn install_command(package: &Package) -> String {
    let managers = [
        ("brew", format!("brew install {}", package.brew)),
        ("dnf", format!("sudo dnf install {}", package.dnf)),
        ("pacman", format!("sudo pacman -S {}", package.pacman)),
    ];
    managers
        .into_iter()
        .find(|(manager, _)| find_program(manager).is_some())
        .map_or_else(
            || format!("sudo apt-get install {}", package.apt.join(" ")),
            |(_, command)| command,
        )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "Acquire::Retries=3"]);
    command
}

fn is_root() -> bool {
    probe("id", &["-u"]).is_some_and(|id| id.trim() == "0")
}

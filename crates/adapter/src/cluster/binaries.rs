//! Finding `postgres` and `initdb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::{ClusterConfig, ClusterError};

/// The oldest major version that has everything the server uses.
const OLDEST_MAJOR: u32 = 15;

/// A folder with the programs of one PostgreSQL version.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    /// Whether the account can go into this folder and run PostgreSQL there.
    pub(super) fn can_run_in(&self, account: &Account, folder: &Path) -> bool {
        version_of(&self.postgres(), account, folder).is_some()
    }

    /// The first suitable version, for an existing cluster of its own major version.
    pub(super) fn find(
        config: &ClusterConfig,
        account: &Account,
        existing: Option<&ExistingCluster>,
    ) -> Result<Self, ClusterError> {
        let mut rejected = Vec::new();
        for folder in candidates(config) {
            match probe(&folder, account) {
                Ok(binaries) if is_suitable(binaries.major, existing) => return Ok(binaries),
                Ok(binaries) => rejected.push(format!(
                    "PostgreSQL {} is in {}",
                    binaries.major,
                    folder.display()
                )),
                Err(reason) => rejected.extend(reason),
            }
        }
        rejected.dedup();
        Err(match existing {
            Some(existing) => ClusterError::WrongMajor {
                folder: existing.folder.clone(),
                cluster: existing.major,
                found: match rejected.as_slice() {
                    [] => "no PostgreSQL was found".to_owned(),
                    found => format!("only {}", found.join(", ")),
                },
            },
            None => ClusterError::BinariesNotFound {
                detail: match rejected.as_slice() {
                    [] => String::new(),
                    found => format!(" (but {})", found.join(", ")),
                },
            },
        })
    }
}

/// A cluster that was made before.
#[derive(Debug)]
pub(super) struct ExistingCluster {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

fn is_suitable(major: u32, existing: Option<&ExistingCluster>) -> bool {
    existing.map_or(OLDEST_MAJOR <= major, |existing| existing.major == major)
}

/// Folders to look into, best first. A folder that was named explicitly is the only one.
fn candidates(config: &ClusterConfig) -> Vec<PathBuf> {
    if let Some(folder) = &config.binaries_dir {
        return vec![folder.clone()];
    }
    let mut folders: Vec<_> = std::env::var_os("PATH")
        .map(|path| {
            std::env::split_paths(&path)
                .filter(|folder| folder.is_absolute())
                .collect()
        })
        .unwrap_or_default();
    folders.extend(pg_config_folder());
    folders.extend(versioned("/usr/lib/postgresql", "", "bin"));
    folders.extend(versioned("/usr", "pgsql-", "bin"));
    folders.extend(versioned("/opt/homebrew/opt", "postgresql@", "bin"));
    folders.extend(versioned("/usr/local/opt", "postgresql@", "bin"));
    folders.extend(config.tools_dir.clone());
    folders
}

fn pg_config_folder() -> Option<PathBuf> {
    let output = Command::new("pg_config")
        .arg("--bindir")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    folder.is_absolute().then_some(folder)
}

/// Folders like `<parent>/<prefix><version>/<inner>`, newest version first.
fn versioned(parent: &str, prefix: &str, inner: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join(inner)))
        })
        .collect();
    found.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// What is in a folder, or why it cannot be used; `Err(None)` when there is nothing worth telling.
fn probe(folder: &Path, account: &Account) -> Result<Binaries, Option<String>> {
    let postgres = folder.join("postgres");
    if !postgres.is_file() || !folder.join("initdb").is_file() {
        return Err(None);
    }
    match version_of(&postgres, account, Path::new("/")) {
        Some(major) => Ok(Binaries {
            folder: folder.to_owned(),
            major,
        }),
        None => Err(Some(format!(
            "the account `{}` cannot run {}",
            account.name,
            postgres.display()
        ))),
    }
}

/// Runs `postgres --version` as the account, from inside `folder`.
fn version_of(postgres: &Path, account: &Account, folder: &Path) -> Option<u32> {
    let output = account
        .command(postgres)
        .arg("--version")
        .current_dir(folder)
        .output()
        .ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `postgres (PostgreSQL) 19beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let digits = number
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(number.len());
    number[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (version, major) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 19beta1\n", Some(19)),
            ("postgres (PostgreSQL) 18\n", Some(18)),
            ("mysqld 8\n", None),
            ("", None),
        ] {
            assert_eq!(parse_major(version), major, "{version}");
        }
    }
}

//! Making a new cluster.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::account::Account;
use super::binaries::Binaries;
use super::error::IoContext;
use super::home::{Home, create_owned_folder, publish};
use super::{ClusterError, SUPERUSER};

/// Collation and character type. Sorting by code point is the same in every version and never needs an
/// index rebuilt; the character type must know Hangul as letters, or trigrams of it are empty.
const LOCALES: [(&str, &str); 2] = [("C.UTF-8", "C.UTF-8"), ("C", "en_US.UTF-8")];

/// Runs `initdb` beside the final place and renames, so a cluster is there whole or not at all.
pub(super) fn create(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    is_durable: bool,
) -> Result<(), ClusterError> {
    let unfinished = home.folder().join("data.new");
    let mut first_failure = None;
    for locale in LOCALES {
        if unfinished.exists() {
            // A former attempt was interrupted, or the system has no such locale.
            fs::remove_dir_all(&unfinished).context("removing the folder", &unfinished)?;
        }
        create_owned_folder(&unfinished, account)?;
        let output = run_initdb(home, account, binaries, &unfinished, locale, is_durable)?;
        if output.status.success() {
            return publish(&unfinished, &home.data());
        }
        first_failure.get_or_insert_with(|| last_lines(&String::from_utf8_lossy(&output.stderr)));
    }
    Err(ClusterError::InitFailed {
        folder: home.data(),
        output: first_failure.unwrap_or_default(),
    })
}

fn run_initdb(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    target: &Path,
    (collate, ctype): (&str, &str),
    is_durable: bool,
) -> Result<Output, ClusterError> {
    let mut command = account.command(&binaries.initdb());
    command
        .current_dir(home.folder())
        .arg("--pgdata")
        .arg(target)
        .args(["--username", SUPERUSER, "--encoding", "UTF8", "--no-instructions"])
        .args([format!("--locale={ctype}"), format!("--lc-collate={collate}")])
        // Messages in English, so that their beginnings can be recognised in the log.
        .arg("--lc-messages=C")
        // No password: the socket is in a folder of mode 0700 that belongs to the account which also
        // owns the data files. Whoever can reach the socket could read those files anyway, so a
        // password would protect nothing and would have to be stored beside them. TCP is off, and
        // should somebody switch it on, nobody gets in that way.
        .args(["--auth-local=trust", "--auth-host=reject"]);
    if !is_durable {
        command.arg("--no-sync");
    }
    command.output().context("running", binaries.initdb())
}

/// The end of a program's output in one line.
pub(super) fn last_lines(output: &str) -> String {
    let lines: Vec<_> = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let start = lines.len().saturating_sub(6);
    if lines.is_empty() {
        "(nothing)".to_owned()
    } else {
        lines[start..].join(" | ")
    }
}

//! What the project depends on, and on which terms.
//!
//! The graph comes from Cargo itself, with every feature our crates declare, tests included.

mod graph;
mod licence;
mod manifest;
mod usage;

use std::path::Path;

use anyhow::{Result, bail};

use crate::repo::Repo;

/// Crates that must not come in by any way, and why.
const BANNED: [(&str, &str); 5] = [
    (
        "openssl-sys",
        "it needs OpenSSL on the machine; rustls with ring is our TLS",
    ),
    (
        "native-tls",
        "it needs the machine's TLS; rustls with ring is our TLS",
    ),
    (
        "pq-sys",
        "it needs the machine's libpq; diesel-async speaks the protocol itself",
    ),
    (
        "aws-lc-sys",
        "it is a second provider beside ring, and minutes of C to compile",
    ),
    ("actix-governor", "it is under the GPL"),
];

/// Checks both workspaces and reports everything that is wrong at once.
pub fn check(repo: &Repo) -> Result<()> {
    let mut problems = Vec::new();
    for workspace in [repo.root(), &repo.web_app()] {
        let name = if workspace == repo.root() {
            "server workspace"
        } else {
            "client workspace"
        };
        let found = check_workspace(workspace)?;
        problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    if problems.is_empty() {
        println!("Dependencies: nothing banned, unlicensed, unused or privately versioned.");
        return Ok(());
    }
    bail!("dependencies:\n  {}", problems.join("\n  "))
}

fn check_workspace(workspace: &Path) -> Result<Vec<String>> {
    let crates = graph::crates_in_use(workspace)?;
    let members = graph::members(workspace)?;
    let mut problems = Vec::new();
    for (banned, reason) in BANNED {
        if crates.iter().any(|used| used.name == banned) {
            problems.push(format!(
                "{banned} is banned: {reason} (see `cargo tree -i {banned}`)"
            ));
        }
    }
    problems.extend(crates.iter().filter_map(licence::problem));
    for member in &members {
        problems.extend(usage::unused(member)?);
        problems.extend(manifest::private_versions(member)?);
    }
    problems.extend(manifest::unused_workspace_entries(workspace, &members)?);
    Ok(problems)
}

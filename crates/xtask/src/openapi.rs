//! `openapi/openapi.json`, which has to say what the code says.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{command, server};

/// Writes the file from the code.
pub fn write(repo: &Repo) -> Result<()> {
    server::build(repo)?;
    let path = file(repo);
    fs::write(&path, from_code(repo)?).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("Wrote {}", path.display());
    Ok(())
}

/// Fails when the file differs from what the built server says.
pub fn compare(repo: &Repo) -> Result<()> {
    let path = file(repo);
    let committed =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let current = from_code(repo)?;
    if committed == current {
        return Ok(());
    }
    let same = committed
        .lines()
        .zip(current.lines())
        .take_while(|(old, new)| old == new)
        .count();
    bail!(
        "openapi/openapi.json is not what the code says, from line {} on (`{}`): run `./just openapi`",
        same + 1,
        current.lines().nth(same).unwrap_or("the end").trim()
    )
}

fn file(repo: &Repo) -> PathBuf {
    repo.path("openapi/openapi.json")
}

/// Ends with one line feed, as text files do.
fn from_code(repo: &Repo) -> Result<String> {
    let document = command::output(server::command(repo)?.arg("openapi"))?;
    Ok(format!("{}\n", document.trim_end()))
}

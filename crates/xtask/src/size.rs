//! The budget of the first load.

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::web::{BuiltFile, Manifest, Mode};

/// What a first visit may download, with brotli, until its first screen is there.
const BUDGET_BYTES: u64 = 300_000;
/// The chunk with the screens of somebody who is not signed in.
const ENTRANCE: &str = "entrance";

/// Prints what browsers download, and fails when a first screen takes more than the budget.
pub fn check(repo: &Repo) -> Result<()> {
    let manifest = Manifest::read(&repo.web_bundle())?;
    if manifest.mode != Mode::Release {
        bail!("target/web holds a development build: run `cargo xtask web` first");
    }
    let always: Vec<&BuiltFile> = manifest.files.iter().filter(|file| file.first_load).collect();
    println!("\n{:<56} {:>12} {:>12}", "every visit", "bytes", "brotli");
    for file in &always {
        println!(
            "{:<56} {:>12} {:>12}",
            file.path,
            file.bytes,
            file.bytes_on_the_wire()
        );
    }
    println!("\n{:<56} {:>12} {:>12}", "chunk", "files", "brotli");
    for (chunk, paths) in &manifest.chunks {
        println!(
            "{chunk:<56} {:>12} {:>12}",
            paths.len(),
            size_of(&manifest, paths)?
        );
    }
    let signed_in = always.iter().map(|file| file.bytes_on_the_wire()).sum();
    let entrance = manifest
        .chunks
        .get(ENTRANCE)
        .with_context(|| format!("there is no chunk `{ENTRANCE}`"))?;
    let signed_out = signed_in + size_of(&manifest, entrance)?;
    println!("\n{:<56} {:>12} {:>12}", "first screen", "brotli", "below budget");
    within_budget("friends, of somebody who is signed in", signed_in)?;
    within_budget("welcome, of somebody who is not", signed_out)
}

fn within_budget(screen: &str, bytes: u64) -> Result<()> {
    let Some(left) = BUDGET_BYTES.checked_sub(bytes) else {
        bail!(
            "{screen}: {bytes} bytes, {} over the budget of {BUDGET_BYTES}",
            bytes - BUDGET_BYTES
        );
    };
    println!("{screen:<56} {bytes:>12} {left:>12}");
    Ok(())
}

fn size_of(manifest: &Manifest, paths: &[String]) -> Result<u64> {
    paths
        .iter()
        .map(|path| {
            let file = manifest.files.iter().find(|file| file.path == *path);
            file.map(BuiltFile::bytes_on_the_wire)
                .with_context(|| format!("{path} was not built"))
        })
        .sum()
}

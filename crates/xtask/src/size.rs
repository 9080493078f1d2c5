//! The budget of the first load.

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::web::{BuiltFile, Manifest, Mode};

/// What a first visit may download, with brotli: the aim.
const BUDGET_BYTES: u64 = 300_000;
/// Where the client stands while it is above the budget. It is only ever lowered, so the way there leads down.
const CEILING_BYTES: u64 = 455_000;

/// Prints what a first visit downloads, and fails when that is more than the budget.
pub fn check(repo: &Repo) -> Result<()> {
    let manifest = Manifest::read(&repo.web_bundle())?;
    if manifest.mode != Mode::Release {
        bail!("target/web holds a development build: run `cargo xtask web` first");
    }
    let first_load: Vec<&BuiltFile> = manifest.files.iter().filter(|file| file.first_load).collect();
    let total: u64 = first_load.iter().map(|file| file.bytes_on_the_wire()).sum();

    println!("\n{:<72} {:>12} {:>12}", "first load", "bytes", "brotli");
    for file in first_load {
        println!(
            "{:<72} {:>12} {:>12}",
            file.path,
            file.bytes,
            file.bytes_on_the_wire()
        );
    }
    println!("{:<72} {:>12} {total:>12}", "together", "");
    println!("{:<72} {:>12} {BUDGET_BYTES:>12}", "budget", "");
    println!("{:<72} {:>12} {CEILING_BYTES:>12}", "ceiling", "");
    if CEILING_BYTES < total {
        bail!(
            "the first load has grown: {} bytes over the ceiling",
            total - CEILING_BYTES
        );
    }
    if BUDGET_BYTES < total {
        println!(
            "The first load is still {} bytes over its budget.",
            total - BUDGET_BYTES
        );
    }
    Ok(())
}

//! Builds the web client: Rust to wasm, cut into what every visit needs and what is fetched later, JavaScript
//! glue, one stylesheet, a page that names them, and compressed copies, all below `target/web`.
//!
//! Everything under `assets/` has a name made of its content, so that browsers may keep it for ever.

mod assets;
mod bindgen;
mod compress;
mod inputs;
mod manifest;
mod page;
mod split;
mod style;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::repo::Repo;

use assets::Bundle;
pub use inputs::{list_files, source_folders};
pub use manifest::{BuiltFile, Manifest};

/// For whom the client is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For the person who is changing it: built fast, not compressed, reloads itself.
    Dev,
    /// For everybody else.
    Release,
}

/// Builds the client unless the one in `target/web` was built from the same files in the same mode.
pub fn build(repo: &Repo, mode: Mode) -> Result<Manifest> {
    let inputs = inputs::fingerprint(repo, mode)?;
    let bundle_dir = repo.web_bundle();
    if let Some(built) = Manifest::read(&bundle_dir)
        .ok()
        .filter(|built| built.is_of(&inputs, &bundle_dir))
    {
        println!("The web client is up to date.");
        return Ok(built);
    }

    let compiled = bindgen::compile(repo, mode)?;
    let mut bundle = Bundle::new(with_extension_added(&bundle_dir, "new"))?;
    bundle.add_public(&repo.web_app().join("public"))?;
    let names = assets::add_code(&mut bundle, &compiled, &style::collect(&repo.web_app())?, mode)?;
    bundle.add_page(
        "index.html",
        page::render(&repo.web_app().join("index.html"), &names)?.as_bytes(),
    )?;

    let manifest = Manifest {
        mode,
        inputs,
        chunks: assets::chunks(&compiled),
        files: bundle.finish(mode)?,
    };
    manifest.write(&bundle.dir)?;
    put_in_place(&bundle.dir, &bundle_dir)?;
    println!("Built the web client into {}.", bundle_dir.display());
    Ok(manifest)
}

/// Swaps folders instead of writing into the old one: a server that is reading it never sees half a client.
fn put_in_place(new: &Path, place: &Path) -> Result<()> {
    let old = with_extension_added(place, "old");
    remove_if_there(&old)?;
    if place.exists() {
        fs::rename(place, &old).with_context(|| format!("{} cannot be moved away", place.display()))?;
    }
    fs::rename(new, place).with_context(|| format!("{} cannot be put in place", place.display()))?;
    remove_if_there(&old)
}

fn remove_if_there(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", dir.display()))
        }
        _ => Ok(()),
    }
}

fn with_extension_added(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

//! What the client is made of, so that an unchanged one is not built again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::command;
use crate::repo::Repo;

use super::Mode;

/// A fingerprint of every file the client is built from, of the tools, and of the mode.
pub fn fingerprint(repo: &Repo, mode: Mode) -> Result<String> {
    let mut hasher = Sha256::new();
    hasher.update(format!("{mode:?}"));
    let mut files = Vec::new();
    for folder in source_folders(repo)? {
        list_files(&folder, &mut files)?;
    }
    // The bundler itself: its sources, and the versions of what it uses.
    list_files(&repo.path("crates/xtask/src/web"), &mut files)?;
    files.extend([repo.path("Cargo.lock"), repo.path("rust-toolchain.toml")]);
    files.sort();
    for file in files {
        add_file(&mut hasher, repo.root(), &file)?;
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The client's folder and those of the crates it uses from this repository.
pub fn source_folders(repo: &Repo) -> Result<Vec<PathBuf>> {
    let mut metadata = command::cargo(&repo.web_app());
    metadata.args(["metadata", "--format-version", "1", "--quiet"]);
    let metadata: Metadata = serde_json::from_str(&command::output(&mut metadata)?)?;
    let mut folders: Vec<PathBuf> = metadata
        .packages
        .into_iter()
        .filter(|package| package.source.is_none())
        .filter_map(|package| package.manifest_path.parent().map(Path::to_owned))
        .collect();
    folders.push(repo.web_app());
    folders.sort();
    // A crate inside another's folder comes with that one.
    folders.dedup_by(|inner, outer| inner.starts_with(outer));
    Ok(folders)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    /// Absent for what lies in this repository.
    source: Option<String>,
}

/// Adds the files below `dir`, without what builds leave there and what editors hide there.
pub fn list_files(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot_read = || format!("{} cannot be read", dir.display());
    for entry in fs::read_dir(dir).with_context(cannot_read)? {
        let entry = entry.with_context(cannot_read)?;
        if is_left_by_a_tool(&entry.path()) {
            continue;
        }
        if entry.path().is_dir() {
            list_files(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_left_by_a_tool(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_hidden = name.starts_with('.') && name != ".well-known";
    // Cargo marks its target folders so, and a module may be called `target` too.
    is_hidden || name == "node_modules" || path.join("CACHEDIR.TAG").is_file()
}

fn add_file(hasher: &mut Sha256, root: &Path, file: &Path) -> Result<()> {
    let content = match fs::read(file) {
        // A new checkout has no lock file until Cargo has run once; being absent is a state like any other.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        other => other.with_context(|| format!("{} cannot be read", file.display()))?,
    };
    let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy();
    // Lengths keep two files from being mistaken for one.
    hasher.update(format!("{name}\0{}\0", content.len()));
    hasher.update(content);
    Ok(())
}

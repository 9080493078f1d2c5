//! `manifest.json` of a built client: what it was built from and what it consists of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Mode;

const NAME: &str = "manifest.json";

/// What is in `target/web`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// For whom it was built.
    pub mode: Mode,
    /// A fingerprint of everything it was built from.
    pub inputs: String,
    /// The paths of the files that each part of the client needs which is fetched later.
    pub chunks: BTreeMap<String, Vec<String>>,
    /// Every file but this list and the compressed copies.
    pub files: Vec<BuiltFile>,
}

/// One file of the client.
#[derive(Debug, Serialize, Deserialize)]
pub struct BuiltFile {
    /// Below the bundle's folder, with slashes.
    pub path: String,
    /// The size of the file itself.
    pub bytes: u64,
    /// The size of the `.br` beside it, if there is one.
    pub brotli_bytes: Option<u64>,
    /// The size of the `.gz` beside it, if there is one.
    pub gzip_bytes: Option<u64>,
    /// Whether a first visit has to load it.
    pub first_load: bool,
    /// Whether its name changes with its content.
    pub immutable: bool,
}

impl BuiltFile {
    /// A file with a fixed address that is loaded on demand.
    pub fn new(path: String, bytes: usize) -> Self {
        Self {
            path,
            bytes: bytes as u64,
            brotli_bytes: None,
            gzip_bytes: None,
            first_load: false,
            immutable: false,
        }
    }

    /// What travels to a browser that takes brotli.
    pub fn bytes_on_the_wire(&self) -> u64 {
        self.brotli_bytes.unwrap_or(self.bytes)
    }
}

impl Manifest {
    /// Reads the list of a built client.
    pub fn read(bundle: &Path) -> Result<Self> {
        let path = bundle.join(NAME);
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is not a list of files", path.display()))
    }

    /// Writes the list into the bundle's folder.
    pub fn write(&self, bundle: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(bundle.join(NAME), text).context("the list of built files cannot be written")
    }

    /// Whether this client was built from these inputs and is still all there.
    pub fn is_of(&self, inputs: &str, bundle: &Path) -> bool {
        self.inputs == inputs && self.files.iter().all(|file| bundle.join(&file.path).is_file())
    }
}

//! Gathers the files of the client under the names browsers will ask for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::bindgen::{Compiled, GLUE, MAIN};
use super::inputs::list_files;
use super::page::Names;
use super::{BuiltFile, Mode, compress, remove_if_there};

const BOOT: &str = include_str!("boot.js");
const RELOAD: &str = include_str!("reload.js");

/// A client being put together in a folder of its own.
pub struct Bundle {
    /// Where the files are until they replace the former ones.
    pub dir: PathBuf,
    files: Vec<BuiltFile>,
}

impl Bundle {
    /// Starts with an empty folder.
    pub fn new(dir: PathBuf) -> Result<Self> {
        remove_if_there(&dir)?;
        fs::create_dir_all(&dir).with_context(|| format!("{} cannot be written", dir.display()))?;
        Ok(Self {
            dir,
            files: Vec::new(),
        })
    }

    /// Copies what has a fixed address: icons, the web manifest.
    pub fn add_public(&mut self, public: &Path) -> Result<()> {
        let mut files = Vec::new();
        if public.is_dir() {
            list_files(public, &mut files)?;
        }
        files.sort();
        for file in files {
            let name = file
                .strip_prefix(public)?
                .to_str()
                .context("a public file's name is not UTF-8")?;
            let content = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            self.write(BuiltFile::new(name.to_owned(), content.len()), &content)?;
        }
        Ok(())
    }

    /// Adds a page, which belongs to the first load and is asked for anew each time.
    pub fn add_page(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let file = BuiltFile {
            first_load: true,
            ..BuiltFile::new(name.to_owned(), content.len())
        };
        self.write(file, content)
    }

    /// Adds a file of the first load under a name made of its content, and returns its address.
    fn add_asset(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let path = format!("assets/{stem}-{}.{extension}", fingerprint(content));
        let address = format!("/{path}");
        self.add_immutable(path, content, true)?;
        Ok(address)
    }

    fn add_immutable(&mut self, path: String, content: &[u8], first_load: bool) -> Result<()> {
        let file = BuiltFile {
            first_load,
            immutable: true,
            ..BuiltFile::new(path, content.len())
        };
        self.write(file, content)
    }

    fn write(&mut self, file: BuiltFile, content: &[u8]) -> Result<()> {
        let path = self.dir.join(&file.path);
        let cannot_write = || format!("{} cannot be written", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(cannot_write)?;
        }
        fs::write(&path, content).with_context(cannot_write)?;
        self.files.push(file);
        Ok(())
    }

    /// Compresses what is worth it, and returns the list of files.
    pub fn finish(&mut self, mode: Mode) -> Result<Vec<BuiltFile>> {
        if mode == Mode::Release {
            compress::compress_all(&self.dir, &mut self.files)?;
        }
        Ok(std::mem::take(&mut self.files))
    }
}

/// Adds code and styles. Each name depends on the content, and a file that names another comes after it.
pub fn add_code(bundle: &mut Bundle, compiled: &Compiled, css: &str, mode: Mode) -> Result<Names> {
    // One folder for all code, named after all of it: its files refer to each other by relative addresses, and
    // a chunk fits only the main part that it was cut from.
    let dir = format!("assets/app-{}", fingerprint_of_all(compiled));
    let at = |name: &str| format!("{dir}/{name}");
    for (name, content) in &compiled.first {
        bundle.add_immutable(at(name), content, true)?;
    }
    for (name, content) in &compiled.later {
        bundle.add_immutable(at(name), content, false)?;
    }
    let (js, wasm) = (format!("/{}", at(GLUE)), format!("/{}", at(MAIN)));
    let boot = bundle.add_asset("boot", "js", boot_script(&js, &wasm, mode).as_bytes())?;
    let css = bundle.add_asset("app", "css", css.as_bytes())?;
    let imported = compiled
        .first
        .keys()
        .filter(|name| *name != GLUE && *name != MAIN)
        .map(|name| format!("/{}", at(name)))
        .collect();
    Ok(Names {
        css,
        boot,
        js,
        wasm,
        imported,
    })
}

/// The files that each chunk needs, by the paths they have in the bundle.
pub fn chunks(compiled: &Compiled) -> BTreeMap<String, Vec<String>> {
    let dir = fingerprint_of_all(compiled);
    let in_dir = |names: &Vec<String>| {
        names
            .iter()
            .map(|name| format!("assets/app-{dir}/{name}"))
            .collect()
    };
    compiled
        .chunks
        .iter()
        .map(|(chunk, names)| (chunk.clone(), in_dir(names)))
        .collect()
}

fn fingerprint_of_all(compiled: &Compiled) -> String {
    let mut hasher = Sha256::new();
    for (name, content) in compiled.first.iter().chain(&compiled.later) {
        hasher.update(format!("{name}\0{}\0", content.len()));
        hasher.update(content);
    }
    short_hex(hasher)
}

fn boot_script(js: &str, wasm: &str, mode: Mode) -> String {
    let boot = BOOT.replace("__APP_JS__", js).replace("__APP_WASM__", wasm);
    match mode {
        Mode::Dev => format!("{boot}\n{RELOAD}"),
        Mode::Release => boot,
    }
}

fn fingerprint(content: &[u8]) -> String {
    short_hex(Sha256::new_with_prefix(content))
}

/// Sixteen digits tell any two builds of one file apart and keep addresses readable.
fn short_hex(hasher: Sha256) -> String {
    hex::encode(&hasher.finalize()[..8])
}

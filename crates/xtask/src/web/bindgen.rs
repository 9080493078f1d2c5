//! Compiles the client and makes the JavaScript that browsers load it with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::command;
use crate::repo::Repo;

use super::Mode;
use super::inputs::list_files;
use super::split::{LOADER, split};

const BINARY: &str = "damso-web";
/// The module that starts the client, beside [`MAIN`].
pub const GLUE: &str = "app.js";
/// The part of the client that every visit needs.
pub const MAIN: &str = "app_bg.wasm";

/// The client's code, as a browser takes it. All of it refers to each other by relative addresses.
pub struct Compiled {
    /// By their path: the JavaScript of [`GLUE`], what it imports, and [`MAIN`].
    pub first: BTreeMap<String, Vec<u8>>,
    /// By their path: what is fetched later.
    pub later: BTreeMap<String, Vec<u8>>,
    /// What of `later` each chunk needs.
    pub chunks: BTreeMap<String, Vec<String>>,
}

/// Compiles the client, cuts it into chunks and runs wasm-bindgen over the main part.
pub fn compile(repo: &Repo, mode: Mode) -> Result<Compiled> {
    let wasm = link(repo, mode)?;
    let cut = tempfile::tempdir().context("the folder for temporary files cannot be written")?;
    let split = split(&wasm, cut.path(), GLUE, mode).context("cutting the client into chunks failed")?;
    let output = tempfile::tempdir().context("the folder for temporary files cannot be written")?;
    generate(&split.main, output.path(), mode).context("wasm-bindgen failed")?;
    let mut first = read_generated(output.path())?;
    first.insert(LOADER.to_owned(), split.loader.into_bytes());
    Ok(Compiled {
        first,
        later: split.pieces,
        chunks: split.chunks,
    })
}

fn link(repo: &Repo, mode: Mode) -> Result<PathBuf> {
    let target_dir = repo.web_app().join("target");
    let mut build = command::cargo(&repo.web_app());
    build.args([
        "build",
        "--target",
        "wasm32-unknown-unknown",
        "--bin",
        BINARY,
        "--target-dir",
    ]);
    build.arg(&target_dir);
    let profile = match mode {
        Mode::Dev => "debug",
        Mode::Release => {
            build.arg("--release");
            "release"
        }
    };
    command::run(&mut build)?;
    Ok(target_dir
        .join("wasm32-unknown-unknown")
        .join(profile)
        .join(format!("{BINARY}.wasm")))
}

fn generate(wasm: &Path, output: &Path, mode: Mode) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name("app")
        .web(true)?
        .typescript(false)
        // The page says where the module is, under its hashed name.
        .omit_default_module_path(true)
        // Chunks find what they share with the main part by its exports and their linked names.
        .keep_lld_exports(true)
        .demangle(false)
        // Names make the stack traces of a panic readable, and a third of the download.
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true)
        .generate(output)
}

fn read_generated(output: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = Vec::new();
    list_files(output, &mut files)?;
    files
        .into_iter()
        .map(|file| {
            let name = file
                .strip_prefix(output)?
                .to_str()
                .context("wasm-bindgen wrote a file whose name is not UTF-8")?;
            let content = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            Ok((name.to_owned(), content))
        })
        .collect()
}

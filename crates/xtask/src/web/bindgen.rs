//! Compiles the client and makes the JavaScript that browsers load it with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::command;
use crate::repo::Repo;

use super::Mode;
use super::inputs::list_files;

const BINARY: &str = "damso-web";

/// The client's code, as a browser takes it.
pub struct Compiled {
    /// The WebAssembly module.
    pub wasm: Vec<u8>,
    /// The module that loads it and connects it with the browser.
    pub js: String,
    /// Small modules that crates brought along, by their path below `snippets/`.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Compiles the client and runs wasm-bindgen over it.
pub fn compile(repo: &Repo, mode: Mode) -> Result<Compiled> {
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

    let wasm = target_dir
        .join("wasm32-unknown-unknown")
        .join(profile)
        .join(format!("{BINARY}.wasm"));
    let output = tempfile::tempdir().context("the folder for temporary files cannot be written")?;
    generate(&wasm, output.path(), mode).context("wasm-bindgen failed")?;
    read_generated(output.path())
}

fn generate(wasm: &Path, output: &Path, mode: Mode) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        // The page says where the module is, under its hashed name.
        .omit_default_module_path(true)
        // Names make the stack traces of a panic readable, and a third of the download.
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true)
        .generate(output)
}

fn read_generated(output: &Path) -> Result<Compiled> {
    let read = |name: String| {
        let path = output.join(name);
        fs::read(&path).with_context(|| format!("wasm-bindgen did not write {}", path.display()))
    };
    let js = String::from_utf8(read(format!("{BINARY}.js"))?).context("the JavaScript glue is not UTF-8")?;
    Ok(Compiled {
        wasm: read(format!("{BINARY}_bg.wasm"))?,
        js,
        snippets: read_snippets(output)?,
    })
}

fn read_snippets(output: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let dir = output.join("snippets");
    let mut files = Vec::new();
    if dir.is_dir() {
        list_files(&dir, &mut files)?;
    }
    files
        .into_iter()
        .map(|file| {
            let name = file
                .strip_prefix(&dir)?
                .to_str()
                .context("a snippet has a name that is not UTF-8")?;
            Ok((name.to_owned(), fs::read(&file)?))
        })
        .collect()
}

//! Cuts the linked client into the part that every visit needs and the chunks that are fetched later.
//!
//! The client marks functions with `#[wasm_split(chunk, …)]`. What only they reach becomes that chunk's file;
//! what several chunks reach becomes a file of its own, which each of them fetches too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use walrus::ModuleConfig;

use super::Mode;

/// The client in pieces.
pub struct Split {
    /// What every visit needs, still to be taken through wasm-bindgen.
    pub main: PathBuf,
    /// The JavaScript that fetches chunks.
    pub loader: String,
    /// Each piece by its file's name.
    pub pieces: BTreeMap<String, Vec<u8>>,
    /// The pieces that each chunk needs.
    pub chunks: BTreeMap<String, Vec<String>>,
}

/// The loader's name, as the client's main part imports it.
pub const LOADER: &str = "split.js";

/// Cuts `wasm`, which was linked with `--emit-relocs`, and writes into `dir`. `glue` is the name that
/// wasm-bindgen's JavaScript will have beside the loader.
pub fn split(wasm: &Path, dir: &Path, glue: &str, mode: Mode) -> Result<Split> {
    let linked = fs::read(wasm).with_context(|| format!("{} cannot be read", wasm.display()))?;
    let (main, glue, loader) = (dir.join("main.wasm"), format!("./{glue}"), format!("./{LOADER}"));
    let mut options = wasm_split_cli_support::Options::new(&linked);
    options.output_dir = dir;
    options.main_out_path = &main;
    options.main_module = &glue;
    options.link_name = &loader;
    let done = wasm_split_cli_support::transform(options).map_err(|error| anyhow!("{error:#}"))?;

    let pieces = done
        .split_modules
        .iter()
        .map(|path| Ok((file_name(path)?, read_piece(path, mode)?)))
        .collect::<Result<_>>()?;
    let chunks = done
        .prefetch_map
        .into_iter()
        .map(|(chunk, pieces)| {
            (
                chunk,
                pieces.iter().map(|piece| format!("{piece}.wasm")).collect(),
            )
        })
        .collect();
    Ok(Split {
        loader: fs::read_to_string(dir.join(LOADER)).context("the loader was not written")?,
        main,
        pieces,
        chunks,
    })
}

fn read_piece(path: &Path, mode: Mode) -> Result<Vec<u8>> {
    let piece = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    match mode {
        Mode::Dev => Ok(piece),
        Mode::Release => slim(&piece).with_context(|| format!("{} is no module", path.display())),
    }
}

/// Writes a module anew: without names, and with short numbers where the linker left room for long ones.
/// wasm-bindgen does the same for the main part.
fn slim(piece: &[u8]) -> Result<Vec<u8>> {
    let mut config = ModuleConfig::new();
    config
        .generate_name_section(false)
        .generate_producers_section(false);
    let mut module = config.parse(piece)?;
    let customs: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    for custom in customs {
        module.customs.delete(custom);
    }
    Ok(module.emit_wasm())
}

fn file_name(path: &Path) -> Result<String> {
    path.file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .with_context(|| format!("{} has no name", path.display()))
}

//! Compressed copies beside the files, so that the server compresses nothing while somebody waits.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::BuiltFile;

const COMPRESSIBLE: [&str; 10] = [
    "css",
    "html",
    "ico",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Writes `.br` and `.gz` beside each file that becomes smaller by it, and notes their sizes.
pub fn compress_all(dir: &Path, files: &mut [BuiltFile]) -> Result<()> {
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .iter_mut()
            .filter(|file| is_compressible(&file.path))
            .map(|file| scope.spawn(|| compress(dir, file)))
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .map_err(|_| anyhow!("compressing a file panicked"))?
        })
    })
}

fn is_compressible(path: &str) -> bool {
    let extension = Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| COMPRESSIBLE.contains(&extension))
}

fn compress(dir: &Path, file: &mut BuiltFile) -> Result<()> {
    let path = dir.join(&file.path);
    let content = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    file.brotli_bytes = write_if_smaller(&path, "br", &content, &brotli(&content)?)?;
    file.gzip_bytes = write_if_smaller(&path, "gz", &content, &gzip(&content)?)?;
    Ok(())
}

fn write_if_smaller(path: &Path, extension: &str, original: &[u8], packed: &[u8]) -> Result<Option<u64>> {
    if original.len() <= packed.len() {
        return Ok(None);
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    let sibling = PathBuf::from(name);
    fs::write(&sibling, packed).with_context(|| format!("{} cannot be written", sibling.display()))?;
    Ok(Some(packed.len() as u64))
}

fn brotli(mut content: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut content, &mut packed, &parameters).context("brotli failed")?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).context("gzip failed")?;
    encoder.finish().context("gzip failed")
}

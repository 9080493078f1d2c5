//! File operations that survive a crash of the machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A name nobody can guess and nobody else has made: 128 random bits in hexadecimal.
pub(crate) fn random_name() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hex::encode(bytes))
}

/// Creates a file that must not exist yet, readable by its owner only.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Makes the entries of a folder survive: a renamed file is only safe once its folder is synced.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Writes a file whole or not at all; readers see the old or the new content.
pub(crate) fn write_atomically(temporary: &Path, target: &Path, content: &[u8]) -> io::Result<()> {
    let written = write_and_rename(temporary, target, content);
    if written.is_err() {
        // The first error is the one worth reporting.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write_and_rename(temporary: &Path, target: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = create_private(temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    rename_durably(temporary, target)
}

/// Renames a synced file and syncs the folder that now holds it.
pub(crate) fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    to.parent().map_or(Ok(()), sync_folder)
}

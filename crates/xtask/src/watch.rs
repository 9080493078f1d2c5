//! Noticing that files changed, by looking: it needs nothing from the operating system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;

use crate::web::list_files;

/// Some folders and files, and how they looked last.
pub struct Watched {
    paths: Vec<PathBuf>,
    seen: BTreeMap<PathBuf, SystemTime>,
}

impl Watched {
    /// Starts watching; what is there now does not count as a change.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        let seen = look(&paths);
        Self { paths, seen }
    }

    /// Whether a file was added, removed or written since the last call.
    pub fn has_changed(&mut self) -> bool {
        let now = look(&self.paths);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

fn look(paths: &[PathBuf]) -> BTreeMap<PathBuf, SystemTime> {
    let files = paths.iter().flat_map(|path| files_of(path).unwrap_or_default());
    // A file may vanish between listing and looking; then it is not there, which is all that matters.
    files
        .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file)).map(|(at, file)| (file, at)))
        .collect()
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    list_files(path, &mut files)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Watched;

    #[test]
    fn new_and_removed_files_are_changes_and_quiet_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new.rs");
        let mut watched = Watched::new(vec![dir.path().to_owned()]);
        assert!(!watched.has_changed());

        fs::write(&file, "").unwrap();
        assert!(watched.has_changed());
        assert!(!watched.has_changed());

        fs::remove_file(&file).unwrap();
        assert!(watched.has_changed());
    }
}

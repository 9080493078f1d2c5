//! Symbolic links in the tool folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Makes `link` point to `to`. A link that is there already may point into a checkout that has moved.
pub fn replace_symlink(to: &Path, link: &Path) -> Result<()> {
    if link.is_symlink() {
        fs::remove_file(link).with_context(|| format!("{} cannot be replaced", link.display()))?;
    }
    if link.exists() {
        return Ok(());
    }
    std::os::unix::fs::symlink(to, link).with_context(|| format!("{} cannot be linked", link.display()))
}

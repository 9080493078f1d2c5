//! One server a folder: the lock that refuses a second one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Name of the lock file inside the folder.
const LOCK_FILE: &str = "lock";

/// Keeps a folder to this process for as long as the value lives.
///
/// The kernel releases the lock when the process ends, however it ends, so nothing has to be cleaned up
/// after a crash. The file stays; its content only tells people who the holder is.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Why a folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum FolderLockError {
    /// Another process holds the lock.
    #[error("the folder {} is in use by {holder}; stop that server first, or choose another folder", folder.display())]
    Held {
        /// The folder.
        folder: PathBuf,
        /// The holder, in words.
        holder: String,
    },
    /// The lock file cannot be created or written.
    #[error("the folder {} cannot be locked ({source}); check that it exists and that this user may write to it", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl FolderLock {
    /// Locks `folder`, which has to exist; never waits.
    pub fn acquire(folder: &Path) -> Result<Self, FolderLockError> {
        let io_error = |source| FolderLockError::Io {
            folder: folder.to_owned(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false) // the holder's number must stay readable
            .mode(0o600)
            .open(folder.join(LOCK_FILE))
            .map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderLockError::Held {
                    folder: folder.to_owned(),
                    holder: holder(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(io_error(source)),
        }
        file.set_len(0).map_err(io_error)?;
        writeln!(file, "{}", std::process::id()).map_err(io_error)?;
        Ok(Self { _file: file })
    }
}

/// The holder may be about to write its number, in which case there is none to show.
fn holder(file: &mut File) -> String {
    let mut content = String::new();
    let read = file.take(20).read_to_string(&mut content);
    match (read, content.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => format!("the process {pid}"),
        _ => "another process".to_owned(),
    }
}

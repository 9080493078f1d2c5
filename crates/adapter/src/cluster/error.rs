//! Why the private cluster did not start, in sentences that say what to do.

use std::io;
use std::path::PathBuf;

use crate::folder_lock::FolderLockError;

/// Why the private PostgreSQL cluster could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No usable PostgreSQL on this machine.
    #[error(
        "PostgreSQL 15 or newer was not found{detail}; install it with `apt-get install postgresql` \
         (macOS: `brew install postgresql@17`), or name the folder that holds `postgres` and `initdb`"
    )]
    BinariesNotFound {
        /// What was found instead, beginning with a blank, or nothing.
        detail: String,
    },
    /// The folder was made by another major version.
    #[error(
        "the database in {} was made by PostgreSQL {cluster}, but {found}; \
         install PostgreSQL {cluster} (`apt-get install postgresql-{cluster}`) or restore a backup into a new folder",
        folder.display()
    )]
    WrongMajor {
        /// Folder of the cluster.
        folder: PathBuf,
        /// Major version that made it.
        cluster: u32,
        /// What is installed, in words.
        found: String,
    },
    /// Another process uses the same cluster.
    #[error(transparent)]
    Locked(#[from] FolderLockError),
    /// Root may not run PostgreSQL, and there is nobody else to run it as.
    #[error(
        "PostgreSQL refuses to run as root and there is neither a `postgres` nor a `nobody` account; \
         start the server as an ordinary user"
    )]
    NoAccount,
    /// The cluster belongs to another user.
    #[error("the database folder {} belongs to user {owner}; start the server as that user or as root", folder.display())]
    ForeignOwner {
        /// Folder of the cluster.
        folder: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// The account that runs PostgreSQL may not pass through a parent folder.
    #[error(
        "the account `{account}`, which runs PostgreSQL, cannot enter {}; \
         allow it with `chmod o+x` on the parent folders or move the data folder",
        folder.display()
    )]
    Inaccessible {
        /// Folder of the cluster.
        folder: PathBuf,
        /// Name of the account.
        account: String,
    },
    /// The pointer file leads nowhere.
    #[error(
        "{} says that the database is in {}, which does not exist; bring that folder back, \
         or remove the file to begin with an empty database",
        pointer.display(),
        folder.display()
    )]
    LostCluster {
        /// The pointer file.
        pointer: PathBuf,
        /// Where it points to.
        folder: PathBuf,
    },
    /// A new cluster could not be made.
    #[error("the database could not be created in {}; PostgreSQL said: {output}", folder.display())]
    InitFailed {
        /// Folder of the cluster.
        folder: PathBuf,
        /// Last lines of its output.
        output: String,
    },
    /// The database process ended, or did not become ready in time.
    #[error("PostgreSQL did not start ({reason}); the end of {} says: {log_tail}", log.display())]
    StartFailed {
        /// What happened, in a few words.
        reason: String,
        /// The log file.
        log: PathBuf,
        /// Its last lines.
        log_tail: String,
    },
    /// A file operation failed.
    #[error("{action} failed for {} ({source})", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Names what was tried, so that an operating system's error becomes a sentence.
pub(super) trait IoContext<T> {
    fn context(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T, ClusterError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn context(self, action: &'static str, path: impl Into<PathBuf>) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io {
            action,
            path: path.into(),
            source,
        })
    }
}

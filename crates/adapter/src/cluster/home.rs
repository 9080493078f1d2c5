//! Where the cluster lives, and where its socket is.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::binaries::{Binaries, ExistingCluster};
use super::error::IoContext;
use super::{ClusterConfig, ClusterError};
use crate::durable::{random_name, sync_folder, write_atomically};

/// Holds the clusters of servers that run as root on a data folder nobody else may enter.
const SHARED_PARENT: &str = "/var/lib/damso";

/// In the data folder: says where the cluster is when it is not in there.
const POINTER_FILE: &str = "postgres.location";

/// In the home: says which folder outside holds the socket, when the home's path is too long.
const SOCKET_POINTER_FILE: &str = "socket.location";

/// The name PostgreSQL gives its socket, with the slash before it.
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// Linux takes 107 bytes, macOS and BSD 103.
const MAX_SOCKET_PATH_BYTES: usize = 103;

/// The folder with everything of one cluster: `data`, `run`, the log and a lock.
///
/// It belongs to this process's user; only `data` and `run` belong to the account that runs PostgreSQL.
/// So root never opens a file in a folder where a lesser account could have put a link.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
}

impl Home {
    /// The home a data folder had last time, else the usual one, which may not exist yet.
    pub(super) fn locate(data_dir: &Path) -> Result<Self, ClusterError> {
        fs::create_dir_all(data_dir).context("creating the folder", data_dir)?;
        let data_dir = data_dir.canonicalize().context("opening the folder", data_dir)?;
        let pointer = data_dir.join(POINTER_FILE);
        match fs::read_to_string(&pointer) {
            Ok(target) => {
                let folder = PathBuf::from(target.trim_end());
                if folder.is_dir() {
                    Ok(Self { folder })
                } else {
                    Err(ClusterError::LostCluster { pointer, folder })
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self {
                folder: data_dir.join("postgres"),
            }),
            Err(source) => Err(ClusterError::Io {
                action: "reading",
                path: pointer,
                source,
            }),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    /// The cluster that is in here, if one was ever finished.
    pub(super) fn existing(&self) -> Result<Option<ExistingCluster>, ClusterError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => {
                let major = version
                    .trim()
                    .parse()
                    .map_err(io::Error::other)
                    .context("reading", path)?;
                Ok(Some(ExistingCluster {
                    folder: self.data(),
                    major,
                }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ClusterError::Io {
                action: "reading",
                path,
                source,
            }),
        }
    }

    /// Creates the home. A new one moves out of the data folder if the account cannot get in there.
    pub(super) fn prepare(
        self,
        config: &ClusterConfig,
        account: &Account,
        binaries: &Binaries,
        is_new: bool,
    ) -> Result<Self, ClusterError> {
        create_folder(&self.folder, 0o711)?;
        if !account.is_switched() || binaries.can_run_in(account, &self.folder) {
            return Ok(self);
        }
        if !is_new {
            return Err(ClusterError::Inaccessible {
                folder: self.folder,
                account: account.name.clone(),
            });
        }
        let outside = Path::new(SHARED_PARENT).join(new_name(SHARED_PARENT)?);
        create_folder(Path::new(SHARED_PARENT), 0o711)?;
        create_folder(&outside, 0o711)?;
        if !binaries.can_run_in(account, &outside) {
            return Err(ClusterError::Inaccessible {
                folder: outside,
                account: account.name.clone(),
            });
        }
        fs::remove_dir(&self.folder).context("removing the folder", &self.folder)?;
        point_to(&config.data_dir.join(POINTER_FILE), &outside)?;
        Ok(Self { folder: outside })
    }

    /// The folder for the socket: mode 0700, in the home or, where that path is too long, elsewhere.
    pub(super) fn socket_folder(&self, account: &Account) -> Result<SocketFolder, ClusterError> {
        let inside = self.folder.join("run");
        if inside.as_os_str().len() + SOCKET_NAME.len() <= MAX_SOCKET_PATH_BYTES {
            create_owned_folder(&inside, account)?;
            return Ok(SocketFolder {
                path: inside,
                is_temporary: false,
            });
        }
        let pointer = self.folder.join(SOCKET_POINTER_FILE);
        let known = fs::read_to_string(&pointer)
            .ok()
            .map(|path| PathBuf::from(path.trim_end()));
        // Somebody else may have made a folder of that name in /tmp since; then it is not the owner's.
        if let Some(path) = known.filter(|path| account.owns_folder(path)) {
            return Ok(SocketFolder {
                path,
                is_temporary: true,
            });
        }
        let path = short_parent(account).join(format!("damso-{}", &new_name("the socket folder")?[..16]));
        create_owned_folder(&path, account)?;
        point_to(&pointer, &path)?;
        Ok(SocketFolder {
            path,
            is_temporary: true,
        })
    }
}

/// The folder PostgreSQL puts its socket into.
#[derive(Debug)]
pub(super) struct SocketFolder {
    pub(super) path: PathBuf,
    /// Whether it is outside the home and to be removed when the cluster stops.
    is_temporary: bool,
}

impl SocketFolder {
    /// Removes a folder in a shared place once PostgreSQL has taken its socket away.
    pub(super) fn clean_up(&self) {
        if self.is_temporary {
            // What is left behind after a failure is found again through the pointer file.
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// The connection URL of a database behind the socket.
    pub(super) fn url(&self, database: &str) -> String {
        let host = percent_encode(self.path.as_os_str().as_bytes());
        format!(
            "postgres://{}@{host}/{}",
            super::SUPERUSER,
            percent_encode(database.as_bytes())
        )
    }
}

/// A folder per user where there is one; the socket is safe in `/tmp` as well, in a folder of mode 0700.
fn short_parent(account: &Account) -> PathBuf {
    let runtime = PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw()));
    if !account.is_switched() && runtime.is_dir() {
        runtime
    } else {
        PathBuf::from("/tmp")
    }
}

fn new_name(what_for: &str) -> Result<String, ClusterError> {
    random_name().context("choosing a random name", what_for)
}

fn create_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .context("creating the folder", path)?;
    // The umask may have taken the bit away that lets the account pass.
    fs::set_permissions(path, Permissions::from_mode(mode)).context("setting the permissions", path)
}

/// A folder of mode 0700 that belongs to the account.
pub(super) fn create_owned_folder(path: &Path, account: &Account) -> Result<(), ClusterError> {
    if account.owns_folder(path) {
        return fs::set_permissions(path, Permissions::from_mode(0o700))
            .context("setting the permissions", path);
    }
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .context("creating the folder", path)?;
    account.own(path)
}

fn point_to(pointer: &Path, target: &Path) -> Result<(), ClusterError> {
    let temporary = pointer.with_extension("new");
    // Left over from a crash in the middle of this function.
    let _ = fs::remove_file(&temporary);
    let content = format!("{}\n", target.display());
    write_atomically(&temporary, pointer, content.as_bytes()).context("writing", pointer)
}

/// Makes a finished cluster visible under its final name.
pub(super) fn publish(from: &Path, to: &Path) -> Result<(), ClusterError> {
    fs::rename(from, to).context("renaming", from)?;
    to.parent().map_or(Ok(()), |parent| {
        sync_folder(parent).context("syncing the folder", parent)
    })
}

fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.push_str(&hex::encode_upper([*byte]));
        }
        out
    })
}

//! Who runs PostgreSQL: this user, or an unprivileged account when this user is root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::ClusterError;
use super::error::IoContext;

/// The user that owns the cluster and runs its processes.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    uid: u32,
    gid: u32,
    /// Whether this process has to change its identity to become the account.
    is_switched: bool,
}

impl Account {
    /// Chooses the account for the cluster in `data_folder`, which may not exist yet.
    ///
    /// An existing cluster keeps its owner, so nothing ever has to be handed over from one to another.
    pub(super) fn choose(data_folder: &Path) -> Result<Self, ClusterError> {
        let this_user = rustix::process::geteuid();
        let owner = fs::metadata(data_folder)
            .ok()
            .map(|metadata| (metadata.uid(), metadata.gid()));
        match owner {
            _ if !this_user.is_root() => match owner {
                Some((owner, _)) if owner != this_user.as_raw() => Err(ClusterError::ForeignOwner {
                    folder: data_folder.to_owned(),
                    owner,
                }),
                _ => Ok(Self::this_user(this_user.as_raw())),
            },
            Some((uid, gid)) if uid != 0 => {
                let name = users()
                    .into_iter()
                    .find(|user| user.uid == uid)
                    .map(|user| user.name);
                Ok(Self {
                    name: name.unwrap_or_else(|| uid.to_string()),
                    uid,
                    gid,
                    is_switched: true,
                })
            }
            _ => Self::unprivileged(),
        }
    }

    fn this_user(uid: u32) -> Self {
        let gid = rustix::process::getegid().as_raw();
        Self {
            name: uid.to_string(),
            uid,
            gid,
            is_switched: false,
        }
    }

    fn unprivileged() -> Result<Self, ClusterError> {
        let users = users();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| users.iter().find(|user| user.name == *name && user.uid != 0))
            .cloned()
            .ok_or(ClusterError::NoAccount)
    }

    /// Whether root runs PostgreSQL as somebody else.
    pub(super) fn is_switched(&self) -> bool {
        self.is_switched
    }

    /// Makes the command run as this account, without anything from the environment that could
    /// redirect it: `PGDATA`, `PGPORT` and the like, or the language of its messages.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if self.is_switched {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or folder to the account.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        if !self.is_switched {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid)).context("changing the owner", path)
    }

    /// Whether the account owns this folder itself, not what a link there points to.
    pub(super) fn owns_folder(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == self.uid)
    }
}

/// The local accounts. Accounts from a directory service are not asked for: `postgres` and `nobody`
/// are made by packages, on the machine itself.
fn users() -> Vec<Account> {
    let table = fs::read_to_string("/etc/passwd").unwrap_or_default();
    table.lines().filter_map(parse_user).collect()
}

fn parse_user(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account {
        name,
        uid,
        gid,
        is_switched: true,
    })
}

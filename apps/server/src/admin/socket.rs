//! The socket in the data folder over which commands reach the server that runs.
//!
//! One request and one answer for each connection, each a line of JSON. Whoever may open the socket is the operator:
//! the file is its owner's alone, and the server looks who is at the other end all the same.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use damso_service::admin::{
    AdminAnswer, AdminError, AdminErrorKind, AdminRequest, AdminResult, AdminService,
};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Its name in the data folder.
const NAME: &str = "admin.sock";
/// Where it is made, so that nobody else can open it before its mode is set.
const MAKING: &str = ".admin";
/// The longest path that every system takes for a socket, with room for the end of the text.
const MAX_PATH_BYTES: usize = 100;
/// The longest request; the longest text in it has 1,000 characters.
const MAX_REQUEST_BYTES: u64 = 64 * 1024;
/// Commands at once; more wait.
const MOST_AT_ONCE: usize = 8;
/// How long a command may take to say what it wants, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a command waits for its answer.
const ANSWER_PATIENCE: Duration = Duration::from_mins(1);
/// How long commands that are under way may take once the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// What goes back to a command.
#[derive(Serialize, Deserialize)]
struct Reply {
    /// The server's version, for commands that do not understand the rest.
    version: String,
    outcome: Outcome,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Answer(AdminAnswer),
    Error(AdminError),
}

/// The server's end. The file goes with it.
pub struct AdminSocket {
    path: PathBuf,
    owner: u32,
    listener: UnixListener,
}

impl AdminSocket {
    /// Opens the socket in a data folder that is ours alone. What a server that was killed has left is replaced.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let (path, making) = (folder.join(NAME), folder.join(MAKING));
        let _ = fs::remove_file(making.join(NAME));
        let _ = fs::remove_dir(&making);
        DirBuilder::new().mode(0o700).create(&making)?;
        let made = making.join(NAME);
        let listener = with_short_path(&making, |path| UnixListener::bind(path))?;
        fs::set_permissions(&made, fs::Permissions::from_mode(0o600))?;
        fs::rename(&made, &path)?;
        fs::remove_dir(&making)?;
        let owner = fs::symlink_metadata(&path)?.uid();
        Ok(Self {
            path,
            owner,
            listener,
        })
    }

    /// Answers until it is told to stop; what is under way then is finished.
    pub async fn serve(self, admin: AdminService, mut stop: oneshot::Receiver<()>) {
        let mut asked = JoinSet::new();
        loop {
            tokio::select! {
                // An error: nobody is left who could tell.
                _ = &mut stop => break,
                Some(_) = asked.join_next() => (),
                accepted = self.listener.accept(), if asked.len() < MOST_AT_ONCE => match accepted {
                    Ok((stream, _)) => drop(asked.spawn(answer(stream, self.owner, admin.clone()))),
                    Err(error) => {
                        tracing::warn!(%error, "A command could not be heard");
                        // There is no room for another file: none will be free at once.
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                },
            }
        }
        // The file goes first: who comes from now on finds no server.
        drop(self);
        let finished = async { while asked.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            tracing::warn!("A command was still under way");
        }
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "The socket for commands could not be removed");
        }
    }
}

async fn answer(mut stream: UnixStream, owner: u32, admin: AdminService) {
    match hear(&mut stream, owner).await {
        Ok(request) => {
            let outcome = match request {
                Ok(request) => admin.answer(request).await,
                Err(error) => Err(error),
            };
            if let Err(error) = &outcome
                && matches!(error.kind, AdminErrorKind::Internal | AdminErrorKind::Unavailable)
            {
                tracing::warn!(%error, "A command of the operator failed");
            }
            let reply = Reply {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                outcome: match outcome {
                    Ok(answer) => Outcome::Answer(answer),
                    Err(error) => Outcome::Error(error),
                },
            };
            let bytes = serde_json::to_vec(&reply).unwrap_or_default();
            let told = tokio::time::timeout(PATIENCE, stream.write_all(&bytes)).await;
            if !matches!(told, Ok(Ok(()))) {
                tracing::warn!("A command did not wait for its answer");
            }
        }
        Err(error) => tracing::warn!(%error, "A command was not heard to the end"),
    }
}

/// What a command wants; the inner error is what it is told.
async fn hear(stream: &mut UnixStream, owner: u32) -> io::Result<AdminResult<AdminRequest>> {
    let asks = stream.peer_cred()?.uid();
    if asks != owner && asks != 0 {
        let message = format!("the account {asks} has asked, which does not run this server");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    let mut bytes = Vec::new();
    let mut limited = stream.take(MAX_REQUEST_BYTES);
    tokio::time::timeout(PATIENCE, limited.read_to_end(&mut bytes)).await??;
    Ok(serde_json::from_slice(&bytes).map_err(|error| {
        let version = env!("CARGO_PKG_VERSION");
        let message = format!("the server, which is of version {version}, does not know this: {error}");
        AdminError::new(AdminErrorKind::Invalid, message)
    }))
}

/// Asks the server that serves this data folder; `None`: none does.
pub(super) async fn ask(
    folder: &Path,
    request: &AdminRequest,
) -> anyhow::Result<Option<AdminResult<AdminAnswer>>> {
    let path = folder.join(NAME);
    let connected = match short_path(folder) {
        Ok(short) => UnixStream::connect(&short.path).await,
        Err(error) => Err(error),
    };
    let mut stream = match connected {
        Ok(stream) => stream,
        Err(error) if is_nobody(&error) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            bail!(
                "{} is for the account that runs the server, and for root",
                path.display()
            )
        }
        Err(error) => return Err(error).with_context(|| format!("{} cannot be used", path.display())),
    };
    let stopped = || "the server has ended before it answered, so that nobody knows whether it was done; look, and ask again";
    let bytes = serde_json::to_vec(request)?;
    stream.write_all(&bytes).await.with_context(stopped)?;
    stream.shutdown().await.with_context(stopped)?;
    let mut answer = Vec::new();
    tokio::time::timeout(ANSWER_PATIENCE, stream.read_to_end(&mut answer))
        .await
        .context("the server that runs does not answer")?
        .with_context(stopped)?;
    if answer.is_empty() {
        bail!(stopped());
    }
    match serde_json::from_slice::<Reply>(&answer) {
        Ok(reply) => Ok(Some(match reply.outcome {
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Error(error) => Err(error),
        })),
        Err(_) => {
            bail!("the server that runs is of another version than this command, and was not understood")
        }
    }
}

/// Whether there is no socket, or nobody listens on it any more.
fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// A path to the socket of a folder that is short enough, good for as long as this lives.
struct ShortPath {
    path: PathBuf,
    _folder: Option<File>,
}

/// A socket's path holds some hundred bytes; where the folder's is longer, the kernel leads there from a short one.
fn short_path(folder: &Path) -> io::Result<ShortPath> {
    let path = folder.join(NAME);
    if path.as_os_str().as_bytes().len() <= MAX_PATH_BYTES || !cfg!(target_os = "linux") {
        return Ok(ShortPath { path, _folder: None });
    }
    let folder = File::open(folder)?;
    Ok(ShortPath {
        path: PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd())),
        _folder: Some(folder),
    })
}

fn with_short_path<T>(folder: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    act(&short_path(folder)?.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_its_owner_can_open_it_and_what_was_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a".repeat(120)).join("b".repeat(120));
        fs::create_dir_all(&deep).unwrap();
        for folder in [folder.path(), &deep] {
            let path = folder.join(NAME);
            // As after a kill in the middle of it.
            fs::create_dir(folder.join(MAKING)).unwrap();
            fs::write(folder.join(MAKING).join(NAME), "").unwrap();
            fs::write(&path, "stale").unwrap();
            let socket = AdminSocket::open(folder).unwrap();
            let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            assert!(!folder.join(MAKING).exists());
            let short = short_path(folder).unwrap();
            let (connected, accepted) =
                tokio::join!(UnixStream::connect(&short.path), socket.listener.accept());
            assert!(connected.is_ok() && accepted.is_ok());
            drop(socket);
            assert!(!path.exists());
        }
    }

    #[tokio::test]
    async fn where_nobody_listens_there_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let request = AdminRequest::ListInvites { limit: 1 };
        assert!(ask(folder.path(), &request).await.unwrap().is_none());
        // A listener that is gone without removing its file.
        drop(UnixListener::bind(folder.path().join(NAME)).unwrap());
        assert!(folder.path().join(NAME).exists());
        assert!(ask(folder.path(), &request).await.unwrap().is_none());
    }
}

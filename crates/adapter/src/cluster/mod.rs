//! A private PostgreSQL cluster, so that a server needs nothing set up beforehand.
//!
//! The cluster lives in the data folder, is reached through a Unix socket only, runs for as long as the
//! server and recovers from any crash of either by itself.

mod account;
mod binaries;
mod create;
mod error;
mod home;
mod postmaster;
mod probe;
mod processes;
mod settings;
mod supervisor;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

pub use error::ClusterError;
use error::IoContext;
use supervisor::Supervisor;

/// The cluster's own superuser.
const SUPERUSER: &str = "damso";

/// The database of the server.
const DATABASE: &str = "damso";

/// How to run a private cluster.
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// The server's data folder; created when it does not exist.
    pub data_dir: PathBuf,
    /// The folder that holds `postgres` and `initdb`. When given, no other is looked at.
    pub binaries_dir: Option<PathBuf>,
    /// Where set-up put PostgreSQL if it had to fetch it; looked at last.
    pub tools_dir: Option<PathBuf>,
    /// Whether an acknowledged change survives a power cut. `false` is for tests only.
    pub durable: bool,
    /// How many connections the cluster accepts.
    pub max_connections: u16,
}

impl ClusterConfig {
    /// A durable cluster in `data_dir` with PostgreSQL from wherever it is installed.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            binaries_dir: None,
            tools_dir: None,
            durable: true,
            max_connections: 100,
        }
    }
}

/// A running private cluster. It stops when this value is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct ManagedCluster {
    urls: UrlMaker,
    pid: Arc<AtomicI32>,
    /// Closing the channel tells the supervisor to stop.
    stop: Option<Sender<()>>,
    supervisor: Option<JoinHandle<()>>,
}

/// The URL of a database is the cluster's URL with another name at its end.
#[derive(Clone, Debug)]
struct UrlMaker {
    /// The URL of [`DATABASE`].
    main: String,
    /// The same without the name.
    base: String,
}

impl ManagedCluster {
    /// Creates the cluster where there is none, starts it and returns once its database answers.
    ///
    /// Blocks for up to a minute (well below a second as a rule), so call it on a thread that may block.
    pub fn start(config: ClusterConfig) -> Result<Self, ClusterError> {
        let (stop, stopped) = channel();
        let (started, outcome) = sync_channel(1);
        let pid = Arc::new(AtomicI32::new(0));
        let data_dir = config.data_dir.clone();
        let supervisor = std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn({
                let pid = Arc::clone(&pid);
                // The kernel stops PostgreSQL when the thread that started it ends, so this thread
                // lives as long as the cluster.
                move || match report(Supervisor::start(&config, pid), &started) {
                    Some(supervisor) => supervisor.watch(&stopped),
                    None => drop(stopped),
                }
            })
            .context("starting a thread", &data_dir)?;
        match outcome.recv() {
            Ok(Ok(urls)) => Ok(Self {
                urls,
                pid,
                stop: Some(stop),
                supervisor: Some(supervisor),
            }),
            Ok(Err(error)) => Err(error),
            Err(_) => {
                Err(std::io::Error::other("the supervising thread ended")).context("starting", data_dir)
            }
        }
    }

    /// The URL of the server's database, for clients that understand libpq's URLs.
    pub fn connection_url(&self) -> &str {
        &self.urls.main
    }

    /// The URL of another database in the cluster. The name is made of letters, digits and `_`.
    pub fn connection_url_for(&self, database: &str) -> String {
        format!("{}{database}", self.urls.base)
    }

    /// Process number of the current postmaster; it changes when the cluster had to be restarted.
    pub fn postmaster_pid(&self) -> Option<i32> {
        Some(self.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// Stops the cluster: open sessions are ended, everything committed is on disk. Blocks meanwhile.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        drop(self.stop.take());
        if let Some(supervisor) = self.supervisor.take()
            && supervisor.join().is_err()
        {
            tracing::error!("The supervisor of PostgreSQL panicked");
        }
    }
}

impl Drop for ManagedCluster {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Tells the caller of [`ManagedCluster::start`] how it went.
fn report(
    started: Result<Supervisor, ClusterError>,
    caller: &SyncSender<Result<UrlMaker, ClusterError>>,
) -> Option<Supervisor> {
    let (answer, supervisor) = match started {
        Ok(supervisor) => {
            let urls = UrlMaker {
                main: supervisor.socket().url(DATABASE),
                base: supervisor.socket().url(""),
            };
            (Ok(urls), Some(supervisor))
        }
        Err(error) => (Err(error), None),
    };
    // Should the caller be gone, its end of the stop channel is closed too and the watch ends at once.
    let _ = caller.send(answer);
    supervisor
}

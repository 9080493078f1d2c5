//! The thread that owns the cluster from its start to its end.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::account::Account;
use super::binaries::Binaries;
use super::create::{create, last_lines};
use super::error::IoContext;
use super::home::{Home, SocketFolder};
use super::postmaster::{Postmaster, adopt_or_clear};
use super::probe::ensure_database;
use super::settings::arguments;
use super::{ClusterConfig, ClusterError};
use crate::folder_lock::FolderLock;

/// How long a start may take, recovery included.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// How often the supervisor looks whether PostgreSQL is alive.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// Pause before a restart; doubles with each failure.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A cluster that ran this long was healthy: the next pause is short again.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);

/// The running cluster and all that is needed to run it again.
pub(super) struct Supervisor {
    home: Home,
    account: Account,
    binaries: Binaries,
    arguments: Vec<String>,
    socket: SocketFolder,
    postmaster: Postmaster,
    /// Number of the current postmaster, for those who watch.
    pid: Arc<AtomicI32>,
    /// Two servers on copies of one data folder would otherwise share a cluster.
    _lock: FolderLock,
}

impl Supervisor {
    /// Finds or creates the cluster, starts it and waits until its database answers.
    pub(super) fn start(config: &ClusterConfig, pid: Arc<AtomicI32>) -> Result<Self, ClusterError> {
        let home = Home::locate(&config.data_dir)?;
        let account = Account::choose(&home.data())?;
        let existing = home.existing()?;
        let binaries = Binaries::find(config, &account, existing.as_ref())?;
        let home = home.prepare(config, &account, &binaries, existing.is_none())?;
        let lock = FolderLock::acquire(home.folder())?;
        if existing.is_none() {
            create(&home, &account, &binaries, config.durable)?;
        }
        let socket = home.socket_folder(&account)?;
        let arguments = arguments(config, &home.data(), &socket.path);
        let postmaster = first_start(&home, &account, &binaries, &arguments, &socket)?;
        let supervisor = Self {
            home,
            account,
            binaries,
            arguments,
            socket,
            postmaster,
            pid,
            _lock: lock,
        };
        supervisor.publish_pid();
        Ok(supervisor)
    }

    pub(super) fn socket(&self) -> &SocketFolder {
        &self.socket
    }

    /// Keeps PostgreSQL running until told to stop, then stops it.
    pub(super) fn watch(mut self, stop: &Receiver<()>) {
        let mut pause = FIRST_PAUSE;
        let mut started = Instant::now();
        while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(WATCH_INTERVAL) {
            if self.postmaster.is_running(&self.home.data()) {
                continue;
            }
            if HEALTHY_AFTER < started.elapsed() {
                pause = FIRST_PAUSE;
            }
            tracing::error!(log = %self.home.log().display(), "PostgreSQL ended by itself; starting it again");
            if let Ok(()) | Err(RecvTimeoutError::Disconnected) = stop.recv_timeout(pause) {
                break;
            }
            pause = LONGEST_PAUSE.min(pause * 2);
            started = Instant::now();
            self.restart();
        }
        self.postmaster.stop(&self.home.data());
        self.pid.store(0, Ordering::Release);
        self.socket.clean_up();
    }

    /// Starts PostgreSQL again without waiting for its recovery: clients retry, and a stop must not wait.
    fn restart(&mut self) {
        let launched = launch(&self.home, &self.account, &self.binaries, &self.arguments);
        match launched {
            Ok(postmaster) => {
                self.postmaster = postmaster;
                self.publish_pid();
            }
            Err(error) => tracing::error!(error = %error, "PostgreSQL could not be started again"),
        }
    }

    fn publish_pid(&self) {
        let pid = self.postmaster.pid().map_or(0, |pid| pid.as_raw_nonzero().get());
        self.pid.store(pid, Ordering::Release);
    }
}

fn launch(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    arguments: &[String],
) -> Result<Postmaster, ClusterError> {
    match adopt_or_clear(&home.data(), arguments, START_TIMEOUT) {
        Some(postmaster) => Ok(postmaster),
        None => Postmaster::spawn(home, account, binaries, arguments),
    }
}

/// Starts PostgreSQL and waits for its database; starts anew when what was adopted turns out to be
/// stopping, or when remains of a killed cluster were in the way.
fn first_start(
    home: &Home,
    account: &Account,
    binaries: &Binaries,
    arguments: &[String],
    socket: &SocketFolder,
) -> Result<Postmaster, ClusterError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting a runtime", home.folder())?;
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        let log_start = fs::metadata(home.log()).map_or(0, |metadata| metadata.len());
        let mut postmaster = launch(home, account, binaries, arguments)?;
        match wait_ready(&runtime, &mut postmaster, home, socket, deadline) {
            Ok(()) => return Ok(postmaster),
            Err(reason) => {
                let is_adopted = matches!(postmaster, Postmaster::Adopted(_));
                postmaster.stop(&home.data());
                let log_tail = read_log(home, log_start);
                let may_pass = is_adopted || log_tail.contains("shared memory block");
                if !may_pass || deadline <= Instant::now() {
                    return Err(ClusterError::StartFailed {
                        reason,
                        log: home.log(),
                        log_tail,
                    });
                }
                sleep(FIRST_PAUSE);
            }
        }
    }
}

fn wait_ready(
    runtime: &Runtime,
    postmaster: &mut Postmaster,
    home: &Home,
    socket: &SocketFolder,
    deadline: Instant,
) -> Result<(), String> {
    loop {
        let Err(reason) = ensure_database(runtime, &socket.path) else {
            return Ok(());
        };
        if !postmaster.is_running(&home.data()) {
            return Err("the process ended".to_owned());
        }
        if deadline <= Instant::now() {
            return Err(format!(
                "not ready after {} seconds: {reason}",
                START_TIMEOUT.as_secs()
            ));
        }
        sleep(Duration::from_millis(10));
    }
}

/// The end of what was logged since `start`, in one line.
fn read_log(home: &Home, start: u64) -> String {
    let read = || -> std::io::Result<String> {
        let mut file = fs::File::open(home.log())?;
        let length = file.metadata()?.len();
        // A rotated log begins anew.
        let start = if length < start {
            0
        } else {
            start.max(length.saturating_sub(16 * 1024))
        };
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    last_lines(&read().unwrap_or_default())
}

//! The process that is the cluster: starting, finding, stopping it.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::account::Account;
use super::binaries::Binaries;
use super::error::IoContext;
use super::home::Home;
use super::{ClusterError, processes};

/// PostgreSQL's "fast" shutdown: ends the sessions, writes a checkpoint, leaves nothing to recover.
const FAST: Signal = Signal::INT;

/// PostgreSQL's "immediate" shutdown: ends at once, the next start replays the log.
const IMMEDIATE: Signal = Signal::QUIT;

/// A log above this size makes room for a new one at the next start.
const MAX_LOG_BYTES: u64 = 8 * 1024 * 1024;

/// How often waiting looks again.
const GLANCE: Duration = Duration::from_millis(10);

/// A running cluster.
#[derive(Debug)]
pub(super) enum Postmaster {
    /// Started by this process.
    Child(Child),
    /// Left over from a server that ended without stopping it.
    Adopted(Pid),
}

impl Postmaster {
    /// Starts PostgreSQL. It ends with the *thread* that calls this, so that has to live on.
    pub(super) fn spawn(
        home: &Home,
        account: &Account,
        binaries: &Binaries,
        arguments: &[String],
    ) -> Result<Self, ClusterError> {
        let log = open_log(&home.log())?;
        let errors = log.try_clone().context("opening", home.log())?;
        let mut command = account.command(&binaries.postgres());
        command
            .args(arguments)
            .current_dir(home.folder())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // Ctrl-C in a terminal reaches the whole process group: the server alone decides when the
            // database stops, after the last request.
            .process_group(0);
        die_with_parent(&mut command);
        command
            .spawn()
            .map(Self::Child)
            .context("starting", binaries.postgres())
    }

    pub(super) fn pid(&self) -> Option<Pid> {
        match self {
            Self::Child(child) => i32::try_from(child.id()).ok().and_then(Pid::from_raw),
            Self::Adopted(pid) => Some(*pid),
        }
    }

    pub(super) fn is_running(&mut self, data_folder: &Path) -> bool {
        match self {
            // An error would mean that it is no child of ours any more.
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            Self::Adopted(pid) => processes::works_in(*pid, data_folder),
        }
    }

    /// Stops the cluster: fast, at once if that takes too long, by force if all else fails.
    pub(super) fn stop(&mut self, data_folder: &Path) {
        for (signal, patience) in [
            (FAST, Duration::from_secs(30)),
            (IMMEDIATE, Duration::from_secs(5)),
            (Signal::KILL, Duration::from_secs(5)),
        ] {
            // A child's number stays its own until it has been waited for.
            if let Some(pid) = self.pid().filter(|_| self.is_running(data_folder)) {
                processes::signal(pid, signal);
            }
            if wait_until(patience, || !self.is_running(data_folder)) {
                return;
            }
            tracing::warn!(signal = ?signal, "PostgreSQL does not stop");
        }
    }
}

/// Lets the kernel stop PostgreSQL when this process is killed and cannot do so itself.
///
/// The signal is the fast shutdown: the clients died with the server, so nothing is worth waiting for,
/// and a checkpoint of 128 MB of buffers is over sooner than replaying up to 1 GB of log would be.
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "the death signal has to be asked for between fork and exec"
)]
fn die_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let ask = move || {
        rustix::process::set_parent_process_death_signal(Some(FAST))?;
        // The parent may have died before the signal was asked for; then nobody would ever send it.
        if rustix::process::getppid() == Some(parent) {
            Ok(())
        } else {
            Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))
        }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes two
    // plain system calls, allocates nothing and takes no lock. The change of user, which would clear
    // the setting, happens before closures are called.
    unsafe { command.pre_exec(ask) };
}

/// Elsewhere the cluster outlives a killed server and is adopted by the next one.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command) {}

fn open_log(path: &Path) -> Result<fs::File, ClusterError> {
    if fs::metadata(path).is_ok_and(|metadata| MAX_LOG_BYTES < metadata.len()) {
        fs::rename(path, path.with_extension("log.1")).context("renaming", path)?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .context("opening", path)
}

/// Makes room for a new postmaster, or finds one that can be taken over.
///
/// Waits for one that is stopping, stops one with other settings, removes the pid file of a dead one,
/// and waits for orphaned sessions of a killed one.
pub(super) fn adopt_or_clear(
    data_folder: &Path,
    arguments: &[String],
    patience: Duration,
) -> Option<Postmaster> {
    if let Some(found) = PidFile::read(data_folder) {
        if processes::works_in(found.pid, data_folder) {
            let mut postmaster = Postmaster::Adopted(found.pid);
            if found.is_stopping {
                wait_until(patience, || !postmaster.is_running(data_folder));
            } else if has_settings(data_folder, arguments) {
                tracing::info!(pid = %found.pid, "Adopting the PostgreSQL that is still running");
                return Some(postmaster);
            }
            // Nothing happens here if it is gone by now.
            postmaster.stop(data_folder);
        }
        // PostgreSQL would believe the file if some other process had the same number by now.
        let _ = fs::remove_file(data_folder.join("postmaster.pid"));
    }
    clear_orphans(data_folder);
    None
}

/// Sessions notice the death of their postmaster when they next wait for something; one in a long
/// computation is told to end.
fn clear_orphans(data_folder: &Path) {
    for signal in [None, Some(IMMEDIATE), Some(Signal::KILL)] {
        if let Some(signal) = signal {
            for orphan in processes::all_in(data_folder) {
                processes::signal(orphan, signal);
            }
        }
        if wait_until(Duration::from_secs(2), || {
            processes::all_in(data_folder).is_empty()
        }) {
            return;
        }
    }
}

/// Whether the running postmaster was started with these arguments.
fn has_settings(data_folder: &Path, arguments: &[String]) -> bool {
    let recorded = fs::read_to_string(data_folder.join("postmaster.opts")).unwrap_or_default();
    arguments
        .iter()
        .all(|argument| recorded.contains(&format!("\"{argument}\"")))
}

/// What PostgreSQL writes about itself into its data folder.
struct PidFile {
    pid: Pid,
    is_stopping: bool,
}

impl PidFile {
    fn read(data_folder: &Path) -> Option<Self> {
        let content = fs::read_to_string(data_folder.join("postmaster.pid")).ok()?;
        let mut lines = content.lines();
        let pid = lines.next()?.trim().parse().ok().and_then(Pid::from_raw)?;
        Some(Self {
            pid,
            is_stopping: lines.any(|line| line.trim() == "stopping"),
        })
    }
}

/// Looks until the condition holds; `false` when patience ends first.
pub(super) fn wait_until(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        if condition() {
            return true;
        }
        if deadline <= Instant::now() {
            return false;
        }
        sleep(GLANCE);
    }
}

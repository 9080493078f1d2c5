//! The server under test: a child of this program with a data folder of its own.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::usage::Watched;

const READY: &str = "Damso is ready at ";
const LONGEST_START: Duration = Duration::from_mins(1);
const LONGEST_STOP: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// How to run the server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The binary.
    pub binary: PathBuf,
    /// Where the data folder is made.
    pub parent: PathBuf,
    /// Passed on to `damso serve`.
    pub arguments: Vec<String>,
    /// Beside what the caller's environment has.
    pub environment: Vec<(String, OsString)>,
}

impl ServerOptions {
    /// The server's binary beside this program's, which is where Cargo puts both.
    pub fn binary_beside_this() -> Result<PathBuf> {
        let this = env::current_exe().context("this program does not know where it is")?;
        Ok(this.with_file_name("damso"))
    }
}

/// A running server, or one that was killed and may be started again.
pub struct Server {
    options: ServerOptions,
    folder: TempDir,
    child: Option<Child>,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a server in a new data folder and waits until it is ready.
    pub async fn start(options: ServerOptions) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("damso-bench-")
            .tempdir_in(&options.parent)
            .with_context(|| format!("no folder can be made in {}", options.parent.display()))?;
        // Root runs PostgreSQL as somebody else, who has to be able to come in.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        let mut server = Self {
            options,
            folder,
            child: None,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.start_again().await?;
        Ok(server)
    }

    /// Starts the server on what is in its data folder, at the address it had before.
    pub async fn start_again(&mut self) -> Result<()> {
        self.spawn()?;
        let deadline = Instant::now() + LONGEST_START;
        loop {
            let log = self.log();
            if let Some(port) = ready_port(&log) {
                self.address.set_port(port);
                return Ok(());
            }
            let child = self.child.as_mut().context("the server was just started")?;
            if let Some(status) = child.try_wait()? {
                bail!("the server ended while it started ({status}):\n{log}");
            }
            if deadline < Instant::now() {
                bail!(
                    "the server was not ready after {} s:\n{log}",
                    LONGEST_START.as_secs()
                );
            }
            sleep(POLL).await;
        }
    }

    fn spawn(&mut self) -> Result<()> {
        let log = File::create(self.log_path()).context("the server's log cannot be written")?;
        let also_errors = log.try_clone()?;
        let mut command = guarded(&self.options.binary);
        for (name, _) in env::vars_os() {
            // A setting of the caller's own server must not lead to a real database.
            if name == "DATABASE_URL" || name.to_string_lossy().starts_with("DAMSO_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(["serve", "--data-dir"])
            .arg(self.data_dir())
            .arg("--listen")
            .arg(self.address.to_string())
            // One machine does here what thousands of people do.
            .args(["--rate-limits", "off"])
            .args(&self.options.arguments)
            .envs(self.options.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(also_errors)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.options.binary.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// Where the server keeps everything.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// What the server has printed since it was started.
    pub fn log(&self) -> String {
        fs::read(self.log_path())
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// The number of its process.
    pub fn pid(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("the server does not run")?.id())
    }

    /// Its private cluster.
    pub fn cluster(&self) -> Result<Cluster> {
        Cluster::find(&self.data_dir())
    }

    /// Its processes, to be watched.
    pub fn watched(&self) -> Result<Watched> {
        Ok(Watched {
            server: self.pid()?,
            postmaster: Some(self.cluster()?.postmaster),
            deliveries: None,
        })
    }

    /// Whether it has ended although nobody asked it to.
    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        let child = self.child.as_mut().context("the server does not run")?;
        Ok(child.try_wait()?)
    }

    /// Kills the server as a power cut would. Its cluster notices and stops by itself.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("the server cannot be killed")?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks the server to stop, as a service manager would, and waits until it has; kills it when that takes
    /// too long, and says so.
    pub async fn terminate(&mut self) -> Result<bool> {
        let Some(mut child) = self.child.take() else {
            return Ok(true);
        };
        send_signal(child.id(), Signal::TERM)?;
        let deadline = Instant::now() + LONGEST_STOP;
        while Instant::now() < deadline {
            if child.try_wait()?.is_some() {
                return Ok(true);
            }
            sleep(POLL).await;
        }
        child.kill().context("the server cannot be killed")?;
        child.wait()?;
        Ok(false)
    }

    fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let pid = child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        let deadline = Instant::now() + LONGEST_STOP;
        while asked.is_ok() && Instant::now() < deadline {
            if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(POLL);
        }
        // Nothing is left to do when even this fails.
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Before the folder goes: its database is in there.
        self.stop();
    }
}

/// Sends a signal to one process, which has to be ours.
pub fn send_signal(pid: u32, signal: Signal) -> Result<()> {
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = raw.context("this is not the number of a process")?;
    kill_process(pid, signal).context("a process cannot be sent a signal")
}

/// A call of the binary that ends with this program, however this program ends.
fn guarded(binary: &Path) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let setpriv = env::split_paths(&path)
        .map(|folder| folder.join("setpriv"))
        .find(|candidate| candidate.is_file());
    match setpriv {
        None => Command::new(binary),
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "TERM", "--"]).arg(binary);
            command
        }
    }
}

/// Finds the port in the line that says the server is ready. The line has to be complete.
fn ready_port(log: &str) -> Option<u16> {
    let complete = &log[..=log.rfind('\n')?];
    let url = complete.split(READY).nth(1)?.split_whitespace().next()?;
    url.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::ready_port;

    #[test]
    fn the_port_is_taken_from_a_complete_line_only() {
        for (log, port) in [
            ("starting\nDamso is ready at http://localhost:4242\n", Some(4242)),
            ("Damso is ready at http://localhost:42", None),
            ("starting\n", None),
            ("", None),
        ] {
            assert_eq!(ready_port(log), port, "{log}");
        }
    }
}

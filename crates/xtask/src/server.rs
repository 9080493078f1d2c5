//! Building the server and running it as a child.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{self, find_program};
use crate::repo::Repo;
use crate::setup;

const READY: &str = "Damso is ready at ";
const LONGEST_START: Duration = Duration::from_mins(1);
const LONGEST_STOP: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// Builds the development server and nothing else.
pub fn build(repo: &Repo) -> Result<()> {
    command::run(command::cargo(repo.root()).args(["build", "--package", "damso-server"]))
}

/// Builds the server together with all tests.
///
/// Tests switch on features of shared dependencies, and Cargo compiles everything above such a dependency
/// once for each set of features. Building both at once gives one set, and halves a cold `test`.
pub fn build_with_tests(repo: &Repo) -> Result<()> {
    let mut build = command::cargo(repo.root());
    build.args(["build", "--workspace", "--exclude", "xtask", "--all-targets"]);
    command::run(&mut build)
}

/// A call of the development server.
pub fn command(repo: &Repo) -> Result<Command> {
    let mut command = Command::new(repo.server_binary());
    command.current_dir(repo.root());
    setup::add_tools_to_path(repo, &mut command)?;
    Ok(command)
}

/// A call of the development server that ends with this program, however this program ends.
pub fn guarded_command(repo: &Repo) -> Result<Command> {
    let binary = repo.server_binary();
    let Some(setpriv) = find_program("setpriv") else {
        return command(repo);
    };
    let mut command = Command::new(setpriv);
    command
        .args(["--pdeathsig", "TERM", "--"])
        .arg(binary)
        .current_dir(repo.root());
    setup::add_tools_to_path(repo, &mut command)?;
    Ok(command)
}

/// Keeps the settings of the caller's own server, which a `.env` may hold, away from tests: those must never
/// meet a real database or bucket.
pub fn forget_settings(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let is_setting = name == "DATABASE_URL" || name.to_string_lossy().starts_with("DAMSO_");
        if is_setting && name != "DAMSO_CHROMIUM" {
            command.env_remove(name);
        }
    }
}

/// A running server whose output goes to a file.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Where it answers.
    pub url: String,
}

impl Server {
    /// Starts a server and waits until it says that it is ready.
    pub fn start(mut command: Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        let also_errors = file.try_clone().context("the server's log cannot be shared")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(also_errors)
            .spawn()
            .context("the server cannot be started")?;
        let mut server = Self {
            child,
            log: log.to_owned(),
            url: String::new(),
        };
        server.url = server.wait_until_ready()?;
        Ok(server)
    }

    /// Everything the server has printed so far.
    pub fn log(&self) -> String {
        fs::read(&self.log)
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    /// Asks the server to stop and waits for it; fails when it does not end in peace.
    pub fn stop(mut self) -> Result<()> {
        terminate(&self.child)?;
        match wait_at_most(&mut self.child, LONGEST_STOP)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("the server ended with {status} after SIGTERM"),
            None => bail!("the server still ran {} s after SIGTERM", LONGEST_STOP.as_secs()),
        }
    }

    fn wait_until_ready(&mut self) -> Result<String> {
        let deadline = Instant::now() + LONGEST_START;
        while Instant::now() < deadline {
            if let Some(url) = ready_url(&self.log()) {
                return Ok(url);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended while it started ({status}):\n{}", self.log());
            }
            thread::sleep(POLL);
        }
        bail!(
            "the server was not ready after {} s:\n{}",
            LONGEST_START.as_secs(),
            self.log()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that has ended already was waited for, and its process id may belong to another by now.
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let asked = terminate(&self.child);
        if asked.is_err() || !matches!(wait_at_most(&mut self.child, LONGEST_STOP), Ok(Some(_))) {
            // Nothing is left to do when even this fails.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Finds the address in the line that says the server is ready. The line has to be complete.
fn ready_url(log: &str) -> Option<String> {
    let complete = &log[..=log.rfind('\n')?];
    let after = complete.split(READY).nth(1)?;
    after.split_whitespace().next().map(str::to_owned)
}

/// Asks a child to stop.
pub fn terminate(child: &Child) -> Result<()> {
    let id = child.id().to_string();
    command::output(Command::new("kill").args(["-TERM", &id])).map(drop)
}

/// Waits for a child; `None` when it is still running after `longest`.
pub fn wait_at_most(child: &mut Child, longest: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + longest;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().context("the server cannot be waited for")? {
            return Ok(Some(status));
        }
        thread::sleep(POLL);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::ready_url;

    #[test]
    fn address_is_taken_from_a_complete_line_only() {
        let logs = [
            (
                "starting\nDamso is ready at http://127.0.0.1:4242\n",
                Some("http://127.0.0.1:4242"),
            ),
            ("Damso is ready at http://127.0.0.1:42", None),
            ("starting\n", None),
            ("", None),
        ];
        for (log, url) in logs {
            assert_eq!(ready_url(log).as_deref(), url, "{log}");
        }
    }
}

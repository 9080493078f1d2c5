//! What is done to the machine as the server sees it: a small disk that can be filled, and a clock that jumps.
//!
//! Neither touches anything outside the run. The disk is a tmpfs, mounted where only this program and its
//! children see it; the clock is `libfaketime`, loaded into the server alone. Where one is not to be had the fault
//! is skipped, and the table says so.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// Says that this program has mounts of its own already.
const MARK: &str = "DAMSO_BENCH_OWN_MOUNTS";
/// Room for a long run, and for what PostgreSQL writes ahead.
const DISK: &str = "1g";
const CHUNK: usize = 1024 * 1024;

/// Starts this program anew with mounts that nobody else sees, and that end with it. Returns when that cannot be done.
pub fn enter_own_mounts() {
    if std::env::var_os(MARK).is_some() {
        return;
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "--"]);
        command
    };
    let works = unshare().arg("true").stderr(Stdio::null()).status();
    if let (Ok(status), Ok(this)) = (works, std::env::current_exe())
        && status.success()
    {
        // It only comes back with an error, and then there is no small disk.
        let _ = unshare()
            .arg(this)
            .args(std::env::args_os().skip(1))
            .env(MARK, "1")
            .exec();
    }
}

/// A file system of its own that can be filled.
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts one, if this program may.
    pub fn mount() -> Result<Self> {
        ensure!(
            std::env::var_os(MARK).is_some(),
            "mounts of one's own are not allowed here"
        );
        let folder = tempfile::Builder::new().prefix("damso-disk-").tempdir()?;
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={DISK},mode=0711"),
                "damso-chaos",
            ])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status()?;
        ensure!(mounted.success(), "a tmpfs cannot be mounted");
        Ok(Self { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Writes until nothing more fits. Blocks.
    pub fn fill(ballast: &Path) -> Result<()> {
        let mut file = File::create(ballast).context("the ballast cannot be made")?;
        let chunk = vec![0; CHUNK];
        for size in [CHUNK, 4096] {
            while file.write_all(&chunk[..size]).is_ok() {}
        }
        Ok(())
    }

    /// Fills it, without holding up the others.
    pub async fn fill_up(&self) -> Result<()> {
        let ballast = self.ballast();
        tokio::task::spawn_blocking(move || Self::fill(&ballast)).await?
    }

    /// Makes room again.
    pub fn free(&self) -> Result<()> {
        match fs::remove_file(self.ballast()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It would end with this program anyhow.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.folder.path())
            .status();
    }
}

/// A clock that the server believes.
pub struct Clock {
    library: PathBuf,
    folder: TempDir,
}

impl Clock {
    /// Finds the library that makes it.
    pub fn find() -> Result<Self> {
        let mut candidates: Vec<PathBuf> = ["/usr/lib", "/usr/lib64", "/usr/local/lib"]
            .map(PathBuf::from)
            .into();
        for folder in candidates.clone() {
            candidates.extend(
                fs::read_dir(folder)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|entry| entry.path()),
            );
        }
        let library = candidates
            .into_iter()
            .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.is_file())
            .context("libfaketime is not installed (Debian: apt-get install libfaketime)")?;
        let folder = tempfile::Builder::new().prefix("damso-clock-").tempdir()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let clock = Self { library, folder };
        clock.set(0)?;
        Ok(clock)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// Sets it this far from the true time.
    pub fn set(&self, seconds: i64) -> Result<()> {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{seconds:+}s\n"))?;
        // Renamed, so that the server never reads half of it.
        fs::rename(new, self.file()).context("the clock cannot be set")
    }

    /// What the server has to be started with. Time that is measured, and not told, goes on as it does.
    pub fn environment(&self) -> Vec<(String, OsString)> {
        [
            ("LD_PRELOAD", self.library.clone().into_os_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into_os_string()),
            ("FAKETIME_CACHE_DURATION", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("FAKETIME_DONT_RESET", "1".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

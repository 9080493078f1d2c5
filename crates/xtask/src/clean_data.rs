//! `clean-data`: starting over with an empty data folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

/// Deletes the data folder of `run` and `dev`, after asking, unless a server is using it.
pub fn clean(repo: &Repo, without_asking: bool) -> Result<()> {
    let data = repo.data();
    if !data.exists() {
        println!("There is nothing to delete: {} does not exist.", data.display());
        return Ok(());
    }
    refuse_when_in_use(&data)?;
    if !without_asking && !person_agrees(&data)? {
        println!("Nothing was deleted.");
        return Ok(());
    }
    let cluster = cluster_outside(&data);
    for folder in cluster.iter().chain([&data]) {
        fs::remove_dir_all(folder).with_context(|| format!("{} cannot be deleted", folder.display()))?;
        println!("Deleted {}.", folder.display());
    }
    Ok(())
}

/// The database lies apart where the account that runs PostgreSQL cannot enter the data folder.
fn cluster_outside(data: &Path) -> Option<PathBuf> {
    let cluster = PathBuf::from(
        fs::read_to_string(data.join("postgres.location"))
            .ok()?
            .trim_end(),
    );
    // Nothing but a folder of the server's own is deleted, whatever that file says.
    let is_ours = cluster.parent() == Some(Path::new("/var/lib/damso")) && cluster.is_dir();
    is_ours.then_some(cluster)
}

/// A server holds a lock on its folder for as long as it runs, however it ends.
fn refuse_when_in_use(data: &Path) -> Result<()> {
    let lock = match File::open(data.join("lock")) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).context("the lock of the data folder cannot be read"),
    };
    match lock.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => bail!("a server is using {}: stop it first", data.display()),
        Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
    }
}

fn person_agrees(data: &Path) -> Result<bool> {
    print!(
        "Delete {} with every account, message and file in it? [y/N] ",
        data.display()
    );
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .context("no answer can be read; --yes does not ask")?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

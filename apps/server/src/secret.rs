//! The root secret: from the environment, or a file of the data folder that only its owner can read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use damso_service::keys::Keys;
use secrecy::ExposeSecret;

use crate::config::Config;

const FILE: &str = "secret.key";
const BYTES: usize = 32;

/// The keys of this server; made at the first start.
pub fn load(config: &Config) -> anyhow::Result<Keys> {
    let root = match &config.secret_key {
        Some(secret) => secret.expose_secret().as_bytes().to_vec(),
        None => load_file(&config.data_dir.join(FILE))?,
    };
    Keys::new(root).context("DAMSO_SECRET_KEY is too short")
}

/// Whether this data folder has a secret: whether a server was here.
pub fn is_in(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

fn load_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let root = hex::decode(text.trim()).ok().filter(|root| BYTES <= root.len());
            root.with_context(|| {
                format!(
                    "{} does not hold a secret; restore it from a backup",
                    path.display()
                )
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create_file(path),
        Err(error) => bail!("{} cannot be read: {error}", path.display()),
    }
}

fn create_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut root = vec![0; BYTES];
    getrandom::fill(&mut root).map_err(|error| anyhow::anyhow!("there is no randomness: {error}"))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || -> std::io::Result<()> {
        let mut file = options.open(path)?;
        writeln!(file, "{}", hex::encode(&root))?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let made = load_file(&path).unwrap();
        assert_eq!(load_file(&path).unwrap(), made);
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "damaged").unwrap();
        assert!(load_file(&path).unwrap_err().to_string().contains("backup"));
    }
}

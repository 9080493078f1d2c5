//! Objects as files on the local disk.

mod upload;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use damso_service::ports::{
    DirectUpload, DirectUploadError, DirectUploads, Disposition, ObjectInfo, ObjectSource, ObjectStore,
    ObjectStoreError, PresignedPut,
};
use secrecy::SecretSlice;
use sha2::{Digest, Sha256};

use super::key;
use super::put_token::PutGrant;
use crate::durable::{create_private, random_name, rename_durably, write_atomically};
use upload::LocalUpload;

/// Where the server takes uploads to the local disk; a token follows.
pub const STORAGE_PATH: &str = "/storage/";

/// Temporary files older than this belong to nobody any more.
const ABANDONED_AFTER: Duration = Duration::from_hours(24);

/// Objects in a folder: written to a temporary file, synced, renamed into place.
#[derive(Clone, Debug)]
pub struct LocalObjectStore {
    folders: Arc<Folders>,
    signing_key: Arc<SecretSlice<u8>>,
}

#[derive(Debug)]
struct Folders {
    objects: PathBuf,
    temporary: PathBuf,
}

impl LocalObjectStore {
    /// Opens the store in `root`, creating it where needed. Blocks.
    ///
    /// Upload URLs are signed with `signing_key`; a new key makes those handed out before worthless.
    pub fn open(root: &Path, signing_key: SecretSlice<u8>) -> io::Result<Self> {
        let folders = Folders {
            objects: root.join("objects"),
            temporary: root.join("temporary"),
        };
        fs::create_dir_all(&folders.objects)?;
        fs::create_dir_all(&folders.temporary)?;
        folders.remove_abandoned()?;
        Ok(Self {
            folders: Arc::new(folders),
            signing_key: Arc::new(signing_key),
        })
    }

    /// File operations block, so they run where that harms nobody.
    async fn blocking<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Folders, &Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, ObjectStoreError> {
        key::check(key)?;
        let folders = Arc::clone(&self.folders);
        let path = folders.path_of(key);
        match tokio::task::spawn_blocking(move || work(&folders, &path)).await {
            Ok(result) => result.map_err(|error| refusal(&error)),
            Err(error) => Err(ObjectStoreError::Unavailable(error.to_string())),
        }
    }
}

#[async_trait]
impl DirectUploads for LocalObjectStore {
    async fn accept(
        &self,
        token: &str,
        content_type: &str,
        content_length: Option<u64>,
    ) -> Result<Box<dyn DirectUpload>, DirectUploadError> {
        let grant = PutGrant::verify(token, &self.signing_key).ok_or(DirectUploadError::Forbidden)?;
        if grant.is_expired() {
            return Err(DirectUploadError::Expired);
        }
        if grant.content_type != content_type {
            return Err(DirectUploadError::WrongType);
        }
        if content_length.is_some_and(|length| length != grant.size_bytes) {
            return Err(DirectUploadError::WrongLength {
                expected_bytes: grant.size_bytes,
            });
        }
        let temporary = self.folders.temporary_path()?;
        let upload =
            LocalUpload::create(temporary, self.folders.path_of(&grant.key), grant.size_bytes).await?;
        Ok(Box::new(upload))
    }
}

impl Folders {
    /// Two levels of 256 folders each keep every folder small; the name can be turned back into the key.
    fn path_of(&self, key: &str) -> PathBuf {
        let shard = hex::encode(&Sha256::digest(key)[..2]);
        self.objects
            .join(&shard[..2])
            .join(&shard[2..])
            .join(key.replace('/', "."))
    }

    fn temporary_path(&self) -> io::Result<PathBuf> {
        Ok(self.temporary.join(random_name()?))
    }

    fn remove_abandoned(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.temporary)? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if ABANDONED_AFTER < age {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        create_parent(path)?;
        write_atomically(&self.temporary_path()?, path, bytes)
    }

    /// A second name for the same bytes: objects are replaced as a whole and never changed in place, so
    /// this is as good as a copy and takes neither time nor space.
    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        create_parent(to)?;
        let temporary = self.temporary_path()?;
        let placed = link_or_copy(from, &temporary).and_then(|()| rename_durably(&temporary, to));
        // Renaming does nothing when both names are the same file already, and leaves this one behind.
        let _ = fs::remove_file(&temporary);
        placed
    }
}

/// Creates the shard folders, and makes sure that they survive a crash as the object in them does.
fn create_parent(path: &Path) -> io::Result<()> {
    let Some(inner) = path.parent().filter(|folder| !folder.is_dir()) else {
        return Ok(());
    };
    fs::create_dir_all(inner)?;
    inner
        .ancestors()
        .skip(1)
        .take(2)
        .try_for_each(crate::durable::sync_folder)
}

fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        // Some file systems have no second names.
        Err(_) => {
            let mut target = create_private(to)?;
            io::copy(&mut File::open(from)?, &mut target)?;
            target.sync_all()
        }
    }
}

fn read_at_most(path: &Path, max_bytes: u64) -> io::Result<Bytes> {
    read_from(path, 0, max_bytes)
}

fn read_from(path: &Path, from: u64, max_bytes: u64) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

fn refusal(error: &io::Error) -> ObjectStoreError {
    match error.kind() {
        io::ErrorKind::NotFound => ObjectStoreError::NotFound,
        _ => ObjectStoreError::Unavailable(error.to_string()),
    }
}

#[async_trait]
impl ObjectStore for LocalObjectStore {
    async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        size_bytes: u64,
        expires_in: Duration,
    ) -> Result<PresignedPut, ObjectStoreError> {
        key::check(key)?;
        let token = PutGrant::new(key, content_type, size_bytes, expires_in)
            .sign(&self.signing_key)
            .ok_or_else(|| ObjectStoreError::Unavailable("the media type is too long".to_owned()))?;
        Ok(PresignedPut {
            url: format!("{STORAGE_PATH}{token}"),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
        })
    }

    async fn info(&self, key: &str) -> Result<ObjectInfo, ObjectStoreError> {
        let size_bytes = self
            .blocking(key, |_, path| Ok(fs::metadata(path)?.len()))
            .await?;
        Ok(ObjectInfo { size_bytes })
    }

    async fn read_start(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.blocking(key, move |_, path| read_at_most(path, max_bytes))
            .await
    }

    async fn read_range(&self, key: &str, from: u64, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.blocking(key, move |_, path| read_from(path, from, max_bytes))
            .await
    }

    async fn read(&self, key: &str, limit_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        let bytes = self
            .blocking(key, move |_, path| {
                if limit_bytes < fs::metadata(path)?.len() {
                    return Ok(None);
                }
                // An object of the same key may have taken its place meanwhile: bounded all the same.
                read_at_most(path, limit_bytes).map(Some)
            })
            .await?;
        bytes.ok_or(ObjectStoreError::TooLarge { limit_bytes })
    }

    async fn write(&self, key: &str, _content_type: &str, bytes: Bytes) -> Result<(), ObjectStoreError> {
        self.blocking(key, move |folders, path| folders.write(path, &bytes))
            .await
    }

    async fn write_file(&self, key: &str, _content_type: &str, path: &Path) -> Result<(), ObjectStoreError> {
        let source = path.to_owned();
        self.blocking(key, move |folders, target| {
            // What is only another name for these bytes is no safer than they are.
            File::open(&source)?.sync_all()?;
            folders.copy(&source, target)
        })
        .await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), ObjectStoreError> {
        key::check(to)?;
        let target = self.folders.path_of(to);
        self.blocking(from, move |folders, path| folders.copy(path, &target))
            .await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectStoreError> {
        match self.blocking(key, |_, path| fs::remove_file(path)).await {
            Err(ObjectStoreError::NotFound) => Ok(()),
            result => result,
        }
    }

    async fn source(&self, key: &str, _disposition: &Disposition) -> Result<ObjectSource, ObjectStoreError> {
        self.blocking(key, |_, path| {
            fs::metadata(path)?;
            Ok(ObjectSource::File(path.to_owned()))
        })
        .await
    }

    async fn check(&self) -> Result<(), ObjectStoreError> {
        // A name like any other: what is tested is whether files can be made and removed.
        self.blocking("check", |folders, _| {
            let path = folders.temporary_path()?;
            create_private(&path)?;
            fs::remove_file(path)
        })
        .await
        .map_err(|error| match error {
            ObjectStoreError::NotFound => {
                ObjectStoreError::Unavailable("the storage folder is gone".to_owned())
            }
            error => error,
        })
    }

    fn public_origin(&self) -> Option<String> {
        None
    }
}

//! One upload on its way to the disk.

use std::fs;
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use damso_service::ports::{DirectUpload, DirectUploadError};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::create_parent;
use crate::durable::{create_private, rename_durably};

/// An upload that is being received. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct LocalUpload {
    file: File,
    temporary: TemporaryFile,
    target: PathBuf,
    expected_bytes: u64,
    written_bytes: u64,
    hasher: Sha256,
}

impl LocalUpload {
    pub(super) async fn create(
        temporary: PathBuf,
        target: PathBuf,
        expected_bytes: u64,
    ) -> Result<Self, DirectUploadError> {
        let (file, temporary) = blocking(move || {
            let file = create_private(&temporary)?;
            Ok((file, TemporaryFile(temporary)))
        })
        .await?;
        Ok(Self {
            file: File::from_std(file),
            temporary,
            target,
            expected_bytes,
            written_bytes: 0,
            hasher: Sha256::new(),
        })
    }
}

#[async_trait]
impl DirectUpload for LocalUpload {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), DirectUploadError> {
        let written_bytes = self.written_bytes.saturating_add(chunk.len() as u64);
        if self.expected_bytes < written_bytes {
            return Err(DirectUploadError::WrongLength {
                expected_bytes: self.expected_bytes,
            });
        }
        self.hasher.update(chunk);
        self.file.write_all(chunk).await?;
        self.written_bytes = written_bytes;
        Ok(())
    }

    /// The entity tag is the SHA-256 in hexadecimal.
    async fn finish(mut self: Box<Self>) -> Result<String, DirectUploadError> {
        if self.written_bytes != self.expected_bytes {
            return Err(DirectUploadError::WrongLength {
                expected_bytes: self.expected_bytes,
            });
        }
        self.file.flush().await?;
        self.file.sync_all().await?;
        let Self {
            temporary,
            target,
            hasher,
            ..
        } = *self;
        blocking(move || {
            create_parent(&target)?;
            rename_durably(&temporary.0, &target)
        })
        .await?;
        Ok(hex::encode(hasher.finalize()))
    }
}

/// Removes its file unless it was renamed.
#[derive(Debug)]
struct TemporaryFile(PathBuf);

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // One quick call; after `finish` there is nothing under this name any more.
        let _ = fs::remove_file(&self.0);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

//! A ZIP file that grows on the disk.
//!
//! Packing takes the processor and the disk blocks, so that it has a thread of its own, which is fed with what to do
//! next. Of what is packed no more is in memory than a few pieces on their way and the archive's table of contents: some
//! hundred bytes for each file in it.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use damso_domain::Timestamp;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{ServiceError, ServiceResult};

/// How many pieces may be on their way to the thread.
const PIECES: usize = 4;
/// How much goes to the disk at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// How a file is kept in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// For texts.
    Deflated,
    /// For what is packed by itself: pictures, films.
    Stored,
}

/// What the thread is told to do next.
enum Step {
    Begin {
        path: String,
        packing: Packing,
        size_bytes: u64,
    },
    Bytes(Bytes),
    Forget,
    Copy {
        path: String,
        from: File,
    },
    Finish,
}

/// An archive that is being written. Dropping it leaves nothing behind.
pub(super) struct Archive {
    steps: mpsc::Sender<Step>,
    thread: JoinHandle<io::Result<Packed>>,
}

/// A whole archive, synced by nobody yet. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Packed {
    file: NamedTempFile,
    pub(super) size_bytes: u64,
}

impl Packed {
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }
}

fn stopped(error: &io::Error) -> ServiceError {
    ServiceError::Unavailable(format!("the archive cannot be written: {error}"))
}

impl Archive {
    /// Begins an archive in `folder`, all files of which are as old as `made_at`.
    pub(super) fn begin(folder: PathBuf, made_at: Timestamp) -> Self {
        let (steps, received) = mpsc::channel(PIECES);
        let thread = tokio::task::spawn_blocking(move || pack(&folder, made_at, received));
        Self { steps, thread }
    }

    async fn tell(&mut self, step: Step) -> ServiceResult<()> {
        if self.steps.send(step).await.is_ok() {
            return Ok(());
        }
        // It has ended before its time, and knows why.
        match (&mut self.thread).await {
            Ok(Ok(_)) => Err(stopped(&io::Error::other("it is finished"))),
            Ok(Err(error)) => Err(stopped(&error)),
            Err(error) => Err(stopped(&io::Error::other(error))),
        }
    }

    /// Begins a file, which ends where the next one begins. Nothing of it may be longer than `size_bytes` when that is
    /// 4 GiB or more: the format has to know.
    pub(super) async fn file(
        &mut self,
        path: String,
        packing: Packing,
        size_bytes: u64,
    ) -> ServiceResult<()> {
        self.tell(Step::Begin {
            path,
            packing,
            size_bytes,
        })
        .await
    }

    /// The next bytes of the file.
    pub(super) async fn write(&mut self, bytes: impl Into<Bytes> + Send) -> ServiceResult<()> {
        self.tell(Step::Bytes(bytes.into())).await
    }

    /// A whole file that fits into memory.
    pub(super) async fn text(&mut self, path: &str, text: impl Into<Bytes> + Send) -> ServiceResult<()> {
        let text = text.into();
        self.file(path.to_owned(), Packing::Deflated, text.len() as u64)
            .await?;
        self.write(text).await
    }

    /// Takes the file that was begun last out again: the rest of it does not come.
    pub(super) async fn forget(&mut self) -> ServiceResult<()> {
        self.tell(Step::Forget).await
    }

    /// A whole text that was gathered beside the archive.
    pub(super) async fn spooled(&mut self, path: String, spool: Spool) -> ServiceResult<()> {
        let from = spool.into_file().await.map_err(|error| stopped(&error))?;
        self.tell(Step::Copy { path, from }).await
    }

    /// The archive is complete.
    pub(super) async fn finish(mut self) -> ServiceResult<Packed> {
        self.tell(Step::Finish).await?;
        match self.thread.await {
            Ok(packed) => packed.map_err(|error| stopped(&error)),
            Err(error) => Err(stopped(&io::Error::other(error))),
        }
    }
}

fn pack(folder: &Path, made_at: Timestamp, mut steps: mpsc::Receiver<Step>) -> io::Result<Packed> {
    let file = NamedTempFile::new_in(folder)?;
    let mut zip = ZipWriter::new(BufWriter::with_capacity(BUFFER_BYTES, file.reopen()?));
    let options = SimpleFileOptions::default()
        .last_modified_time(clock(made_at))
        .unix_permissions(0o644);
    let options = |packing, size_bytes: u64| {
        let method = match packing {
            Packing::Deflated => CompressionMethod::Deflated,
            Packing::Stored => CompressionMethod::Stored,
        };
        let is_large = u64::from(u32::MAX) <= size_bytes;
        options.compression_method(method).large_file(is_large)
    };
    while let Some(step) = steps.blocking_recv() {
        match step {
            Step::Begin {
                path,
                packing,
                size_bytes,
            } => zip.start_file(path, options(packing, size_bytes))?,
            Step::Bytes(bytes) => zip.write_all(&bytes)?,
            Step::Forget => zip.abort_file()?,
            Step::Copy { path, mut from } => {
                let size_bytes = from.seek(SeekFrom::End(0))?;
                from.rewind()?;
                zip.start_file(path, options(Packing::Deflated, size_bytes))?;
                io::copy(&mut from, &mut zip)?;
            }
            Step::Finish => {
                let mut written = zip.finish()?;
                let size_bytes = written.stream_position()?;
                let written = written.into_inner().map_err(io::IntoInnerError::into_error)?;
                // What was forgotten may have been longer than all that came after it.
                written.set_len(size_bytes)?;
                return Ok(Packed { file, size_bytes });
            }
        }
    }
    Err(io::Error::other("nobody waits for the archive any more"))
}

/// In UTC, because the format knows no time zone.
fn clock(time: Timestamp) -> DateTime {
    let time = time.as_jiff().to_zoned(jiff::tz::TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let year = u16::try_from(time.year()).unwrap_or_default();
    let known = DateTime::from_date_and_time(
        year,
        part(time.month()),
        part(time.day()),
        part(time.hour()),
        part(time.minute()),
        part(time.second()),
    );
    known.unwrap_or_default()
}

/// A text of any length, gathered beside an archive in which another file is open. It has no name: nothing of it is left
/// when the server ends.
pub(super) struct Spool {
    file: tokio::io::BufWriter<tokio::fs::File>,
}

impl Spool {
    pub(super) async fn begin(folder: &Path) -> ServiceResult<Self> {
        let folder = folder.to_owned();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let file = made.map_err(io::Error::other).and_then(|made| made);
        let file = tokio::fs::File::from_std(file.map_err(|error| stopped(&error))?);
        Ok(Self {
            file: tokio::io::BufWriter::with_capacity(BUFFER_BYTES, file),
        })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> ServiceResult<()> {
        self.file.write_all(bytes).await.map_err(|error| stopped(&error))
    }

    async fn into_file(mut self) -> io::Result<File> {
        self.file.flush().await?;
        Ok(self.file.into_inner().into_std().await)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn files(packed: &Packed) -> Vec<(String, Vec<u8>)> {
        let mut archive = zip::ZipArchive::new(File::open(packed.path()).unwrap()).unwrap();
        let length = archive.len();
        let read = |at| {
            let mut file = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        };
        (0..length).map(read).collect()
    }

    #[tokio::test]
    async fn what_is_put_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Archive::begin(folder.path().to_owned(), Timestamp::now());
        let mut spool = Spool::begin(folder.path()).await.unwrap();
        archive
            .file("a/산.html".to_owned(), Packing::Deflated, 0)
            .await
            .unwrap();
        for _ in 0..1_000 {
            archive.write("<p>산</p>").await.unwrap();
            spool.write(b"line\n").await.unwrap();
        }
        archive
            .file("b.png".to_owned(), Packing::Stored, 3)
            .await
            .unwrap();
        archive.write(vec![1, 2, 3]).await.unwrap();
        // The rest of it does not come, and it was longer than everything after it.
        archive
            .file("gone".to_owned(), Packing::Stored, 100_000)
            .await
            .unwrap();
        archive.write(vec![0; 100_000]).await.unwrap();
        archive.forget().await.unwrap();
        archive.spooled("lines".to_owned(), spool).await.unwrap();
        archive.text("end.json", "{}").await.unwrap();
        let packed = archive.finish().await.unwrap();
        assert_eq!(std::fs::metadata(packed.path()).unwrap().len(), packed.size_bytes);
        assert_eq!(
            files(&packed),
            [
                ("a/산.html".to_owned(), "<p>산</p>".repeat(1_000).into_bytes()),
                ("b.png".to_owned(), vec![1, 2, 3]),
                ("lines".to_owned(), b"line\n".repeat(1_000)),
                ("end.json".to_owned(), b"{}".to_vec()),
            ]
        );
        drop(packed);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn an_archive_that_is_given_up_leaves_nothing_behind_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let mut archive = Archive::begin(folder.path().to_owned(), Timestamp::now());
        archive.text("a", "b").await.unwrap();
        let Archive { steps, thread } = archive;
        drop(steps);
        thread.await.unwrap().unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut archive = Archive::begin(folder.path().join("nowhere"), Timestamp::now());
        let refused = loop {
            if let Err(error) = archive.write("a").await {
                break error;
            }
        };
        assert!(matches!(refused, ServiceError::Unavailable(_)), "{refused}");
    }
}

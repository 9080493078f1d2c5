//! Making exports: one after another, beside everything else the server does.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use damso_domain::Timestamp;
use damso_repository as repository;
use damso_repository::export::{Claim, Export, Made};
use damso_repository::{Connection, Database};
use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::archive::Packed;
use super::copy::{self, Progress, Task};
use super::{ExportService, LIFETIME};
use crate::object::{delete_objects_later, delete_upload_later};
use crate::ports::ObjectStore;
use crate::{ServiceError, ServiceResult};

/// How often the worker looks by itself; usually it is told.
const IDLE: Duration = Duration::from_secs(10);
/// How often it says that it is still there, and how far it has come.
const BEAT: Duration = Duration::from_secs(1);
/// When it has not been heard of for so long, somebody else may take an export up.
const LEASE: Duration = Duration::from_mins(1);
/// How often one is tried.
const ATTEMPTS: i32 = 5;

/// Makes exports. One is claimed in the database for a while and worked on without a transaction, so that it holds up
/// nobody, and so that whoever comes after a server that was killed can begin it anew.
#[derive(Clone)]
pub struct ExportWorker {
    database: Database,
    objects: Arc<dyn ObjectStore>,
    wake: Arc<Notify>,
    folder: PathBuf,
}

/// What became of an attempt.
enum Outcome {
    Made(Box<Packed>),
    /// It was removed, or somebody else has taken it up.
    Lost,
}

impl ExportWorker {
    /// A worker that gathers archives in `folder`, which is its own: what an earlier server left there is removed. It
    /// should be on the disk of the storage, where that is a folder. Blocks.
    pub fn open(exports: &ExportService, objects: Arc<dyn ObjectStore>, folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        for entry in std::fs::read_dir(folder)? {
            std::fs::remove_file(entry?.path())?;
        }
        Ok(Self {
            database: exports.context.database.clone(),
            objects,
            wake: exports.wake.clone(),
            folder: folder.to_owned(),
        })
    }

    /// Runs until its task is aborted. An export that is being made then is made anew.
    pub async fn run(self) {
        // There is one server for a database: what is running now was running in one that is gone. If it is not gone
        // quite yet, it loses what it had claimed, and notices.
        let released = self
            .database
            .run(async |conn: &mut Connection| repository::export::release_all(conn, Timestamp::now()).await);
        if let Err(error) = released.await {
            tracing::warn!(%error, "Exports of an earlier server are taken up later");
        }
        loop {
            match self.run_next().await {
                Ok(true) => continue,
                Ok(false) => (),
                Err(error) => tracing::warn!(%error, "Exports cannot be made at the moment"),
            }
            tokio::select! {
                () = self.wake.notified() => (),
                () = tokio::time::sleep(IDLE) => (),
            }
        }
    }

    /// Takes one export up and works on it to its end; tells whether there was one.
    pub async fn run_next(&self) -> ServiceResult<bool> {
        let Some((claim, export, key)) = self.claim_next().await? else {
            return Ok(false);
        };
        tracing::info!(export.id = %export.id, attempt = export.attempts + 1, "Making an export");
        let progress = Arc::new(Progress::default());
        let made = match self.make(claim, &export, &progress).await {
            Ok(Outcome::Made(packed)) => self.keep(claim, &key, *packed, &progress).await,
            Ok(Outcome::Lost) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            self.give_up(claim, &export, key, &error).await?;
        }
        Ok(true)
    }

    /// Claims the export that waits longest. Where its archive will be is known before anything is there; what an
    /// earlier attempt may have left is removed.
    async fn claim_next(&self) -> ServiceResult<Option<(Claim, Export, String)>> {
        self.database
            .transaction(async |conn: &mut Connection| {
                let now = Timestamp::now();
                let Some(export) = repository::export::lock_due(conn, now).await? else {
                    return Ok(None);
                };
                if let Some(key) = &export.object_key {
                    delete_upload_later(conn, key.clone(), now).await?;
                }
                if ATTEMPTS <= export.attempts {
                    // It ends the server each time, perhaps.
                    repository::export::mark_failed(conn, export.id).await?;
                    return Ok(None);
                }
                let (claim, key) = (Claim::new(export.id), format!("exports/{}", Uuid::new_v4()));
                repository::export::claim(conn, claim, &key, now, LEASE).await?;
                Ok::<_, ServiceError>(Some((claim, export, key)))
            })
            .await
    }

    /// Gathers everything, and says once a second that it does.
    async fn make(&self, claim: Claim, export: &Export, progress: &Arc<Progress>) -> ServiceResult<Outcome> {
        let task = Task {
            database: self.database.clone(),
            objects: self.objects.clone(),
            folder: self.folder.clone(),
            user: export.user_id,
            progress: progress.clone(),
        };
        tokio::select! {
            packed = copy::make(task) => Ok(Outcome::Made(Box::new(packed?))),
            () = self.until_lost(claim, progress) => Ok(Outcome::Lost),
        }
    }

    /// Ends when the export is not this worker's any more.
    async fn until_lost(&self, claim: Claim, progress: &Progress) {
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let (done, total) = progress.read();
            let kept = self.database.run(async move |conn: &mut Connection| {
                repository::export::keep(conn, claim, done, total, Timestamp::now(), LEASE).await
            });
            match kept.await {
                Ok(true) => (),
                Ok(false) => {
                    tracing::info!(export.id = %claim.export(), "An export was removed while it was made");
                    return;
                }
                // The work needs the database itself, and will say so.
                Err(error) => tracing::debug!(%error, "An export is not kept for a moment"),
            }
        }
    }

    /// Puts the archive into the storage, and says that it is there.
    async fn keep(&self, claim: Claim, key: &str, packed: Packed, progress: &Progress) -> ServiceResult<()> {
        let stored = self.objects.write_file(key, super::MEDIA_TYPE, packed.path());
        tokio::select! {
            stored = stored => stored?,
            () = self.until_lost(claim, progress) => return self.remove(key.to_owned()).await,
        }
        let now = Timestamp::now();
        let made = Made {
            done: progress.read().0,
            size_bytes: i64::try_from(packed.size_bytes).unwrap_or(i64::MAX),
            expires_at: now.after(LIFETIME),
        };
        let key = key.to_owned();
        self.database
            .transaction(async move |conn: &mut Connection| {
                let Some(ready) = repository::export::finish(conn, claim, made).await? else {
                    delete_objects_later(conn, vec![key], now).await?;
                    return Ok(());
                };
                let replaced = repository::export::lock_ready_but(conn, ready.user_id, ready.id).await?;
                super::expire(conn, &replaced, now).await
            })
            .await
    }

    /// Nobody knows the object any more.
    async fn remove(&self, key: String) -> ServiceResult<()> {
        self.database
            .transaction(async move |conn: &mut Connection| {
                Ok::<_, ServiceError>(delete_upload_later(conn, key, Timestamp::now()).await?)
            })
            .await
    }

    async fn give_up(
        &self,
        claim: Claim,
        export: &Export,
        key: String,
        error: &ServiceError,
    ) -> ServiceResult<()> {
        let (id, attempts) = (export.id, export.attempts + 1);
        tracing::warn!(export.id = %id, attempts, %error, "An export could not be made");
        let pause = Duration::from_secs(2_u64.saturating_pow(attempts.unsigned_abs() + 2));
        self.database
            .transaction(async move |conn: &mut Connection| {
                let now = Timestamp::now();
                delete_objects_later(conn, vec![key], now).await?;
                if ATTEMPTS <= attempts {
                    repository::export::fail(conn, claim).await?;
                } else {
                    repository::export::postpone(conn, claim, now.after(pause)).await?;
                }
                Ok::<_, ServiceError>(())
            })
            .await
    }
}

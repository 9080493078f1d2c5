//! Working off follow-ups: retried with back-off, across restarts, by as many servers as there are.

use std::sync::Arc;
use std::time::Duration;

use damso_domain::Timestamp;
use damso_repository as repository;
use damso_repository::job::{Job, TakenJob};
use damso_repository::{Connection, Database};

use crate::ports::ObjectStore;
use crate::{ServiceError, ServiceResult};

/// How often the worker looks when nothing waits; a removed file is gone within a minute.
const IDLE: Duration = Duration::from_secs(10);
/// How often what has expired is swept up.
const SWEEP: Duration = Duration::from_mins(10);
/// Ended sessions are kept so long, so that late tokens are told apart from unknown ones.
const KEEP_ENDED_SESSIONS: Duration = Duration::from_hours(24);

/// Works off jobs until it is dropped.
#[derive(Clone)]
pub struct JobWorker {
    database: Database,
    objects: Arc<dyn ObjectStore>,
}

impl JobWorker {
    /// A worker; [`JobWorker::run`] starts it.
    pub fn new(database: Database, objects: Arc<dyn ObjectStore>) -> Self {
        Self { database, objects }
    }

    /// Runs until its task is aborted. A job that is under way then is done again: jobs may be repeated.
    pub async fn run(self) {
        let mut next_sweep = tokio::time::Instant::now();
        loop {
            if next_sweep <= tokio::time::Instant::now() {
                if let Err(error) = self.sweep().await {
                    tracing::warn!(%error, "What has expired could not be swept up");
                }
                next_sweep = tokio::time::Instant::now() + SWEEP;
            }
            match self.run_next().await {
                Ok(true) => (),
                Ok(false) => tokio::time::sleep(IDLE).await,
                Err(error) => {
                    tracing::warn!(%error, "Jobs cannot be worked off at the moment");
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
    }

    /// Takes one job and does it; tells whether there was one.
    pub async fn run_next(&self) -> ServiceResult<bool> {
        let objects = self.objects.clone();
        self.database
            .transaction(async move |conn: &mut Connection| {
                let now = Timestamp::now();
                let Some(taken) = repository::job::take_next(conn, now).await? else {
                    return Ok(false);
                };
                match perform(&objects, &taken.job).await {
                    Ok(()) => repository::job::delete(conn, taken.id).await?,
                    Err(error) => postpone(conn, &taken, &error, now).await?,
                }
                Ok::<_, ServiceError>(true)
            })
            .await
    }

    /// Forgets uploads that were never completed, exports whose time is over and sessions that ended long ago.
    pub async fn sweep(&self) -> ServiceResult<()> {
        const BATCH: i64 = 500;
        self.database
            .transaction(async move |conn: &mut Connection| {
                let now = Timestamp::now();
                let expired = repository::attachment::list_expired(conn, now, BATCH).await?;
                crate::object::delete_unheld_later(conn, &expired, now).await?;
                crate::export::sweep(conn, now, BATCH).await?;
                repository::session::delete_ended_before(conn, now.before(KEEP_ENDED_SESSIONS)).await?;
                Ok(())
            })
            .await
    }
}

async fn perform(objects: &Arc<dyn ObjectStore>, job: &Job) -> ServiceResult<()> {
    match job {
        Job::DeleteObjects { keys } => {
            for key in keys {
                objects.delete(key).await?;
            }
            Ok(())
        }
    }
}

async fn postpone(
    conn: &mut Connection,
    taken: &TakenJob,
    error: &ServiceError,
    now: Timestamp,
) -> ServiceResult<()> {
    tracing::warn!(job.id = %taken.id, attempts = taken.attempts, %error, "A job failed and is tried again later");
    let exponent = taken.attempts.clamp(0, 10).unsigned_abs();
    let delay = Duration::from_secs(2_u64.saturating_pow(exponent).min(15 * 60));
    Ok(repository::job::postpone(conn, taken.id, &error.to_string(), now, delay).await?)
}

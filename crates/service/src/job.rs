//! Working off follow-ups: retried with back-off, across restarts, by as many servers as there are.

use std::sync::Arc;
use std::time::Duration;

use damso_domain::Timestamp;
use damso_repository as repository;
use damso_repository::job::{Job, Lane, TakenJob};
use damso_repository::{Connection, Database};
use tokio::sync::Notify;

use crate::ports::ObjectStore;
use crate::post::Clerk;
use crate::{ServiceError, ServiceResult};

/// How often the worker looks when nothing waits; a removed file is gone within a minute.
const IDLE: Duration = Duration::from_secs(10);
/// How often what has expired is swept up.
const SWEEP: Duration = Duration::from_mins(10);
/// Ended sessions are kept so long, so that late tokens are told apart from unknown ones.
const KEEP_ENDED_SESSIONS: Duration = Duration::from_hours(24);

/// A mail that cannot be handed over so often is given up: some four hours after the first try.
const MOST_MAIL_ATTEMPTS: i32 = 25;
/// Security events are kept so long.
const KEEP_SECURITY_EVENTS: Duration = Duration::from_hours(24 * 90);
/// Reports that the operator is done with are kept so long.
const KEEP_RESOLVED_REPORTS: Duration = Duration::from_hours(24 * 180);
/// Invitations are listed so long after they are over.
const KEEP_EXPIRED_INVITES: Duration = Duration::from_hours(24 * 30);

/// Wakes the worker when there is something to do, so that it need not be looked for all the time.
#[derive(Clone, Default)]
pub(crate) struct Bell {
    mails: Arc<Notify>,
    others: Arc<Notify>,
}

impl Bell {
    /// After the commit of a transaction that has written a job.
    pub(crate) fn ring(&self) {
        self.mails.notify_one();
        self.others.notify_one();
    }

    fn of(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Mail => &self.mails,
            Lane::Other => &self.others,
        }
    }
}

/// Works off jobs until it is dropped.
#[derive(Clone)]
pub struct JobWorker {
    database: Database,
    objects: Arc<dyn ObjectStore>,
    clerk: Clerk,
    bell: Bell,
}

impl JobWorker {
    pub(crate) fn new(database: Database, objects: Arc<dyn ObjectStore>, clerk: Clerk, bell: Bell) -> Self {
        Self {
            database,
            objects,
            clerk,
            bell,
        }
    }

    /// Runs until its task is aborted. A job that is under way then is done again: jobs may be repeated. A mail server
    /// that lets mails wait holds up nothing else.
    pub async fn run(self) {
        tokio::join!(self.work(Lane::Mail), self.work(Lane::Other), self.keep_swept());
    }

    async fn work(&self, lane: Lane) {
        loop {
            match self.run_next_of(lane).await {
                Ok(true) => (),
                Ok(false) => {
                    // Until somebody rings, or to see whether something is due that was written for later.
                    let _rung = tokio::time::timeout(IDLE, self.bell.of(lane).notified()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "Jobs cannot be worked off at the moment");
                    tokio::time::sleep(IDLE).await;
                }
            }
        }
    }

    async fn keep_swept(&self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "What has expired could not be swept up");
            }
            tokio::time::sleep(SWEEP).await;
        }
    }

    /// Takes one job of each lane and does it; tells whether there was any.
    pub async fn run_next(&self) -> ServiceResult<bool> {
        let mail = self.run_next_of(Lane::Mail).await?;
        Ok(self.run_next_of(Lane::Other).await? || mail)
    }

    async fn run_next_of(&self, lane: Lane) -> ServiceResult<bool> {
        let worker = self.clone();
        self.database
            .transaction(async move |conn: &mut Connection| {
                let now = Timestamp::now();
                let Some(taken) = repository::job::take_next(conn, lane, now).await? else {
                    return Ok(false);
                };
                match worker.perform(&taken.job).await {
                    Ok(()) => repository::job::delete(conn, taken.id).await?,
                    Err(error) if lane == Lane::Mail && MOST_MAIL_ATTEMPTS <= taken.attempts => {
                        tracing::error!(job.id = %taken.id, %error, "A mail is given up");
                        repository::job::delete(conn, taken.id).await?;
                    }
                    Err(error) => postpone(conn, &taken, &error, now).await?,
                }
                Ok::<_, ServiceError>(true)
            })
            .await
    }

    async fn perform(&self, job: &Job) -> ServiceResult<()> {
        match job {
            Job::DeleteObjects { keys } => {
                for key in keys {
                    self.objects.delete(key).await?;
                }
                Ok(())
            }
            Job::MailResetLink { email } => self.clerk.mail_reset_link(email).await,
            Job::MailVerificationLink { user_id, email } => {
                self.clerk.mail_verification_link(*user_id, email).await
            }
            Job::MailNotice { event_id, to } => self.clerk.mail_notice(*event_id, to.as_deref()).await,
            Job::MailFarewell(farewell) => self.clerk.mail_farewell(farewell).await,
        }
    }

    /// Forgets uploads that were never completed, exports whose time is over, sessions that ended and events that
    /// happened long ago, links and invitations that are over, and reports that were resolved long ago.
    pub async fn sweep(&self) -> ServiceResult<()> {
        const BATCH: i64 = 500;
        self.database
            .transaction(async move |conn: &mut Connection| {
                let now = Timestamp::now();
                let expired = repository::attachment::list_expired(conn, now, BATCH).await?;
                crate::object::delete_unheld_later(conn, &expired, now).await?;
                crate::export::sweep(conn, now, BATCH).await?;
                repository::session::delete_ended_before(conn, now.before(KEEP_ENDED_SESSIONS)).await?;
                repository::security_event::delete_before(conn, now.before(KEEP_SECURITY_EVENTS)).await?;
                repository::link::delete_expired(conn, now).await?;
                repository::invite::delete_expired(conn, now.before(KEEP_EXPIRED_INVITES)).await?;
                repository::invite_link::delete_over(conn, now).await?;
                repository::report::delete_resolved_before(conn, now.before(KEEP_RESOLVED_REPORTS)).await?;
                Ok(())
            })
            .await
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

//! Follow-ups that may be slow or fail.

use std::time::Duration;

use damso_domain::{Locale, SecurityEventId, Timestamp, UserId};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::schema::jobs;
use crate::{Connection, RepositoryError, RepositoryResult};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
pub enum Job {
    /// Remove these objects from the storage.
    DeleteObjects {
        /// Their keys.
        keys: Vec<String>,
    },
    /// Mail a link that sets a new password to whoever this address belongs to, if it belongs to anybody.
    MailResetLink {
        /// The address as it was asked for.
        email: String,
    },
    /// Mail a link that confirms the address that an account waits to have confirmed, if it still waits for this one.
    MailVerificationLink {
        /// Whose.
        user_id: UserId,
        /// Which.
        email: String,
    },
    /// Tell an account's owner what has happened to it.
    MailNotice {
        /// What.
        event_id: SecurityEventId,
        /// Where to, when that is not the account's address: the one that it had before.
        to: Option<String>,
    },
    /// Tell who has deleted an account what went.
    MailFarewell(Farewell),
}

/// Which jobs wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Mails: a mail server may let each of them wait.
    Mail,
    /// Everything else.
    Other,
}

/// What the kinds of all mails begin with.
const MAIL: &str = "mail\\_%";

/// What somebody is told who has deleted their account: nothing of it is left to look up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// Where to.
    pub to: String,
    /// What the person was called.
    pub name: String,
    /// In which language.
    pub locale: Locale,
    /// When.
    pub at: Timestamp,
    /// How much went, as the answer told it.
    pub counts: serde_json::Value,
}

/// A job that this worker has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenJob {
    /// The row.
    pub id: Uuid,
    /// How often it was tried before.
    pub attempts: i32,
    /// What is to be done.
    pub job: Job,
}

/// Writes a job that runs at this time, and not before the transaction is committed.
pub async fn insert(conn: &mut Connection, job: &Job, run_at: Timestamp) -> RepositoryResult<()> {
    let unstorable = |error: serde_json::Error| RepositoryError::Query(error.to_string());
    let tagged = serde_json::to_value(job).map_err(unstorable)?;
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(Uuid::now_v7()),
            jobs::kind.eq(tagged["kind"].as_str().unwrap_or_default()),
            jobs::payload.eq(&tagged["payload"]),
            jobs::run_at.eq(run_at.as_jiff().to_diesel()),
            jobs::attempts.eq(0),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the job of a lane that waits longest: it is locked until the transaction ends, and no other worker sees it.
pub async fn take_next(
    conn: &mut Connection,
    lane: Lane,
    now: Timestamp,
) -> RepositoryResult<Option<TakenJob>> {
    let row: Option<(Uuid, i32, String, serde_json::Value)> = jobs::table
        .filter(jobs::run_at.le(now.as_jiff().to_diesel()))
        .filter(jobs::kind.like(MAIL).eq(lane == Lane::Mail))
        .order(jobs::run_at)
        .select((jobs::id, jobs::attempts, jobs::kind, jobs::payload))
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    row.map(|(id, attempts, kind, payload)| {
        let job = serde_json::from_value(serde_json::json!({ "kind": kind, "payload": payload }))
            .map_err(|error| RepositoryError::Query(format!("jobs.payload: {error}")))?;
        Ok(TakenJob { id, attempts, job })
    })
    .transpose()
}

/// The job is done.
pub async fn delete(conn: &mut Connection, id: Uuid) -> RepositoryResult<()> {
    diesel::delete(jobs::table.find(id)).execute(conn).await?;
    Ok(())
}

/// The job failed; it is tried again after `delay`.
pub async fn postpone(
    conn: &mut Connection,
    id: Uuid,
    error: &str,
    now: Timestamp,
    delay: Duration,
) -> RepositoryResult<()> {
    diesel::update(jobs::table.find(id))
        .set((
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::run_at.eq(now.after(delay).as_jiff().to_diesel()),
            jobs::last_error.eq(error),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

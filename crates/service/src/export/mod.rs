//! A copy of everything that is somebody's, as one archive. Its format is described in `docs/export.md`.

mod archive;
mod conversation;
mod copy;
mod file_name;
mod html;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use damso_domain::{ExportId, ExportState, SecurityEventKind, Timestamp, UserId};
use damso_protocol as protocol;
use damso_protocol::{ErrorKind, ExportProgress, Exports};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::export::Export;
use damso_repository::security_event::Origin;
use tokio::sync::Notify;

use crate::account::lock_own;
use crate::object::{delete_objects_later, delete_upload_later};
use crate::ports::{Disposition, ObjectSource, ObjectStore, ObjectStoreError};
use crate::proof::{self, Proof};
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::{Context, CurrentUser, ServiceError, ServiceResult};

pub use copy::FORMAT_VERSION;
pub use worker::ExportWorker;

/// How long an archive is kept.
pub const LIFETIME: Duration = Duration::from_hours(7 * 24);
/// How long it is told that there was one.
const REMEMBER: Duration = Duration::from_hours(30 * 24);
/// What an archive is.
const MEDIA_TYPE: &str = "application/zip";
/// The most exports that are listed: more are not remembered, unless somebody removes and makes them all the time.
const LISTED: i64 = 100;

/// Gives people a copy of everything that is theirs. [`ExportWorker`] makes it.
#[derive(Clone)]
pub struct ExportService {
    context: Context,
    objects: Arc<dyn ObjectStore>,
    wake: Arc<Notify>,
}

/// An export that somebody has asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The export.
    pub export: protocol::Export,
    /// Whether it was under way before.
    pub is_new: bool,
}

/// Where an archive is, and what it is to a browser.
#[derive(Clone, Debug)]
pub struct ExportContent {
    /// Where to read it from.
    pub source: ObjectSource,
    /// How a browser is to treat it.
    pub disposition: Disposition,
}

/// How far an export has come.
fn state(export: &Export) -> ExportState {
    let is_over = export.expires_at.is_some_and(|at| at <= Timestamp::now());
    match export.state {
        // Not swept up yet.
        ExportState::Ready if is_over => ExportState::Expired,
        state => state,
    }
}

/// Whether a session that has last given `proof` has to give another one to get the archive: it is what a proof was asked
/// for, and without that any token would do once it is ready.
fn needs_proof(export: &Export, proof: Option<Proof>) -> bool {
    !proof.is_some_and(|proof| proof.covers(export.created_at))
}

fn view(export: &Export, proof: Option<Proof>) -> protocol::Export {
    let state = state(export);
    protocol::Export {
        id: export.id,
        state,
        progress: ExportProgress {
            done: export.done,
            total: export.total,
        },
        size_bytes: export.size_bytes.filter(|_| state == ExportState::Ready),
        created_at: export.created_at,
        expires_at: export.expires_at,
        needs_proof: needs_proof(export, proof),
    }
}

impl ExportService {
    pub(crate) fn new(context: Context, objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            context,
            objects,
            wake: Arc::default(),
        }
    }

    /// Asks for an export, or finds the one that is under way: whoever asks twice wants one. Needs a proof, because it
    /// is all that a stolen token could want; at most three a day.
    pub async fn ask(&self, user: CurrentUser) -> ServiceResult<Asked> {
        proof::require(&self.context, user).await?;
        let limits = self.context.limits.clone();
        let now = Timestamp::now();
        let (export, is_new) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Two at once take turns here, and with the deletion of the account.
                lock_own(conn, user.id).await?;
                if let Some(found) = repository::export::find_under_way(conn, user.id).await? {
                    return Ok((found, false));
                }
                limits.take(Limit::Export, &Subject::User(user.id))?;
                let export = repository::export::insert(conn, user.id, now).await?;
                let origin = Origin::Session(user.session_id);
                let kind = SecurityEventKind::ExportRequested;
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                Ok::<_, ServiceError>((export, true))
            })
            .await?;
        self.wake.notify_one();
        self.context.bell.ring();
        let proof = proof::last(&self.context, user).await?;
        Ok(Asked {
            export: view(&export, proof),
            is_new,
        })
    }

    /// The exports of an account, the newest first.
    pub async fn list(&self, user: CurrentUser) -> ServiceResult<Exports> {
        let proof = proof::last(&self.context, user).await?;
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::export::list(conn, user.id, LISTED).await)
            .await?;
        Ok(Exports {
            items: found.iter().map(|export| view(export, proof)).collect(),
        })
    }

    /// One export of an account.
    pub async fn get(&self, user: CurrentUser, id: ExportId) -> ServiceResult<protocol::Export> {
        let proof = proof::last(&self.context, user).await?;
        Ok(view(&self.find(user.id, id).await?, proof))
    }

    async fn find(&self, user: UserId, id: ExportId) -> ServiceResult<Export> {
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::export::find(conn, user, id).await)
            .await?;
        found.ok_or_else(|| ErrorKind::ExportNotFound.into())
    }

    /// Where the archive is, unless the session has to give a proof first. `is_begun`: whoever asks
    /// wants it from its first byte on, which its owner should know of.
    pub async fn content(
        &self,
        user: CurrentUser,
        id: ExportId,
        is_begun: bool,
    ) -> ServiceResult<ExportContent> {
        let export = self.find(user.id, id).await?;
        if needs_proof(&export, proof::last(&self.context, user).await?) {
            return Err(ErrorKind::ReauthenticationRequired.into());
        }
        match state(&export) {
            ExportState::Ready => (),
            ExportState::Expired => return Err(ErrorKind::ExportExpired.into()),
            ExportState::Waiting | ExportState::Running | ExportState::Failed => {
                return Err(ErrorKind::ExportNotReady.into());
            }
        }
        let key = export.object_key.as_deref().ok_or(ErrorKind::ExportNotReady)?;
        let disposition = self.disposition(&export).await?;
        let source = match self.objects.source(key, &disposition).await {
            // Removed a moment ago.
            Err(ObjectStoreError::NotFound) => return Err(ErrorKind::ExportExpired.into()),
            source => source?,
        };
        if is_begun {
            self.record_download(user).await?;
        }
        Ok(ExportContent { source, disposition })
    }

    async fn disposition(&self, export: &Export) -> ServiceResult<Disposition> {
        let id = export.user_id;
        let account = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::user::find(conn, id).await)
            .await?;
        // Only letters that need no quoting: a handle, and a day.
        let handle = account
            .and_then(|account| account.handle)
            .ok_or(ErrorKind::NotAuthenticated)?;
        let day = export.created_at.as_jiff().strftime("%Y-%m-%d").to_string();
        Ok(Disposition {
            content_type: MEDIA_TYPE.to_owned(),
            content_disposition: format!("attachment; filename=\"damso-{handle}-{day}.zip\""),
        })
    }

    async fn record_download(&self, user: CurrentUser) -> ServiceResult<()> {
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let (kind, origin) = (
                    SecurityEventKind::ExportDownloaded,
                    Origin::Session(user.session_id),
                );
                security_log::record(conn, user.id, kind, origin, Timestamp::now(), Told::Owner).await
            })
            .await
    }

    /// Removes an export, however far it has come.
    pub async fn delete(&self, user: UserId, id: ExportId) -> ServiceResult<()> {
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let deleted = repository::export::delete(conn, user, id).await?;
                let deleted = deleted.ok_or(ErrorKind::ExportNotFound)?;
                remove_objects(conn, &[deleted], Timestamp::now()).await
            })
            .await
    }
}

/// Removes everything that was copied for an account, with the account.
pub(crate) async fn delete_all(conn: &mut Connection, user: UserId, now: Timestamp) -> ServiceResult<()> {
    let deleted = repository::export::delete_all(conn, user).await?;
    remove_objects(conn, &deleted, now).await
}

/// Removes archives whose time is over, and forgets those of long ago.
pub(crate) async fn sweep(conn: &mut Connection, now: Timestamp, limit: i64) -> ServiceResult<()> {
    let over = repository::export::lock_over(conn, now, limit).await?;
    expire(conn, &over, now).await?;
    repository::export::delete_over_before(conn, now.before(REMEMBER)).await?;
    Ok(())
}

async fn expire(conn: &mut Connection, exports: &[Export], now: Timestamp) -> ServiceResult<()> {
    if exports.is_empty() {
        return Ok(());
    }
    let ids: Vec<ExportId> = exports.iter().map(|export| export.id).collect();
    repository::export::mark_expired(conn, &ids).await?;
    remove_objects(conn, exports, now).await
}

/// What is being made may still be put into the storage: whoever does so notices, unless the server ends just then. So
/// it is removed once more when nothing can come any more.
async fn remove_objects(conn: &mut Connection, exports: &[Export], now: Timestamp) -> ServiceResult<()> {
    let mut keys = Vec::new();
    for export in exports {
        match (&export.object_key, export.state) {
            (Some(key), ExportState::Running) => delete_upload_later(conn, key.clone(), now).await?,
            (Some(key), _) => keys.push(key.clone()),
            (None, _) => (),
        }
    }
    Ok(delete_objects_later(conn, keys, now).await?)
}

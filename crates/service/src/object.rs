//! Which objects belong to an attachment, and their removal once nothing refers to them.

use damso_domain::{AttachmentId, AttachmentKind, Timestamp};
use damso_repository as repository;
use damso_repository::job::Job;
use damso_repository::{Connection, RepositoryResult};

use crate::ServiceResult;
use crate::attachment::UPLOAD_LIFETIME;

/// Where the original of an object lies; its variants lie beside it.
pub(crate) fn original_key(object_key: &str) -> String {
    format!("{object_key}/original")
}

pub(crate) fn thumbnail_key(object_key: &str) -> String {
    format!("{object_key}/thumbnail")
}

pub(crate) fn preview_key(object_key: &str) -> String {
    format!("{object_key}/preview")
}

pub(crate) fn object_keys(object_key: &str, kind: AttachmentKind) -> Vec<String> {
    let mut keys = vec![original_key(object_key)];
    if kind == AttachmentKind::Image {
        keys.extend([preview_key(object_key), thumbnail_key(object_key)]);
    }
    keys
}

pub(crate) async fn delete_objects_later(
    conn: &mut Connection,
    keys: Vec<String>,
    now: Timestamp,
) -> RepositoryResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    repository::job::insert(conn, &Job::DeleteObjects { keys }, now).await
}

/// Removes what was put for an upload that is over, now and once more when nothing can be put any more: its URL
/// is good for a while yet, and storage that is not ours takes what comes.
pub(crate) async fn delete_upload_later(
    conn: &mut Connection,
    key: String,
    now: Timestamp,
) -> RepositoryResult<()> {
    // Begun in the URL's last moment, and as long on its way.
    let nothing_comes = now.after(2 * UPLOAD_LIFETIME);
    delete_objects_later(conn, vec![key.clone()], now).await?;
    delete_objects_later(conn, vec![key], nothing_comes).await
}

/// How much was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemovedFiles {
    pub(crate) count: i64,
    pub(crate) bytes: i64,
}

/// Forgets those of `ids` that no message holds, and removes their objects once the transaction is committed.
pub(crate) async fn delete_unheld_later(
    conn: &mut Connection,
    ids: &[AttachmentId],
    now: Timestamp,
) -> ServiceResult<RemovedFiles> {
    if ids.is_empty() {
        return Ok(RemovedFiles::default());
    }
    // Two messages with the same files may go at once, in conversations of their own: the second one waits here for the
    // first, and then sees that it was the last.
    repository::attachment::lock(conn, ids).await?;
    let removed = repository::attachment::delete_unheld(conn, ids).await?;
    let mut keys = Vec::new();
    for attachment in &removed {
        if let Some(key) = &attachment.upload_key {
            delete_upload_later(conn, key.clone(), now).await?;
        }
        if let Some(key) = &attachment.object_key {
            keys.extend(object_keys(key, attachment.kind));
        }
    }
    delete_objects_later(conn, keys, now).await?;
    Ok(RemovedFiles {
        count: i64::try_from(removed.len()).unwrap_or(i64::MAX),
        bytes: removed.iter().map(|attachment| attachment.size_bytes).sum(),
    })
}

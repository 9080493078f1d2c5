//! Forwarding: what a message takes from another one.

use damso_domain::{ConversationId, MessageKind, MessageRef, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::attachment::Attachment;

use crate::ServiceResult;
use crate::access::Change;

/// Locks the conversation for the new message, and the one it is forwarded from, in the order of their ids: what is
/// forwarded is there until the commit.
pub(crate) async fn begin_with_source(
    conn: &mut Connection,
    author: UserId,
    id: ConversationId,
    source: Option<MessageRef>,
) -> ServiceResult<Change> {
    let other = source
        .map(|source| source.conversation_id)
        .filter(|other| *other != id);
    if let Some(other) = other.filter(|other| *other < id) {
        repository::conversation::lock(conn, other).await?;
    }
    let change = Change::begin(conn, author, id).await?;
    if let Some(other) = other.filter(|other| id < *other) {
        repository::conversation::lock(conn, other).await?;
    }
    Ok(change)
}

/// What a message says and holds that is being forwarded, as its reader sees it. Its conversation is locked. A source
/// that is not there, or not theirs, is `message_not_found`: what is missing is not the conversation they write in.
pub(crate) async fn take_forwarded(
    conn: &mut Connection,
    author: UserId,
    source: MessageRef,
) -> ServiceResult<(Option<String>, Vec<Attachment>)> {
    let found = repository::message::find_visible(conn, author, source).await?;
    let found = found.ok_or(ErrorKind::MessageNotFound)?;
    if found.kind == MessageKind::System {
        return Err(ErrorKind::NotAllowed.into());
    }
    if found.deleted_at.is_some() {
        return Err(ErrorKind::MessageDeleted.into());
    }
    if found.kind == MessageKind::Poll {
        return Err(ErrorKind::MessageIsPoll.into());
    }
    Ok((found.text, found.attachments))
}

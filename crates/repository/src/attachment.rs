//! Uploaded files.

use damso_domain::{AttachmentId, AttachmentKind, AttachmentState, FileName, Timestamp, UserId};
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff_diesel::ToDiesel;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::error::stored;
use crate::schema::{attachments, message_attachments};
use crate::statement::Keep as _;
use crate::visibility::visible;
use crate::{Connection, RepositoryResult};

/// An uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The attachment.
    pub id: AttachmentId,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// The name a download gets.
    pub file_name: String,
    /// Decided from the bytes.
    pub media_type: String,
    /// Of the original.
    pub size_bytes: i64,
    /// How far it has come.
    pub state: AttachmentState,
    /// Decided from the bytes.
    pub kind: AttachmentKind,
    /// Upright; images only.
    pub width: Option<i32>,
    /// Upright; images only.
    pub height: Option<i32>,
    /// A thumbhash in base64; images only.
    pub placeholder: Option<String>,
    /// Where the client puts the bytes.
    pub upload_key: Option<String>,
    /// Where the checked bytes are; variants lie beside it.
    pub object_key: Option<String>,
    /// When the upload has to be complete.
    pub expires_at: Timestamp,
}

/// An attachment `a` as a JSON object, for statements that aggregate.
macro_rules! json_object {
    () => {
        "jsonb_build_object('id', a.id, 'owner_id', a.owner_id, 'file_name', a.file_name, \
         'media_type', a.media_type, 'size_bytes', a.size_bytes, 'state', a.state, 'kind', a.kind, \
         'width', a.width, 'height', a.height, 'placeholder', a.placeholder, 'object_key', a.object_key, \
         'expires_at', (extract(epoch FROM a.expires_at) * 1000)::bigint)"
    };
}
pub(crate) use json_object;

/// A row, or what [`json_object`] makes of one.
#[derive(Queryable, Selectable, QueryableByName, Deserialize)]
#[diesel(table_name = attachments)]
pub(crate) struct AttachmentRow {
    id: Uuid,
    owner_id: Uuid,
    file_name: String,
    media_type: String,
    size_bytes: i64,
    state: String,
    kind: String,
    width: Option<i32>,
    height: Option<i32>,
    placeholder: Option<String>,
    upload_key: Option<String>,
    object_key: Option<String>,
    #[serde(deserialize_with = "from_millis")]
    expires_at: jiff_diesel::Timestamp,
}

fn from_millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<jiff_diesel::Timestamp, D::Error> {
    let millis = i64::deserialize(deserializer)?;
    let time = Timestamp::from_millis(millis).ok_or_else(|| D::Error::custom("is beyond all time"))?;
    Ok(time.as_jiff().to_diesel())
}

impl AttachmentRow {
    pub(crate) fn into_attachment(self) -> RepositoryResult<Attachment> {
        Ok(Attachment {
            id: AttachmentId::from_uuid(self.id),
            owner_id: UserId::from_uuid(self.owner_id),
            file_name: self.file_name,
            media_type: self.media_type,
            size_bytes: self.size_bytes,
            state: stored(AttachmentState::from_text(&self.state), "attachments.state")?,
            kind: stored(AttachmentKind::from_text(&self.kind), "attachments.kind")?,
            width: self.width,
            height: self.height,
            placeholder: self.placeholder,
            upload_key: self.upload_key,
            object_key: self.object_key,
            expires_at: Timestamp::from_jiff(self.expires_at.to_jiff()),
        })
    }
}

/// An upload that is about to begin.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// Who uploads.
    pub owner_id: UserId,
    /// The name a download gets.
    pub file_name: FileName,
    /// What the client takes it for, until the bytes decide.
    pub media_type: String,
    /// Exactly how many bytes will come.
    pub size_bytes: i64,
    /// Where the client puts them.
    pub upload_key: String,
    /// Now.
    pub created_at: Timestamp,
    /// When the upload has to be complete.
    pub expires_at: Timestamp,
}

/// Stores an upload that is about to begin.
pub async fn insert(conn: &mut Connection, new: &NewAttachment) -> RepositoryResult<Attachment> {
    let row: AttachmentRow = diesel::insert_into(attachments::table)
        .values((
            attachments::id.eq(AttachmentId::new().as_uuid()),
            attachments::owner_id.eq(new.owner_id.as_uuid()),
            attachments::file_name.eq(new.file_name.as_str()),
            attachments::media_type.eq(&new.media_type),
            attachments::size_bytes.eq(new.size_bytes),
            attachments::state.eq(AttachmentState::Uploading.as_str()),
            attachments::kind.eq(AttachmentKind::File.as_str()),
            attachments::upload_key.eq(&new.upload_key),
            attachments::created_at.eq(new.created_at.as_jiff().to_diesel()),
            attachments::expires_at.eq(new.expires_at.as_jiff().to_diesel()),
        ))
        .returning(AttachmentRow::as_returning())
        .get_result(conn)
        .await?;
    row.into_attachment()
}

/// An attachment, whoever asks.
pub async fn find(conn: &mut Connection, id: AttachmentId) -> RepositoryResult<Option<Attachment>> {
    let row: Option<AttachmentRow> = attachments::table
        .find(id.as_uuid())
        .select(AttachmentRow::as_select())
        .first(conn)
        .await
        .optional()?;
    row.map(AttachmentRow::into_attachment).transpose()
}

/// Locks attachments, in the order of their ids; returns those that exist, in that order.
pub async fn lock(conn: &mut Connection, ids: &[AttachmentId]) -> RepositoryResult<Vec<Attachment>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<AttachmentRow> = attachments::table
        .filter(attachments::id.eq_any(ids))
        .order(attachments::id)
        .select(AttachmentRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    rows.into_iter().map(AttachmentRow::into_attachment).collect()
}

/// Those of `ids` that some message holds.
pub async fn list_held(conn: &mut Connection, ids: &[AttachmentId]) -> RepositoryResult<Vec<AttachmentId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let held: Vec<Uuid> = message_attachments::table
        .filter(message_attachments::attachment_id.eq_any(ids))
        .select(message_attachments::attachment_id)
        .distinct()
        .load(conn)
        .await?;
    Ok(held.into_iter().map(AttachmentId::from_uuid).collect())
}

/// Whether `user` may see a message that holds the attachment.
pub async fn is_visible(conn: &mut Connection, user: UserId, id: AttachmentId) -> RepositoryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        is_visible: bool,
    }
    let row: Row = diesel::sql_query(concat!(
        "SELECT EXISTS (SELECT FROM message_attachments ma \
         JOIN members me ON me.conversation_id = ma.conversation_id AND me.user_id = $1 AND me.left_rev IS NULL \
         JOIN conversations c ON c.id = ma.conversation_id \
         JOIN messages m ON m.conversation_id = ma.conversation_id AND m.seq = ma.seq \
         WHERE ma.attachment_id = $2 AND ",
        visible!(),
        ") AS is_visible"
    ))
    .bind::<SqlUuid, _>(user.as_uuid())
    .bind::<SqlUuid, _>(id.as_uuid())
    .kept()
    .get_result(conn)
    .await?;
    Ok(row.is_visible)
}

/// What the bytes turned out to be.
#[derive(Clone, Debug)]
pub struct CompletedUpload {
    /// Decided from the bytes.
    pub kind: AttachmentKind,
    /// Decided from the bytes.
    pub media_type: String,
    /// Of what is served, which may be smaller than what was uploaded: metadata is gone.
    pub size_bytes: i64,
    /// Upright; images only.
    pub size: Option<(i32, i32)>,
    /// A thumbhash in base64; images only.
    pub placeholder: Option<String>,
    /// Where the checked bytes are.
    pub object_key: String,
}

/// The upload is complete and can be read; `None` when it was completed, or removed, in the meantime.
pub async fn complete(
    conn: &mut Connection,
    id: AttachmentId,
    upload: &CompletedUpload,
) -> RepositoryResult<Option<Attachment>> {
    let row: Option<AttachmentRow> = diesel::update(
        attachments::table
            .find(id.as_uuid())
            .filter(attachments::state.eq(AttachmentState::Uploading.as_str())),
    )
    .set((
        attachments::state.eq(AttachmentState::Ready.as_str()),
        attachments::kind.eq(upload.kind.as_str()),
        attachments::media_type.eq(&upload.media_type),
        attachments::size_bytes.eq(upload.size_bytes),
        attachments::width.eq(upload.size.map(|(width, _)| width)),
        attachments::height.eq(upload.size.map(|(_, height)| height)),
        attachments::placeholder.eq(&upload.placeholder),
        attachments::object_key.eq(&upload.object_key),
        attachments::upload_key.eq(None::<String>),
    ))
    .returning(AttachmentRow::as_returning())
    .get_result(conn)
    .await
    .optional()?;
    row.map(AttachmentRow::into_attachment).transpose()
}

/// The bytes were not acceptable.
pub async fn mark_rejected(conn: &mut Connection, id: AttachmentId) -> RepositoryResult<()> {
    diesel::update(
        attachments::table
            .find(id.as_uuid())
            .filter(attachments::state.eq(AttachmentState::Uploading.as_str())),
    )
    .set((
        attachments::state.eq(AttachmentState::Rejected.as_str()),
        attachments::upload_key.eq(None::<String>),
    ))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets those of `ids` that no message holds; returns them.
pub async fn delete_unheld(conn: &mut Connection, ids: &[AttachmentId]) -> RepositoryResult<Vec<Attachment>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows: Vec<AttachmentRow> = diesel::sql_query(
        "DELETE FROM attachments a WHERE a.id = ANY ($1) \
         AND NOT EXISTS (SELECT FROM message_attachments ma WHERE ma.attachment_id = a.id) RETURNING a.*",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .kept()
    .load(conn)
    .await?;
    rows.into_iter().map(AttachmentRow::into_attachment).collect()
}

/// Everything `owner` uploaded that no message holds.
pub async fn list_unheld_of(conn: &mut Connection, owner: UserId) -> RepositoryResult<Vec<AttachmentId>> {
    let ids: Vec<Uuid> = attachments::table
        .filter(attachments::owner_id.eq(owner.as_uuid()))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            message_attachments::table.filter(message_attachments::attachment_id.eq(attachments::id)),
        )))
        .select(attachments::id)
        .load(conn)
        .await?;
    Ok(ids.into_iter().map(AttachmentId::from_uuid).collect())
}

/// Uploads that were not completed in time, and rejected ones; at most `limit`.
pub async fn list_expired(
    conn: &mut Connection,
    now: Timestamp,
    limit: i64,
) -> RepositoryResult<Vec<AttachmentId>> {
    let unfinished = [
        AttachmentState::Uploading.as_str(),
        AttachmentState::Rejected.as_str(),
    ];
    let ids: Vec<Uuid> = attachments::table
        .filter(attachments::expires_at.lt(now.as_jiff().to_diesel()))
        .filter(attachments::state.eq_any(unfinished))
        .select(attachments::id)
        .limit(limit)
        .load(conn)
        .await?;
    Ok(ids.into_iter().map(AttachmentId::from_uuid).collect())
}

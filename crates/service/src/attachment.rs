//! Uploads: announced, put straight to the storage, checked by their bytes, kept under another key.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use damso_domain::{
    AttachmentId, AttachmentKind, AttachmentState, FileName, Timestamp, UploadSize, UploadSizeError, UserId,
};
use damso_protocol::{
    Attachment, CompleteAttachmentRequest, CreateAttachmentRequest, CreatedAttachment, ErrorKind,
    FieldErrorKind, Upload, UploadHeader, UploadPart, UploadPartsRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::attachment::{CompletedUpload, NewAttachment};
use uuid::Uuid;

use crate::media::pool::ImagePool;
use crate::media::{self, EncodedImage, MediaError, PreparedImage, SNIFF_BYTES};
use crate::object::{
    delete_objects_later, delete_unheld_later, delete_upload_later, object_keys, original_key, preview_key,
    thumbnail_key,
};
use crate::ports::{ObjectStore, ObjectStoreError};
use crate::{Context, Fields, ServiceError, ServiceResult, access, view};

/// How long an announced upload may take.
pub const UPLOAD_LIFETIME: Duration = Duration::from_hours(1);

/// Takes uploads.
#[derive(Clone)]
pub struct AttachmentService {
    context: Context,
    objects: Arc<dyn ObjectStore>,
    pool: ImagePool,
}

/// What the client is told of a picture that was not taken.
pub(crate) fn refusal(error: MediaError) -> ServiceError {
    match error {
        MediaError::NotAnImage | MediaError::Unreadable => ErrorKind::ImageUnreadable.into(),
        MediaError::TooManyPixels { .. } => ErrorKind::ImageTooLarge.into(),
    }
}

impl AttachmentService {
    pub(crate) fn new(context: Context, objects: Arc<dyn ObjectStore>, pool: ImagePool) -> Self {
        Self {
            context,
            objects,
            pool,
        }
    }

    /// Announces an upload and says where to put its bytes.
    pub async fn create(
        &self,
        user: UserId,
        request: &CreateAttachmentRequest,
    ) -> ServiceResult<CreatedAttachment> {
        let (file_name, size, media_type) = parse(request)?;
        let now = Timestamp::now();
        let new = NewAttachment {
            owner_id: user,
            file_name,
            media_type,
            size_bytes: i64::try_from(size.as_u64()).unwrap_or(i64::MAX),
            upload_key: format!("uploads/{}", Uuid::new_v4()),
            created_at: now,
            expires_at: now.after(UPLOAD_LIFETIME),
        };
        let attachment = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::attachment::insert(conn, &new).await)
            .await?;
        let upload = self.presign(&attachment).await?;
        Ok(CreatedAttachment {
            attachment: view::attachment(&attachment),
            upload,
        })
    }

    /// Fresh URLs for an upload that takes longer, or was interrupted.
    pub async fn parts(
        &self,
        user: UserId,
        id: AttachmentId,
        request: &UploadPartsRequest,
    ) -> ServiceResult<Upload> {
        if request.numbers != [1] {
            let mut fields = Fields::default();
            fields.add(
                "numbers",
                FieldErrorKind::OutOfRange,
                "this upload has one part, number 1",
            );
            return Err(fields.into());
        }
        let attachment = self.own(user, id).await?;
        self.refuse_unless_uploading(&attachment)?;
        self.presign(&attachment).await
    }

    async fn presign(&self, attachment: &repository::attachment::Attachment) -> ServiceResult<Upload> {
        let key = attachment.upload_key.as_deref().ok_or(ErrorKind::UploadExpired)?;
        let size = u64::try_from(attachment.size_bytes).unwrap_or_default();
        let put = self
            .objects
            .presign_put(key, &attachment.media_type, size, UPLOAD_LIFETIME)
            .await?;
        let headers = put
            .headers
            .into_iter()
            .map(|(name, value)| UploadHeader { name, value })
            .collect();
        Ok(Upload {
            part_size_bytes: size,
            parts: vec![UploadPart {
                number: 1,
                url: put.url,
                headers,
            }],
            expires_at: attachment.expires_at,
        })
    }

    async fn own(&self, user: UserId, id: AttachmentId) -> ServiceResult<repository::attachment::Attachment> {
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::attachment::find(conn, id).await)
            .await?;
        found
            .filter(|attachment| attachment.owner_id == user)
            .ok_or_else(|| ErrorKind::AttachmentNotFound.into())
    }

    #[expect(clippy::unused_self, reason = "reads as the other checks do")]
    fn refuse_unless_uploading(&self, attachment: &repository::attachment::Attachment) -> ServiceResult<()> {
        let is_open =
            attachment.state == AttachmentState::Uploading && Timestamp::now() < attachment.expires_at;
        if is_open {
            Ok(())
        } else {
            Err(ErrorKind::UploadExpired.into())
        }
    }

    /// Checks what was put, makes what is served of it, and forgets the upload's own key: a PUT to the same URL
    /// changes nothing any more. Completing again answers the same.
    pub async fn complete(
        &self,
        user: UserId,
        id: AttachmentId,
        request: &CompleteAttachmentRequest,
    ) -> ServiceResult<Attachment> {
        let attachment = self.own(user, id).await?;
        // Whatever has become of it: a wrong list of parts was never right.
        if !matches!(&request.parts[..], [part] if part.number == 1) {
            return Err(ErrorKind::UploadIncomplete.into());
        }
        if matches!(
            attachment.state,
            AttachmentState::Ready | AttachmentState::Processing
        ) {
            return Ok(view::attachment(&attachment));
        }
        self.refuse_unless_uploading(&attachment)?;
        // A client that goes away must not leave half of the work behind.
        let service = self.clone();
        let work = tokio::spawn(async move { service.complete_checked(attachment).await });
        work.await.map_err(|error| ServiceError::Internal(error.into()))?
    }

    async fn complete_checked(
        &self,
        attachment: repository::attachment::Attachment,
    ) -> ServiceResult<Attachment> {
        let upload_key = attachment.upload_key.clone().ok_or(ErrorKind::UploadExpired)?;
        let size = u64::try_from(attachment.size_bytes).unwrap_or_default();
        match self.objects.info(&upload_key).await {
            Ok(info) if info.size_bytes == size => (),
            Ok(_) | Err(ObjectStoreError::NotFound) => return Err(ErrorKind::UploadIncomplete.into()),
            Err(error) => return Err(error.into()),
        }
        let start = self.objects.read_start(&upload_key, SNIFF_BYTES).await?;
        let sniffed = media::sniff(&start, &attachment.file_name);
        let object_key = format!("files/{}", Uuid::new_v4());
        let stored = match sniffed.kind {
            media::Kind::Image => self.store_image(&upload_key, &object_key, size).await,
            media::Kind::Video => {
                self.store_file(&upload_key, &object_key, AttachmentKind::Video, &sniffed, size)
                    .await
            }
            media::Kind::Audio => {
                self.store_file(&upload_key, &object_key, AttachmentKind::Audio, &sniffed, size)
                    .await
            }
            media::Kind::File => {
                self.store_file(&upload_key, &object_key, AttachmentKind::File, &sniffed, size)
                    .await
            }
        };
        match stored {
            Ok(completed) => self.record(attachment.id, upload_key, completed).await,
            Err(ServiceError::Refused(refusal)) => {
                self.reject(attachment.id, upload_key).await?;
                Err(ServiceError::Refused(refusal))
            }
            Err(error) => Err(error),
        }
    }

    async fn store_image(
        &self,
        upload_key: &str,
        object_key: &str,
        size: u64,
    ) -> ServiceResult<CompletedUpload> {
        let load = async { Ok(self.objects.read(upload_key, size).await?) };
        let prepared = self
            .pool
            .run(load, media::prepare_image)
            .await?
            .map_err(refusal)?;
        let PreparedImage {
            width,
            height,
            thumbhash,
            thumbnail,
            preview,
            original,
            media_type,
        } = prepared;
        let size_bytes = i64::try_from(original.len()).unwrap_or(i64::MAX);
        let webp = EncodedImage::MEDIA_TYPE;
        self.objects
            .write(&original_key(object_key), media_type, original.into())
            .await?;
        self.objects
            .write(&preview_key(object_key), webp, preview.bytes.into())
            .await?;
        self.objects
            .write(&thumbnail_key(object_key), webp, thumbnail.bytes.into())
            .await?;
        Ok(CompletedUpload {
            kind: AttachmentKind::Image,
            media_type: media_type.to_owned(),
            size_bytes,
            size: Some((
                i32::try_from(width).unwrap_or(i32::MAX),
                i32::try_from(height).unwrap_or(i32::MAX),
            )),
            placeholder: Some(STANDARD.encode(thumbhash)),
            object_key: object_key.to_owned(),
        })
    }

    async fn store_file(
        &self,
        upload_key: &str,
        object_key: &str,
        kind: AttachmentKind,
        sniffed: &media::SniffedType,
        size: u64,
    ) -> ServiceResult<CompletedUpload> {
        self.objects.copy(upload_key, &original_key(object_key)).await?;
        Ok(CompletedUpload {
            kind,
            media_type: sniffed.media_type.to_owned(),
            size_bytes: i64::try_from(size).unwrap_or(i64::MAX),
            size: None,
            placeholder: None,
            object_key: object_key.to_owned(),
        })
    }

    async fn record(
        &self,
        id: AttachmentId,
        upload_key: String,
        completed: CompletedUpload,
    ) -> ServiceResult<Attachment> {
        let now = Timestamp::now();
        let attachment = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let keys = match repository::attachment::complete(conn, id, &completed).await? {
                    Some(attachment) => {
                        delete_upload_later(conn, upload_key, now).await?;
                        return Ok(Some(attachment));
                    }
                    // Somebody else completed or removed it meanwhile: what was made here is in nobody's way.
                    None => object_keys(&completed.object_key, completed.kind),
                };
                delete_objects_later(conn, keys, now).await?;
                Ok::<_, ServiceError>(repository::attachment::find(conn, id).await?)
            })
            .await?;
        let attachment = attachment.ok_or(ErrorKind::AttachmentNotFound)?;
        Ok(view::attachment(&attachment))
    }

    async fn reject(&self, id: AttachmentId, upload_key: String) -> ServiceResult<()> {
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                repository::attachment::mark_rejected(conn, id).await?;
                Ok::<_, ServiceError>(delete_upload_later(conn, upload_key, now).await?)
            })
            .await
    }

    /// An attachment that `user` may read: their own, or in a message they may see.
    pub async fn get(&self, user: UserId, id: AttachmentId) -> ServiceResult<Attachment> {
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| access::attachment(conn, user, id).await)
            .await?;
        Ok(view::attachment(&found))
    }

    /// Removes an upload of `user` that is in no message.
    pub async fn delete(&self, user: UserId, id: AttachmentId) -> ServiceResult<()> {
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let found = repository::attachment::lock(conn, &[id]).await?.pop();
                found
                    .filter(|found| found.owner_id == user)
                    .ok_or(ErrorKind::AttachmentNotFound)?;
                if delete_unheld_later(conn, &[id], now).await?.count == 0 {
                    return Err(ErrorKind::AttachmentInUse.into());
                }
                Ok(())
            })
            .await
    }
}

fn parse(request: &CreateAttachmentRequest) -> ServiceResult<(FileName, UploadSize, String)> {
    let size = match UploadSize::parse(request.size_bytes) {
        Ok(size) => Some(size),
        Err(UploadSizeError::TooLarge) => return Err(ErrorKind::FileTooLarge.into()),
        Err(UploadSizeError::Empty) => None,
    };
    let mut fields = Fields::default();
    if size.is_none() {
        fields.add("size_bytes", FieldErrorKind::OutOfRange, UploadSizeError::Empty);
    }
    let file_name = fields.check("file_name", FileName::parse(&request.file_name));
    let media_type = media_type(&request.media_type);
    if media_type.is_none() {
        fields.add(
            "media_type",
            FieldErrorKind::InvalidFormat,
            "is of the form type/subtype",
        );
    }
    match (file_name, size, media_type) {
        (Some(file_name), Some(size), Some(media_type)) => Ok((file_name, size, media_type)),
        _ => Err(fields.into()),
    }
}

/// `type/subtype` without parameters, in lower case; what the client takes the file for until the bytes decide.
fn media_type(raw: &str) -> Option<String> {
    let essence = raw
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence.is_empty() {
        return Some(media::OCTET_STREAM.to_owned());
    }
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    let (kind, subtype) = essence.split_once('/')?;
    (essence.len() <= 127 && is_token(kind) && is_token(subtype)).then_some(essence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_essences() {
        for (raw, expected) in [
            ("image/PNG", Some("image/png")),
            ("text/plain; charset=utf-8", Some("text/plain")),
            ("", Some("application/octet-stream")),
            ("nonsense", None),
            ("a/b/c", None),
            ("text/pl\r\nain", None),
        ] {
            assert_eq!(media_type(raw).as_deref(), expected, "{raw:?}");
        }
    }
}

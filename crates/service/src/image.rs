//! Pictures of people and groups.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use damso_domain::{AttachmentId, AttachmentKind, AttachmentState, ImageId, Timestamp, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::job::Job;
use damso_repository::user::Picture;
use damso_repository::{Connection, Database};

use crate::media::pool::ImagePool;
use crate::media::{AVATAR_SMALL_SIDE, EncodedImage, prepare_avatar};
use crate::ports::{ObjectStore, ObjectStoreError};
use crate::{ServiceError, ServiceResult};

/// Makes and serves pictures of people and groups.
#[derive(Clone)]
pub struct ImageService {
    database: Database,
    objects: Arc<dyn ObjectStore>,
    pool: ImagePool,
}

pub(crate) fn large_key(id: ImageId) -> String {
    format!("images/{id}/large")
}

fn small_key(id: ImageId) -> String {
    format!("images/{id}/small")
}

impl ImageService {
    pub(crate) fn new(database: Database, objects: Arc<dyn ObjectStore>, pool: ImagePool) -> Self {
        Self {
            database,
            objects,
            pool,
        }
    }

    /// Crops an uploaded image of `user` to a square, in two sizes. The upload itself is not kept: unless a
    /// message holds it, it is removed.
    pub(crate) async fn make_from_attachment(
        &self,
        user: UserId,
        id: AttachmentId,
    ) -> ServiceResult<Picture> {
        let attachment = self
            .database
            .run(async move |conn: &mut Connection| repository::attachment::find(conn, id).await)
            .await?
            .filter(|attachment| attachment.owner_id == user)
            .ok_or(ErrorKind::AttachmentNotFound)?;
        if attachment.state != AttachmentState::Ready {
            return Err(ErrorKind::AttachmentNotReady.into());
        }
        let Some(key) = attachment
            .object_key
            .filter(|_| attachment.kind == AttachmentKind::Image)
        else {
            return Err(ErrorKind::ImageUnreadable.into());
        };
        let load = async {
            let limit = damso_domain::UploadSize::MAX_BYTES;
            Ok(self
                .objects
                .read(&crate::object::original_key(&key), limit)
                .await?)
        };
        let prepared = self
            .pool
            .run(load, prepare_avatar)
            .await?
            .map_err(crate::attachment::refusal)?;
        let picture = Picture {
            id: ImageId::new(),
            placeholder: Some(STANDARD.encode(&prepared.thumbhash)),
            side: i32::try_from(prepared.large.width).unwrap_or(Picture::LARGE_SIDE),
        };
        let webp = EncodedImage::MEDIA_TYPE;
        self.objects
            .write(&large_key(picture.id), webp, prepared.large.bytes.into())
            .await?;
        self.objects
            .write(&small_key(picture.id), webp, prepared.small.bytes.into())
            .await?;
        let now = Timestamp::now();
        self.database
            .transaction(async move |conn: &mut Connection| {
                crate::object::delete_unheld_later(conn, &[id], now).await
            })
            .await?;
        Ok(picture)
    }

    /// The bytes of a picture; the small copy up to 128 pixels, the large one beyond. They come from this
    /// server, wherever they lie, so that they stay cacheable.
    pub async fn read(&self, id: ImageId, size: Option<u16>) -> ServiceResult<bytes::Bytes> {
        let is_small = size.is_some_and(|size| u32::from(size) <= AVATAR_SMALL_SIDE);
        let key = if is_small { small_key(id) } else { large_key(id) };
        match self.objects.read(&key, MAX_PICTURE_BYTES).await {
            Ok(bytes) => Ok(bytes),
            Err(ObjectStoreError::NotFound) => Err(ErrorKind::ImageNotFound.into()),
            Err(error) => Err(ServiceError::from(error)),
        }
    }
}

/// No picture that this server encoded comes near.
const MAX_PICTURE_BYTES: u64 = 4 * 1024 * 1024;

/// Removes a picture that was replaced, once the transaction is committed.
pub(crate) async fn delete_later(conn: &mut Connection, id: ImageId, now: Timestamp) -> ServiceResult<()> {
    let job = Job::DeleteObjects {
        keys: vec![large_key(id), small_key(id)],
    };
    Ok(repository::job::insert(conn, &job, now).await?)
}

//! Serving what was uploaded.

use std::sync::Arc;

use damso_domain::{AttachmentId, AttachmentKind, UserId};
use damso_protocol::{ErrorKind, Variant};
use damso_repository::Connection;
use damso_repository::attachment::Attachment;

use crate::media::{self, EncodedImage};
use crate::object::{original_key, preview_key, thumbnail_key};
use crate::ports::{Disposition, ObjectSource, ObjectStore};
use crate::{Context, ServiceResult, access};

/// A thumbnail or preview that this server encoded never has more bytes.
const MAX_VARIANT_BYTES: u64 = 16 * 1024 * 1024;

/// Hands out what became of uploads.
#[derive(Clone)]
pub struct ContentService {
    context: Context,
    objects: Arc<dyn ObjectStore>,
}

/// The content of an attachment, ready to be served.
#[derive(Clone, Debug)]
pub enum Content {
    /// A picture that this server made: small, cacheable for ever.
    Picture {
        /// The whole of it.
        bytes: bytes::Bytes,
        /// Its media type.
        media_type: &'static str,
    },
    /// The original, wherever it lies.
    Original {
        /// Where to read it from.
        source: ObjectSource,
        /// How a browser is to treat it.
        disposition: Disposition,
    },
}

impl ContentService {
    pub(crate) fn new(context: Context, objects: Arc<dyn ObjectStore>) -> Self {
        Self { context, objects }
    }

    /// The bytes of an attachment that `user` may read.
    pub async fn read(&self, user: UserId, id: AttachmentId, variant: Variant) -> ServiceResult<Content> {
        let attachment = self
            .context
            .database
            .run(async move |conn: &mut Connection| access::attachment(conn, user, id).await)
            .await?;
        let key = attachment
            .object_key
            .as_deref()
            .ok_or(ErrorKind::AttachmentNotReady)?;
        let picture_key = match (variant, attachment.kind) {
            (Variant::Original, _) => None,
            (Variant::Thumbnail, AttachmentKind::Image) => Some(thumbnail_key(key)),
            (Variant::Preview, AttachmentKind::Image) => Some(preview_key(key)),
            (Variant::Thumbnail | Variant::Preview, _) => return Err(ErrorKind::AttachmentNotFound.into()),
        };
        if let Some(picture_key) = picture_key {
            let bytes = self.objects.read(&picture_key, MAX_VARIANT_BYTES).await?;
            return Ok(Content::Picture {
                bytes,
                media_type: EncodedImage::MEDIA_TYPE,
            });
        }
        let disposition = disposition(&attachment);
        let source = self.objects.source(&original_key(key), &disposition).await?;
        Ok(Content::Original { source, disposition })
    }
}

/// Only what browsers show without running anything is shown; the rest is a download of nameless bytes.
fn disposition(attachment: &Attachment) -> Disposition {
    let name = percent_encode(&attachment.file_name);
    match attachment.kind {
        AttachmentKind::Image | AttachmentKind::Video | AttachmentKind::Audio => Disposition {
            content_type: attachment.media_type.clone(),
            content_disposition: format!("inline; filename*=UTF-8''{name}"),
        },
        AttachmentKind::File => Disposition {
            content_type: media::OCTET_STREAM.to_owned(),
            content_disposition: format!("attachment; filename*=UTF-8''{name}"),
        },
    }
}

/// The extended notation of RFC 8187 §3.2.1.
pub(crate) fn percent_encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push('%');
                out.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
                out.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_leave_their_header() {
        assert_eq!(
            percent_encode("회 \"1\".pdf\r\n"),
            "%ED%9A%8C%20%221%22.pdf%0D%0A"
        );
    }
}

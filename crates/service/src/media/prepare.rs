//! What an uploaded picture becomes before anyone is served it.

use image::DynamicImage;
use image::metadata::Orientation;

use super::MediaError;
use super::decode::{Decoded, decode};
use super::render::{EncodedImage, Square, crop, encode, shrink, thumbhash};

/// Longest side of the picture shown in a list or a message.
pub const THUMBNAIL_SIDE: u32 = 320;

/// Longest side of the picture shown in the viewer.
pub const PREVIEW_SIDE: u32 = 1600;

/// Side of the avatar shown on a profile.
pub const AVATAR_LARGE_SIDE: u32 = 512;

/// Side of the avatar shown beside a name.
pub const AVATAR_SMALL_SIDE: u32 = 128;

/// A picture ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedImage {
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Blurred placeholder.
    pub thumbhash: Vec<u8>,
    /// At most [`THUMBNAIL_SIDE`] on its longest side.
    pub thumbnail: EncodedImage,
    /// At most [`PREVIEW_SIDE`] on its longest side.
    pub preview: EncodedImage,
    /// The uploaded file without metadata: same pixels, colour profile, orientation and animation.
    pub original: Vec<u8>,
    /// Media type of [`PreparedImage::original`].
    pub media_type: &'static str,
}

/// A picture of a person or a group, in both sizes; smaller sources are not blown up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedAvatar {
    /// At most [`AVATAR_LARGE_SIDE`] pixels square.
    pub large: EncodedImage,
    /// At most [`AVATAR_SMALL_SIDE`] pixels square.
    pub small: EncodedImage,
    /// Blurred placeholder.
    pub thumbhash: Vec<u8>,
}

/// Makes the variants of a picture and removes all metadata but colour profile and orientation.
///
/// Of an animation the variants show the first frame; the original keeps moving.
pub fn prepare_image(bytes: &[u8]) -> Result<PreparedImage, MediaError> {
    let Decoded {
        image,
        orientation,
        icc,
        format,
        original,
    } = decode(bytes)?;
    let (width, height) = upright_size(&image, orientation);
    // Turning happens after shrinking: turning the whole picture would need its memory twice.
    let mut preview = shrink(image, PREVIEW_SIDE)?;
    preview.apply_orientation(orientation);
    let thumbnail = shrink(preview.clone(), THUMBNAIL_SIDE)?;
    Ok(PreparedImage {
        width,
        height,
        thumbhash: thumbhash(&thumbnail)?,
        thumbnail: encode(&thumbnail, icc.as_deref())?,
        preview: encode(&preview, icc.as_deref())?,
        original,
        media_type: format.to_mime_type(),
    })
}

/// Cuts the largest centred square and makes both avatar sizes of it.
pub fn prepare_avatar(bytes: &[u8]) -> Result<PreparedAvatar, MediaError> {
    let Decoded {
        image,
        orientation,
        icc,
        ..
    } = decode(bytes)?;
    let square = Square::centred(&image);
    let mut large = crop(image, square, square.side.min(AVATAR_LARGE_SIDE))?;
    large.apply_orientation(orientation);
    let small = shrink(large.clone(), AVATAR_SMALL_SIDE)?;
    Ok(PreparedAvatar {
        thumbhash: thumbhash(&small)?,
        small: encode(&small, icc.as_deref())?,
        large: encode(&large, icc.as_deref())?,
    })
}

/// Orientations from 5 on lie on their side.
fn upright_size(image: &DynamicImage, orientation: Orientation) -> (u32, u32) {
    if orientation.to_exif() < 5 {
        (image.width(), image.height())
    } else {
        (image.height(), image.width())
    }
}

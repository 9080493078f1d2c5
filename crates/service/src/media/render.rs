//! From pixels to the small pictures that screens show.

use fast_image_resize::{MulDiv, ResizeOptions, Resizer};
use image::DynamicImage;

use super::MediaError;
use super::strip::webp::with_icc;

/// Quality of lossy WebP: the eye sees no difference to the source at these sizes.
const QUALITY: f32 = 82.0;

/// Colour profiles above this size would weigh more than the small pictures that carry them.
const MAX_ICC_BYTES: usize = 16 * 1024;

/// ThumbHash takes pictures up to this side.
const THUMBHASH_SIDE: u32 = 100;

/// A picture made by us: lossy WebP without metadata, upright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedImage {
    /// The file.
    pub bytes: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl EncodedImage {
    /// Media type of [`EncodedImage::bytes`].
    pub const MEDIA_TYPE: &'static str = "image/webp";
}

/// A square cut out of a picture.
#[derive(Clone, Copy)]
pub(super) struct Square {
    left: u32,
    top: u32,
    /// Length of each side.
    pub(super) side: u32,
}

impl Square {
    /// The largest square around the centre.
    pub(super) fn centred(image: &DynamicImage) -> Self {
        let side = image.width().min(image.height());
        Self {
            left: (image.width() - side) / 2,
            top: (image.height() - side) / 2,
            side,
        }
    }
}

/// Makes the picture fit into a square of `max_side`, keeping its shape; a smaller one keeps its size.
pub(super) fn shrink(image: DynamicImage, max_side: u32) -> Result<DynamicImage, MediaError> {
    let longest = image.width().max(image.height());
    if longest <= max_side {
        return Ok(image);
    }
    let width = scale(image.width(), max_side, longest);
    let height = scale(image.height(), max_side, longest);
    resize(image, width, height, ResizeOptions::new())
}

/// Cuts the square out and brings it to `side` pixels.
pub(super) fn crop(image: DynamicImage, square: Square, side: u32) -> Result<DynamicImage, MediaError> {
    let options = ResizeOptions::new().crop(
        f64::from(square.left),
        f64::from(square.top),
        f64::from(square.side),
        f64::from(square.side),
    );
    resize(image, side, side, options)
}

/// `length × numerator ÷ denominator`, rounded, at least one pixel.
fn scale(length: u32, numerator: u32, denominator: u32) -> u32 {
    let scaled =
        (u64::from(length) * u64::from(numerator) + u64::from(denominator) / 2) / u64::from(denominator);
    u32::try_from(scaled).unwrap_or(numerator).max(1)
}

/// Takes the picture, because transparent colours are weighed in place: a weighed copy, which the resizer would
/// make by itself, is as large as the picture.
fn resize(
    mut image: DynamicImage,
    width: u32,
    height: u32,
    options: ResizeOptions,
) -> Result<DynamicImage, MediaError> {
    let mut target = DynamicImage::new(width, height, image.color());
    let (weights, has_alpha) = (MulDiv::new(), image.color().has_alpha());
    if has_alpha {
        weights.multiply_alpha_inplace(&mut image).map_err(unreadable)?;
    }
    Resizer::new()
        .resize(&image, &mut target, &options.use_alpha(false))
        .map_err(unreadable)?;
    drop(image);
    if has_alpha {
        weights.divide_alpha_inplace(&mut target).map_err(unreadable)?;
    }
    Ok(target)
}

/// The resizer refuses what this module never asks for.
fn unreadable(_: impl std::error::Error) -> MediaError {
    MediaError::Unreadable
}

/// Encodes as lossy WebP, keeping transparency, and the colour profile where the pixels still follow it.
pub(super) fn encode(image: &DynamicImage, icc: Option<&[u8]>) -> Result<EncodedImage, MediaError> {
    let (width, height) = (image.width(), image.height());
    let encoded = if image.color().has_alpha() {
        webp::Encoder::from_rgba(&image.to_rgba8(), width, height).encode_simple(false, QUALITY)
    } else {
        webp::Encoder::from_rgb(&image.to_rgb8(), width, height).encode_simple(false, QUALITY)
    };
    let encoded = encoded.map_err(|_| MediaError::Unreadable)?;
    let bytes = match icc.filter(|profile| is_rgb_profile(profile)) {
        Some(profile) => with_icc(&encoded, width, height, profile)?,
        None => encoded.to_vec(),
    };
    Ok(EncodedImage { bytes, width, height })
}

/// Grey and CMYK pictures were turned into RGB by the decoder, so their profiles no longer apply.
fn is_rgb_profile(profile: &[u8]) -> bool {
    profile.len() <= MAX_ICC_BYTES && profile.get(16..20) == Some(b"RGB ")
}

/// The blurred placeholder that is shown while a picture loads, in some 25 bytes.
pub(super) fn thumbhash(image: &DynamicImage) -> Result<Vec<u8>, MediaError> {
    let small = shrink(image.clone(), THUMBHASH_SIDE)?.to_rgba8();
    // Both sides are at most 100 now, which is what the encoder asserts.
    Ok(::thumbhash::rgba_to_thumb_hash(
        small.width() as usize,
        small.height() as usize,
        &small,
    ))
}

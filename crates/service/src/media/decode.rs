//! From bytes to pixels, within fixed bounds.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::MediaError;
use super::memory::Claim;
use super::sniff::picture_format;
use super::strip::{Stripped, strip};

/// The most pixels a picture may have.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The longest side a picture may have.
pub const MAX_SIDE: u32 = 30_000;

/// The most memory that preparing one picture may take, the file itself apart.
///
/// Counted is what is really held at the same time (see `memory`), so it depends on how the picture is stored.
/// Photos as cameras and screens make them come to less than five bytes a pixel and are taken up to
/// [`MAX_PIXELS`]: JPEG in one pass, PNG of eight bits a channel, lossy WebP. What takes more is refused earlier:
/// progressive JPEG beyond 29 to 44 megapixels, depending on how finely colours are stored, GIF beyond 33, animated
/// WebP beyond 22.
/// How many pictures are prepared at once is bounded by [`ImagePool`](super::pool::ImagePool).
pub const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;

/// A decoded picture with what is needed to serve it.
pub(super) struct Decoded {
    /// The first frame as stored, not turned upright yet.
    pub(super) image: DynamicImage,
    /// How to turn the frame upright.
    pub(super) orientation: Orientation,
    /// Colour profile, where the file has one.
    pub(super) icc: Option<Vec<u8>>,
    /// Format of the file.
    pub(super) format: ImageFormat,
    /// The file without its metadata.
    pub(super) original: Vec<u8>,
}

/// Checks the size a file claims, removes its metadata and decodes its first frame.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, MediaError> {
    let format = picture_format(bytes).ok_or(MediaError::NotAnImage)?;
    guarded(|| decode_as(format, bytes))
}

/// The codecs are fuzzed by their authors; should one panic all the same, then this file is refused and nothing
/// else suffers. Nothing that outlives the closure is changed inside it.
fn guarded<T>(work: impl FnOnce() -> Result<T, MediaError>) -> Result<T, MediaError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(MediaError::Unreadable))
}

fn decode_as(format: ImageFormat, bytes: &[u8]) -> Result<Decoded, MediaError> {
    let Claim { width, height, .. } = check_claim(format, bytes)?;
    let Stripped {
        bytes: original,
        orientation,
    } = strip(format, bytes)?;
    // The stripped file is the one that is decoded, so what is served is known to be readable.
    let mut decoder = open(format, &original).map_err(|error| refusal(&error, width, height))?;
    let icc = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error, width, height))?;
    Ok(Decoded {
        image,
        orientation,
        icc,
        format,
        original,
    })
}

/// The most memory that preparing this file takes, by its header alone; refuses what is too large.
pub fn needed_bytes(bytes: &[u8]) -> Result<u64, MediaError> {
    let format = picture_format(bytes).ok_or(MediaError::NotAnImage)?;
    guarded(|| check_claim(format, bytes)?.needed_bytes(bytes))
}

/// Reads the header alone and refuses what would not fit in memory.
fn check_claim(format: ImageFormat, bytes: &[u8]) -> Result<Claim, MediaError> {
    let decoder = open(format, bytes).map_err(|error| refusal(&error, 0, 0))?;
    let (width, height) = decoder.dimensions();
    let claim = Claim {
        format,
        width,
        height,
        color: decoder.color_type(),
    };
    if claim.pixels() == 0 {
        return Err(MediaError::Unreadable);
    }
    if MAX_SIDE < width
        || MAX_SIDE < height
        || MAX_PIXELS < claim.pixels()
        || MAX_DECODED_BYTES < claim.needed_bytes(bytes)?
    {
        return Err(MediaError::TooManyPixels { width, height });
    }
    Ok(claim)
}

fn open(format: ImageFormat, bytes: &[u8]) -> Result<impl ImageDecoder + '_, ImageError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.into_decoder()
}

fn refusal(error: &ImageError, width: u32, height: u32) -> MediaError {
    match error {
        ImageError::Limits(_) => MediaError::TooManyPixels { width, height },
        _ => MediaError::Unreadable,
    }
}

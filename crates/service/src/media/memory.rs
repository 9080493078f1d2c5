//! How much memory a picture takes while it is prepared, told by its header alone.
//!
//! Counted is what is held at the same time: the decoded picture and, whichever is more, what its codec holds
//! beside it or what shrinking it takes. The factors are those of the codecs in use, and a test with a counting
//! allocator (`tests/pictures`) holds them against what is really allocated. Not counted is the file itself, which
//! is held up to three times: as it came, without its metadata, and inside the codec.

use image::{ColorType, ImageFormat};

use super::MediaError;
use super::prepare::PREVIEW_SIDE;
use super::strip::jpeg;

/// A picture as its header describes it.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    pub(super) format: ImageFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: ColorType,
}

impl Claim {
    pub(super) fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The most memory that preparing this picture of this file takes.
    pub(super) fn needed_bytes(self, file: &[u8]) -> Result<u64, MediaError> {
        let beside = self.codec_bytes(file)?.max(self.shrinking_bytes());
        Ok(self.picture_bytes().saturating_add(beside))
    }

    fn picture_bytes(self) -> u64 {
        self.pixels() * self.pixel_bytes()
    }

    fn pixel_bytes(self) -> u64 {
        u64::from(self.color.bytes_per_pixel())
    }

    /// The resizer goes from left to right first, so it holds a picture as wide as the small one and as high as
    /// the large one; the small one comes on top.
    fn shrinking_bytes(self) -> u64 {
        let shorter = u64::from(self.width.min(self.height));
        let side = u64::from(PREVIEW_SIDE);
        side * (shorter + side) * self.pixel_bytes()
    }

    fn codec_bytes(self, file: &[u8]) -> Result<u64, MediaError> {
        let each = match self.format {
            // Progressive ones come in several passes: all coefficients are kept until the last.
            ImageFormat::Jpeg => return Ok(jpeg::frame(file)?.coefficient_bytes()),
            ImageFormat::WebP => webp_pixel_bytes(file, self.color),
            // A frame of four bytes a pixel, when it is not as large as the whole.
            ImageFormat::Gif => 4,
            // Row by row.
            _ => 0,
        };
        Ok(self.pixels() * each)
    }
}

/// What the decoder for WebP holds beside its result, in bytes a pixel.
fn webp_pixel_bytes(file: &[u8], color: ColorType) -> u64 {
    const HAS_ANIMATION: u8 = 0x02;
    const HAS_ALPHA: u8 = 0x10;
    match (file.get(12..16), file.get(20)) {
        // Brightness, and colours at half of the size in each direction.
        (Some(b"VP8 "), _) => 2,
        // A frame and the canvas it is put on.
        (Some(b"VP8X"), Some(flags)) if flags & HAS_ANIMATION != 0 => 8,
        // As the first, then the transparency in five more.
        (Some(b"VP8X"), Some(flags)) if flags & HAS_ALPHA != 0 => 7,
        // All four channels, unless the result has four as well.
        (Some(b"VP8L"), _) if color.has_alpha() => 0,
        // Under an extended header it may be lossless or not.
        (Some(b"VP8L" | b"VP8X"), Some(_)) => 4,
        _ => 8,
    }
}

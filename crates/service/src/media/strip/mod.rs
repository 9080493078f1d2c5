//! Removes metadata from pictures without touching their pixels.
//!
//! Each format keeps an allow-list: what decoding, colour, animation and orientation need. Places,
//! cameras, names, comments, embedded thumbnails, unknown blocks and whatever follows the end go.

mod gif;
pub(super) mod jpeg;
mod png;
pub(super) mod webp;

#[cfg(test)]
pub(super) use png::new_chunk as new_png_chunk;

use image::ImageFormat;
use image::metadata::Orientation;

use super::MediaError;

/// A file without metadata.
#[derive(Debug, PartialEq)]
pub(super) struct Stripped {
    /// The new file.
    pub(super) bytes: Vec<u8>,
    /// What the removed metadata said about the orientation; the new file still says it.
    pub(super) orientation: Orientation,
}

/// Rebuilds the file from the blocks that may stay; `Unreadable` when it is cut off or malformed.
pub(super) fn strip(format: ImageFormat, bytes: &[u8]) -> Result<Stripped, MediaError> {
    match format {
        ImageFormat::Jpeg => jpeg::strip(bytes),
        ImageFormat::Png => png::strip(bytes),
        ImageFormat::WebP => webp::strip(bytes),
        ImageFormat::Gif => gif::strip(bytes),
        _ => Err(MediaError::NotAnImage),
    }
}

/// Reads a file from front to back; running out of bytes means that the file is cut off.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], MediaError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(MediaError::Unreadable)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], MediaError> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(MediaError::Unreadable)?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, MediaError> {
        self.array::<1>().map(|[byte]| byte)
    }
}

/// The length field of a block as a number that can index.
fn length(value: u32) -> Result<usize, MediaError> {
    usize::try_from(value).map_err(|_| MediaError::Unreadable)
}

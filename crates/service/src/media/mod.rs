//! What is done to the bytes people send: telling what they are, and making pictures fit to be served.
//!
//! Pure functions on bytes, without I/O, clock or randomness. They take up to some seconds of CPU and
//! a quarter of a gibibyte, so callers run them on a bounded blocking pool.
//!
//! Invariant: no input makes these functions panic, and nothing is allocated by a size that a file
//! merely claims before that size was checked.

mod decode;
mod exif;
mod memory;
pub mod pool;
mod prepare;
mod render;
mod sniff;
mod strip;
#[cfg(test)]
mod tests;

pub use decode::{MAX_DECODED_BYTES, MAX_PIXELS, MAX_SIDE, needed_bytes};
pub use prepare::{
    AVATAR_LARGE_SIDE, AVATAR_SMALL_SIDE, PREVIEW_SIDE, PreparedAvatar, PreparedImage, THUMBNAIL_SIDE,
    prepare_avatar, prepare_image,
};
pub use render::EncodedImage;
pub use sniff::{Kind, OCTET_STREAM, SNIFF_BYTES, SniffedType, sniff};

/// Why a picture was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The bytes are not one of the picture formats that are decoded here.
    #[error("not a PNG, JPEG, WebP or GIF picture")]
    NotAnImage,
    /// Decoding would take more memory than one picture may have.
    #[error("a picture of {width} × {height} pixels is too large")]
    TooManyPixels {
        /// Width the file claims, in pixels.
        width: u32,
        /// Height the file claims, in pixels.
        height: u32,
    },
    /// The picture is truncated or damaged.
    #[error("the picture is damaged or incomplete")]
    Unreadable,
}

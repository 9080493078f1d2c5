//! Pictures to upload, made on the spot.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A PNG whose left half is red and whose right half is blue.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encode(width, height, ImageFormat::Png)
}

/// The same as a JPEG.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encode(width, height, ImageFormat::Jpeg)
}

fn encode(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([200, 30, 20])
        } else {
            Rgb([20, 40, 200])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .expect("a picture in memory can be encoded");
    bytes.into_inner()
}

/// The first bytes of a PNG that claims to be 30,000 × 30,000: a header and nothing behind it.
pub fn giant_png_header() -> Vec<u8> {
    let mut bytes = png(1, 1);
    // Signature (8), length (4), `IHDR` (4), then width and height, then five bytes, then the checksum.
    bytes[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// CRC-32 as PNG wants it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// How wide and how high a picture is, by decoding it.
#[track_caller]
pub fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).expect("the bytes are a picture");
    (picture.width(), picture.height())
}

//! PNG: a signature and a chain of chunks, each with its length, name and checksum.

use image::metadata::Orientation;

use super::super::exif::{read_orientation, write_orientation};
use super::{MediaError, Reader, Stripped, length};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// Pixels, transparency, colour, density and animation. Everything else is metadata.
const KEPT: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, MediaError> {
    let mut reader = Reader::new(bytes);
    if &reader.array()? != SIGNATURE {
        return Err(MediaError::Unreadable);
    }
    let mut header = Vec::new();
    let mut body = Vec::with_capacity(bytes.len());
    let mut orientation = None;
    loop {
        let chunk = Chunk::read(&mut reader)?;
        match chunk.name {
            b"IHDR" => header = chunk.whole(),
            b"eXIf" => orientation = orientation.or(Some(read_orientation(chunk.data))),
            name if KEPT.contains(&name) => chunk.write(&mut body),
            _ => {}
        }
        if chunk.name == b"IEND" {
            break;
        }
    }
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let exif = write_orientation(orientation)
        .map(|tiff| new_chunk(*b"eXIf", &tiff))
        .unwrap_or_default();
    let bytes = [SIGNATURE.as_slice(), &header, &exif, &body].concat();
    Ok(Stripped { bytes, orientation })
}

struct Chunk<'a> {
    name: &'a [u8; 4],
    data: &'a [u8],
    checksum: [u8; 4],
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, MediaError> {
        let size = length(u32::from_be_bytes(reader.array()?))?;
        let name = reader.take(4)?.first_chunk().ok_or(MediaError::Unreadable)?;
        Ok(Self {
            name,
            data: reader.take(size)?,
            checksum: reader.array()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        // The length was read from four bytes, so it fits into them again.
        let size = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(self.name);
        out.extend_from_slice(self.data);
        out.extend_from_slice(&self.checksum);
    }

    fn whole(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + 12);
        self.write(&mut out);
        out
    }
}

/// A chunk of our own, with its checksum.
pub(in super::super) fn new_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let checksum = crc32(&[&name, data].concat()).to_be_bytes();
    Chunk {
        name: &name,
        data,
        checksum,
    }
    .whole()
}

/// The checksum of PNG (ISO 3309), bit by bit: it only ever sees a few dozen bytes.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
    }
}

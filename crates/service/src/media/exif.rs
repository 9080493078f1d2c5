//! The only piece of Exif that is kept: which way is up.

use image::metadata::Orientation;

/// Introduces Exif inside a JPEG segment; some writers put it into WebP chunks too.
pub(super) const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// Reads the orientation from an Exif block, with or without its JPEG prefix.
///
/// Anything unreadable counts as upright, as browsers see it.
pub(super) fn read_orientation(block: &[u8]) -> Orientation {
    let tiff = block.strip_prefix(EXIF_PREFIX).unwrap_or(block);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// Makes an Exif block (without prefix) that holds the orientation and nothing else.
///
/// `None` when the picture is upright already and needs no Exif at all.
pub(super) fn write_orientation(orientation: Orientation) -> Option<Vec<u8>> {
    if orientation == Orientation::NoTransforms {
        return None;
    }
    let mut tiff = Vec::with_capacity(26);
    tiff.extend_from_slice(b"II*\0");
    tiff.extend_from_slice(&8_u32.to_le_bytes()); // where the only directory starts
    tiff.extend_from_slice(&1_u16.to_le_bytes()); // it has one entry:
    tiff.extend_from_slice(&0x0112_u16.to_le_bytes()); // Orientation,
    tiff.extend_from_slice(&3_u16.to_le_bytes()); // of type SHORT,
    tiff.extend_from_slice(&1_u32.to_le_bytes()); // one value,
    tiff.extend_from_slice(&u32::from(orientation.to_exif()).to_le_bytes()); // padded to four bytes
    tiff.extend_from_slice(&0_u32.to_le_bytes()); // no further directory
    Some(tiff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_orientation_is_read_back() {
        for value in 2..=8 {
            let orientation = Orientation::from_exif(value).unwrap();
            let block = write_orientation(orientation).unwrap();
            assert_eq!(read_orientation(&block), orientation);
            assert_eq!(read_orientation(&[EXIF_PREFIX, &block].concat()), orientation);
        }
    }

    #[test]
    fn upright_needs_no_exif_and_rubbish_is_upright() {
        assert_eq!(write_orientation(Orientation::NoTransforms), None);
        for rubbish in [&b""[..], b"II*\0", b"II*\0\xff\xff\xff\xff", b"Exif\0\0MM"] {
            assert_eq!(read_orientation(rubbish), Orientation::NoTransforms);
        }
    }
}

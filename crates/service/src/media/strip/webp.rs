//! WebP: a RIFF container with chunks, one of which says what the others are.

use image::metadata::Orientation;

use super::super::exif::{read_orientation, write_orientation};
use super::{MediaError, Reader, Stripped, length};

const FLAG_ICC: u8 = 0x20;
const FLAG_ALPHA: u8 = 0x10;
const FLAG_EXIF: u8 = 0x08;
const FLAG_XMP: u8 = 0x04;

/// What an animation frame says before its own chunks: place, size, duration, flags.
const FRAME_HEADER_BYTES: usize = 16;

type Name = [u8; 4];

pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, MediaError> {
    let chunks = read_container(bytes)?;
    let orientation = chunks
        .iter()
        .find(|(name, _)| name == b"EXIF")
        .map_or(Orientation::NoTransforms, |(_, data)| read_orientation(data));
    let has_header = chunks.first().is_some_and(|(name, _)| name == b"VP8X");
    // Without the extended header readers ignore Exif, so there is no orientation to keep either.
    let exif = if has_header {
        write_orientation(orientation)
    } else {
        None
    };
    let orientation = if has_header {
        orientation
    } else {
        Orientation::NoTransforms
    };
    let canvas = canvas_size(&chunks)?;

    let mut body = Vec::with_capacity(bytes.len());
    for (name, data) in &chunks {
        match name {
            b"VP8X" => push_chunk(&mut body, *name, &extended_header(data, exif.is_some())?),
            b"ANMF" => push_chunk(&mut body, *name, &strip_frame(data, canvas)?),
            b"VP8 " | b"VP8L" => {
                check_bitstream_size(*name, data, canvas)?;
                push_chunk(&mut body, *name, data);
            }
            b"ICCP" | b"ANIM" | b"ALPH" => push_chunk(&mut body, *name, data),
            _ => {}
        }
    }
    if let Some(tiff) = exif {
        push_chunk(&mut body, *b"EXIF", &tiff);
    }
    Ok(Stripped {
        bytes: container(&body)?,
        orientation,
    })
}

/// Puts a colour profile into a still picture that has none.
pub(in super::super) fn with_icc(
    webp: &[u8],
    width: u32,
    height: u32,
    profile: &[u8],
) -> Result<Vec<u8>, MediaError> {
    let chunks = read_container(webp)?;
    let has_alpha = chunks.iter().any(|(name, _)| name == b"ALPH");
    let mut header = vec![FLAG_ICC | if has_alpha { FLAG_ALPHA } else { 0 }, 0, 0, 0];
    for side in [width, height] {
        header.extend_from_slice(&side.saturating_sub(1).to_le_bytes()[..3]);
    }
    let mut body = Vec::with_capacity(webp.len() + profile.len() + 32);
    push_chunk(&mut body, *b"VP8X", &header);
    push_chunk(&mut body, *b"ICCP", profile);
    for (name, data) in chunks.iter().filter(|(name, _)| name != b"VP8X") {
        push_chunk(&mut body, *name, data);
    }
    container(&body)
}

/// Checks the outermost size and lists the chunks inside it; what follows the container is not looked at.
fn read_container(bytes: &[u8]) -> Result<Vec<(Name, &[u8])>, MediaError> {
    let mut reader = Reader::new(bytes);
    if &reader.array()? != b"RIFF" {
        return Err(MediaError::Unreadable);
    }
    let size = length(u32::from_le_bytes(reader.array()?))?;
    let mut inner = Reader::new(reader.take(size)?);
    if &inner.array()? != b"WEBP" {
        return Err(MediaError::Unreadable);
    }
    read_chunks(inner)
}

fn read_chunks(mut reader: Reader<'_>) -> Result<Vec<(Name, &[u8])>, MediaError> {
    let mut chunks = Vec::new();
    while !reader.is_empty() {
        let name = reader.array()?;
        let size = length(u32::from_le_bytes(reader.array()?))?;
        chunks.push((name, reader.take(size)?));
        if size % 2 == 1 && !reader.is_empty() {
            reader.byte()?; // chunks start at even offsets
        }
    }
    Ok(chunks)
}

fn push_chunk(out: &mut Vec<u8>, name: Name, data: &[u8]) {
    // Data comes from chunks with four-byte lengths or is shorter than they were.
    let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&name);
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

fn container(body: &[u8]) -> Result<Vec<u8>, MediaError> {
    let size = u32::try_from(body.len() + 4).map_err(|_| MediaError::Unreadable)?;
    Ok([b"RIFF", size.to_le_bytes().as_slice(), b"WEBP", body].concat())
}

/// The extended header with its Exif and XMP flags put right.
fn extended_header(data: &[u8], has_exif: bool) -> Result<[u8; 10], MediaError> {
    let mut header: [u8; 10] = *data.first_chunk().ok_or(MediaError::Unreadable)?;
    header[0] &= !(FLAG_EXIF | FLAG_XMP);
    if has_exif {
        header[0] |= FLAG_EXIF;
    }
    Ok(header)
}

/// Keeps the pixels of an animation frame and drops unknown chunks inside it.
fn strip_frame(data: &[u8], canvas: (u32, u32)) -> Result<Vec<u8>, MediaError> {
    let mut reader = Reader::new(data);
    let header = reader.take(FRAME_HEADER_BYTES)?;
    let size = (read_u24(header, 6)? + 1, read_u24(header, 9)? + 1);
    if canvas.0 < size.0 || canvas.1 < size.1 {
        return Err(MediaError::Unreadable);
    }
    let mut out = header.to_vec();
    for (name, data) in read_chunks(reader)? {
        match &name {
            b"VP8 " | b"VP8L" => {
                check_bitstream_size(name, data, size)?;
                push_chunk(&mut out, name, data);
            }
            b"ALPH" => push_chunk(&mut out, name, data),
            _ => {}
        }
    }
    Ok(out)
}

/// Size of the whole picture: from the extended header, else from the only bitstream.
fn canvas_size(chunks: &[(Name, &[u8])]) -> Result<(u32, u32), MediaError> {
    let (name, data) = chunks.first().ok_or(MediaError::Unreadable)?;
    match name {
        b"VP8X" => Ok((read_u24(data, 4)? + 1, read_u24(data, 7)? + 1)),
        b"VP8 " | b"VP8L" => bitstream_size(*name, data),
        _ => Err(MediaError::Unreadable),
    }
}

/// The bitstream repeats its size, and a decoder allocates by that copy: a small picture outside with a
/// huge one inside would slip past the limits.
fn check_bitstream_size(name: Name, data: &[u8], expected: (u32, u32)) -> Result<(), MediaError> {
    if bitstream_size(name, data)? == expected {
        Ok(())
    } else {
        Err(MediaError::Unreadable)
    }
}

fn bitstream_size(name: Name, data: &[u8]) -> Result<(u32, u32), MediaError> {
    let mut reader = Reader::new(data);
    if &name == b"VP8L" {
        if reader.byte()? != 0x2F {
            return Err(MediaError::Unreadable);
        }
        let bits = u32::from_le_bytes(reader.array()?);
        return Ok(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1));
    }
    reader.take(3)?; // frame tag
    if reader.array()? != [0x9D, 0x01, 0x2A] {
        return Err(MediaError::Unreadable);
    }
    let width = u16::from_le_bytes(reader.array()?) & 0x3FFF;
    let height = u16::from_le_bytes(reader.array()?) & 0x3FFF;
    Ok((u32::from(width), u32::from(height)))
}

fn read_u24(data: &[u8], at: usize) -> Result<u32, MediaError> {
    match data.get(at..at + 3) {
        Some(&[low, middle, high]) => Ok(u32::from_le_bytes([low, middle, high, 0])),
        _ => Err(MediaError::Unreadable),
    }
}

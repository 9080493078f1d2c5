//! GIF: a header, then blocks that are pictures or extensions.

use image::metadata::Orientation;

use super::{MediaError, Reader, Stripped};

const EXTENSION: u8 = 0x21;
const PICTURE: u8 = 0x2C;
const TRAILER: u8 = 0x3B;

const PLAIN_TEXT: u8 = 0x01;
const GRAPHIC_CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;

/// The applications whose only message is how often an animation repeats.
const LOOPING: [&[u8; 11]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, MediaError> {
    let mut reader = Reader::new(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    copy_header(&mut reader, &mut out)?;
    let mut has_picture = false;
    // Delay and transparency belong to the block that follows: they go when that block goes.
    let mut control: Option<Vec<u8>> = None;
    loop {
        match reader.byte()? {
            PICTURE => {
                out.extend_from_slice(&control.take().unwrap_or_default());
                copy_picture(&mut reader, &mut out)?;
                has_picture = true;
            }
            EXTENSION => read_extension(&mut reader, &mut out, &mut control)?,
            TRAILER => break,
            _ => return Err(MediaError::Unreadable),
        }
    }
    if !has_picture {
        return Err(MediaError::Unreadable);
    }
    out.push(TRAILER);
    Ok(Stripped {
        bytes: out,
        orientation: Orientation::NoTransforms,
    })
}

/// Signature, size of the screen and the table of colours.
fn copy_header(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), MediaError> {
    let header = reader.take(13)?;
    if !header.starts_with(b"GIF87a") && !header.starts_with(b"GIF89a") {
        return Err(MediaError::Unreadable);
    }
    out.extend_from_slice(header);
    out.extend_from_slice(reader.take(color_table_bytes(header[10]))?);
    Ok(())
}

fn copy_picture(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), MediaError> {
    let descriptor = reader.take(9)?;
    out.push(PICTURE);
    out.extend_from_slice(descriptor);
    out.extend_from_slice(reader.take(color_table_bytes(descriptor[8]))?);
    out.push(reader.byte()?); // size of the first code
    out.extend_from_slice(take_sub_blocks(reader)?);
    Ok(())
}

fn read_extension(
    reader: &mut Reader<'_>,
    out: &mut Vec<u8>,
    control: &mut Option<Vec<u8>>,
) -> Result<(), MediaError> {
    let label = reader.byte()?;
    let blocks = take_sub_blocks(reader)?;
    match (label, blocks) {
        // Exactly one block of four bytes and the end; longer ones could hide something.
        (GRAPHIC_CONTROL, [4, a, b, c, d, ..]) => {
            *control = Some(vec![EXTENSION, GRAPHIC_CONTROL, 4, *a, *b, *c, *d, 0]);
        }
        (APPLICATION, _) => out.extend_from_slice(&looping(blocks).unwrap_or_default()),
        (PLAIN_TEXT, _) => *control = None,
        // Comments, and what nobody has defined.
        _ => {}
    }
    Ok(())
}

/// The number of repetitions of an animation, written anew.
fn looping(blocks: &[u8]) -> Option<Vec<u8>> {
    let (&[11], rest) = blocks.split_first_chunk()? else {
        return None;
    };
    let (name, rest) = rest.split_first_chunk::<11>()?;
    let [3, 1, low, high, ..] = *rest else {
        return None;
    };
    LOOPING.contains(&name).then(|| {
        [
            &[EXTENSION, APPLICATION, 11],
            name.as_slice(),
            &[3, 1, low, high, 0],
        ]
        .concat()
    })
}

/// A chain of blocks of up to 255 bytes, the empty one at its end included.
fn take_sub_blocks<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], MediaError> {
    let start = reader.bytes;
    loop {
        let size = reader.byte()?;
        if size == 0 {
            return Ok(&start[..start.len() - reader.bytes.len()]);
        }
        reader.take(usize::from(size))?;
    }
}

fn color_table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 0x07) + 1)
    }
}

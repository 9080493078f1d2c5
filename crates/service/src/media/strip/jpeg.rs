//! JPEG: a chain of marker segments with the compressed data in between.

use image::metadata::Orientation;

use super::super::exif::{EXIF_PREFIX, read_orientation, write_orientation};
use super::{MediaError, Reader, Stripped};

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOF2: u8 = 0xC2;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;

const JFIF: &[u8] = b"JFIF\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";

/// How a picture is stored.
pub(in crate::media) struct Frame {
    is_progressive: bool,
    width: u64,
    height: u64,
    /// How many samples each component has, across and down.
    sampling: Vec<(u64, u64)>,
}

impl Frame {
    fn parse(marker: u8, payload: &[u8]) -> Option<Self> {
        let [_, h1, h0, w1, w0, count, components @ ..] = payload else {
            return None;
        };
        let components = components.get(..3 * usize::from(*count))?;
        let sampling: Vec<_> = components
            .chunks_exact(3)
            .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
            .collect();
        Some(Self {
            is_progressive: marker == SOF2,
            width: u64::from(u16::from_be_bytes([*w1, *w0])),
            height: u64::from(u16::from_be_bytes([*h1, *h0])),
            sampling,
        })
    }

    /// What a decoder has to keep until the last pass: two bytes for each sample, in whole blocks.
    pub(in crate::media) fn coefficient_bytes(&self) -> u64 {
        if !self.is_progressive {
            return 0;
        }
        let most = |of: fn(&(u64, u64)) -> u64| self.sampling.iter().map(of).max().unwrap_or(1).max(1);
        let (across, down) = (most(|sampling| sampling.0), most(|sampling| sampling.1));
        let units = self.width.div_ceil(8 * across) * self.height.div_ceil(8 * down);
        let blocks: u64 = self.sampling.iter().map(|(across, down)| across * down).sum();
        units * blocks * 64 * 2
    }
}

/// The frame of a file, from its header alone.
pub(in crate::media) fn frame(bytes: &[u8]) -> Result<Frame, MediaError> {
    let mut reader = Reader::new(bytes);
    loop {
        let marker = next_marker(&mut reader)?;
        if matches!(marker, SOI | 0x01 | 0xD0..=0xD7) {
            continue;
        }
        let payload = take_payload(&mut reader)?;
        if is_frame(marker) {
            return Frame::parse(marker, payload).ok_or(MediaError::Unreadable);
        }
        if marker == SOS {
            return Err(MediaError::Unreadable);
        }
    }
}

/// What the walk through a file found.
struct Walk {
    /// The JFIF header, which has to come first.
    jfif: Vec<u8>,
    /// Everything else that stays, in the order of the file.
    body: Vec<u8>,
    orientation: Option<Orientation>,
    has_frame: bool,
    has_scan: bool,
}

pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, MediaError> {
    let mut reader = Reader::new(bytes);
    if reader.array()? != [0xFF, SOI] {
        return Err(MediaError::Unreadable);
    }
    let mut walk = Walk {
        jfif: Vec::new(),
        body: Vec::with_capacity(bytes.len()),
        orientation: None,
        has_frame: false,
        has_scan: false,
    };
    while walk.next_segment(&mut reader)? {}
    if !walk.has_scan {
        return Err(MediaError::Unreadable);
    }
    let orientation = walk.orientation.unwrap_or(Orientation::NoTransforms);
    let mut out = Vec::with_capacity(walk.body.len() + 64);
    out.extend_from_slice(&[0xFF, SOI]);
    out.extend_from_slice(&walk.jfif);
    if let Some(tiff) = write_orientation(orientation) {
        push_segment(&mut out, APP1, &[EXIF_PREFIX, &tiff].concat());
    }
    out.extend_from_slice(&walk.body);
    out.extend_from_slice(&[0xFF, EOI]);
    Ok(Stripped {
        bytes: out,
        orientation,
    })
}

impl Walk {
    /// Copies or drops one segment; `false` at the end of the picture, behind which nothing is looked at.
    fn next_segment(&mut self, reader: &mut Reader<'_>) -> Result<bool, MediaError> {
        let marker = next_marker(reader)?;
        match marker {
            EOI => return Ok(false),
            // A second picture inside the first is nothing a camera writes at this level.
            SOI => return Err(MediaError::Unreadable),
            // Restart markers and TEM have no payload and no meaning outside a scan.
            0x01 | 0xD0..=0xD7 => return Ok(true),
            _ => {}
        }
        let payload = take_payload(reader)?;
        // A second frame would be a size that nobody has checked.
        if is_frame(marker) && std::mem::replace(&mut self.has_frame, true) {
            return Err(MediaError::Unreadable);
        }
        self.keep(marker, payload);
        if marker == SOS {
            self.has_scan = true;
            self.body.extend_from_slice(take_scan(reader)?);
        }
        Ok(true)
    }

    fn keep(&mut self, marker: u8, payload: &[u8]) {
        match marker {
            APP0 if payload.starts_with(JFIF) => self.keep_jfif(payload),
            APP1 if payload.starts_with(EXIF_PREFIX) => {
                // Readers look at the first block only, so a second one must not overrule it.
                self.orientation.get_or_insert_with(|| read_orientation(payload));
            }
            APP2 if payload.starts_with(ICC) => push_segment(&mut self.body, marker, payload),
            // The Adobe segment says how colours are stored; it is 12 bytes long, the rest is a hiding place.
            APP14 if payload.starts_with(ADOBE) => {
                push_segment(&mut self.body, marker, payload.get(..12).unwrap_or(payload));
            }
            _ if is_needed_for_decoding(marker) => push_segment(&mut self.body, marker, payload),
            _ => {}
        }
    }

    /// Keeps version and pixel density; the thumbnail, which may show what was cropped away, goes.
    fn keep_jfif(&mut self, payload: &[u8]) {
        if let (true, Some(head)) = (self.jfif.is_empty(), payload.get(..12)) {
            push_segment(&mut self.jfif, APP0, &[head, &[0, 0]].concat());
        }
    }
}

fn take_payload<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], MediaError> {
    let length = usize::from(u16::from_be_bytes(reader.array()?));
    reader.take(length.checked_sub(2).ok_or(MediaError::Unreadable)?)
}

/// All of them but the Huffman table, the reserved one and the arithmetic table, which lie between them.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF)
}

/// Frames, tables, restart interval, line count and scans.
fn is_needed_for_decoding(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xC7 | 0xC9..=0xCF | SOS | 0xDB | 0xDC | 0xDD)
}

fn push_segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let Ok(length) = u16::try_from(payload.len() + 2) else {
        return; // Payloads come from segments of this size or are a few bytes long.
    };
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The next marker. Stray bytes before it are skipped, as decoders do, and thereby dropped.
fn next_marker(reader: &mut Reader<'_>) -> Result<u8, MediaError> {
    loop {
        if reader.byte()? != 0xFF {
            continue;
        }
        let mut marker = reader.byte()?;
        while marker == 0xFF {
            marker = reader.byte()?; // fill bytes
        }
        if marker != 0 {
            return Ok(marker);
        }
    }
}

/// The compressed data up to the next marker that is not part of it.
fn take_scan<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], MediaError> {
    let end = reader
        .bytes
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF))
        .ok_or(MediaError::Unreadable)?;
    reader.take(end)
}

//! What a file is, by its bytes. Names and declared types are hints that anyone can forge.

use image::ImageFormat;

/// How many bytes from the start of a file [`sniff`] wants to see; fewer do when the file is shorter.
pub const SNIFF_BYTES: u64 = 8 * 1024;

/// Media type of what is only ever downloaded.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture that [`prepare_image`](super::prepare_image) can read.
    Image,
    /// Played by the browser.
    Video,
    /// Played by the browser, without a picture.
    Audio,
    /// Downloaded.
    File,
}

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SniffedType {
    /// How it is shown.
    pub kind: Kind,
    /// Media type: of an allow-list, [`OCTET_STREAM`] otherwise.
    pub media_type: &'static str,
}

impl SniffedType {
    const fn new(kind: Kind, media_type: &'static str) -> Self {
        Self { kind, media_type }
    }
}

/// Documents and archives that are worth a name and an icon. They are downloads all the same.
const NAMED_FILES: [&str; 14] = [
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/x-7z-compressed",
    "application/vnd.rar",
    "application/x-tar",
    "application/epub+zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
];

/// Decides by the first bytes. SVG, HTML and every other text is a file to download, whatever it is called.
///
/// The name only settles what bytes cannot: whether an MP4 or WebM container has a picture track.
pub fn sniff(start: &[u8], file_name: &str) -> SniffedType {
    if let Some(format) = picture_format(start) {
        return SniffedType::new(Kind::Image, format.to_mime_type());
    }
    mp4_family(start, file_name)
        .or_else(|| webm(start, file_name))
        .or_else(|| audio(start).map(|media_type| SniffedType::new(Kind::Audio, media_type)))
        .unwrap_or_else(|| SniffedType::new(Kind::File, named_file(start)))
}

/// The picture formats that are decoded here.
pub(super) fn picture_format(start: &[u8]) -> Option<ImageFormat> {
    match start {
        [0xFF, 0xD8, 0xFF, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// Containers that begin with an `ftyp` box. HEIF and AVIF do so too and stay files.
fn mp4_family(start: &[u8], file_name: &str) -> Option<SniffedType> {
    let [_, _, _, _, b'f', b't', b'y', b'p', a, b, c, d, ..] = start else {
        return None;
    };
    match &[*a, *b, *c, *d] {
        b"M4A " | b"M4B " => Some(SniffedType::new(Kind::Audio, "audio/mp4")),
        b"qt  " => Some(SniffedType::new(Kind::Video, "video/quicktime")),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"iso7" | b"iso8" | b"iso9" | b"mp41"
        | b"mp42" | b"avc1" | b"dash" | b"M4V " | b"M4VH" | b"M4VP" | b"MSNV" | b"mmp4" | b"f4v "
        | b"XAVC" => Some(if has_extension(file_name, &["m4a", "m4b"]) {
            SniffedType::new(Kind::Audio, "audio/mp4")
        } else {
            SniffedType::new(Kind::Video, "video/mp4")
        }),
        _ => None,
    }
}

/// A Matroska header whose document type is WebM; other Matroska files do not play in browsers.
fn webm(start: &[u8], file_name: &str) -> Option<SniffedType> {
    let head = start.get(..start.len().min(64))?;
    let is_webm = head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3])
        && head
            .windows(7)
            .any(|window| window == [0x42, 0x82, 0x84, b'w', b'e', b'b', b'm']);
    is_webm.then(|| {
        if has_extension(file_name, &["weba"]) {
            SniffedType::new(Kind::Audio, "audio/webm")
        } else {
            SniffedType::new(Kind::Video, "video/webm")
        }
    })
}

fn audio(start: &[u8]) -> Option<&'static str> {
    match start {
        [b'f', b'L', b'a', b'C', ..] => Some("audio/flac"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("audio/wav"),
        [b'O', b'g', b'g', b'S', ..] if is_ogg_audio(start) => Some("audio/ogg"),
        [b'I', b'D', b'3', 2..=4, ..] => Some("audio/mpeg"),
        _ if is_mp3_frames(start) => Some("audio/mpeg"),
        _ => None,
    }
}

/// The first page of an Ogg file begins with the name of its codec.
fn is_ogg_audio(start: &[u8]) -> bool {
    let Some(packet) = start
        .get(26)
        .and_then(|segments| start.get(27 + usize::from(*segments)..))
    else {
        return false;
    };
    [b"OpusHead".as_slice(), b"\x01vorbis", b"Speex   ", b"\x7FFLAC"]
        .iter()
        .any(|codec| packet.starts_with(codec))
}

/// Two MP3 frames in a row: one header alone is only 11 set bits, which other files have by chance.
fn is_mp3_frames(start: &[u8]) -> bool {
    let Some(length) = mp3_frame_bytes(start) else {
        return false;
    };
    start
        .get(length..)
        .is_some_and(|next| mp3_frame_bytes(next).is_some())
}

fn mp3_frame_bytes(header: &[u8]) -> Option<usize> {
    const MPEG1_KBITS: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const MPEG2_KBITS: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [0xFF, second, third, _, ..] = *header else {
        return None;
    };
    let is_layer3 = second & 0xE6 == 0xE2;
    if !is_layer3 {
        return None;
    }
    // Bits 3 and 4: version 1, 2 or 2.5, which halves and quarters the sample rate.
    let (table, samples, divisor) = match (second >> 3) & 0x03 {
        3 => (MPEG1_KBITS, 144, 1),
        2 => (MPEG2_KBITS, 72, 2),
        0 => (MPEG2_KBITS, 72, 4),
        _ => return None,
    };
    let kbits = table.get(usize::from(third >> 4).checked_sub(1)?)?;
    let rate = [44_100, 48_000, 32_000].get(usize::from((third >> 2) & 0x03))? / divisor;
    Some(samples * kbits * 1000 / rate + usize::from((third >> 1) & 1))
}

fn named_file(start: &[u8]) -> &'static str {
    infer::get(start)
        .and_then(|found| NAMED_FILES.into_iter().find(|name| *name == found.mime_type()))
        .unwrap_or(OCTET_STREAM)
}

fn has_extension(file_name: &str, extensions: &[&str]) -> bool {
    let Some((_, extension)) = file_name.rsplit_once('.') else {
        return false;
    };
    extensions
        .iter()
        .any(|wanted| extension.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mp3(second: u8, third: u8) -> Vec<u8> {
        let frame_bytes = mp3_frame_bytes(&[0xFF, second, third, 0]).unwrap();
        let mut frame = vec![0xFF, second, third, 0];
        frame.resize(frame_bytes, 0);
        frame.repeat(2)
    }

    fn ogg(codec: &[u8]) -> Vec<u8> {
        let mut page = b"OggS".to_vec();
        page.resize(26, 0);
        page.extend_from_slice(&[1, 19]);
        page.extend_from_slice(codec);
        page
    }

    #[test]
    fn bytes_decide() {
        let webm = [&[0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84][..], b"webm"].concat();
        let mkv = [&[0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88][..], b"matroska"].concat();
        let cases: Vec<(Vec<u8>, &str, Kind, &str)> = vec![
            (
                b"\x89PNG\r\n\x1a\n....".to_vec(),
                "a.txt",
                Kind::Image,
                "image/png",
            ),
            (vec![0xFF, 0xD8, 0xFF, 0xE0], "a", Kind::Image, "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "a", Kind::Image, "image/webp"),
            (b"GIF89a".to_vec(), "a", Kind::Image, "image/gif"),
            (
                b"\0\0\0\x18ftypmp42\0\0".to_vec(),
                "a.mp4",
                Kind::Video,
                "video/mp4",
            ),
            (
                b"\0\0\0\x18ftypisom\0\0".to_vec(),
                "voice.M4A",
                Kind::Audio,
                "audio/mp4",
            ),
            (
                b"\0\0\0\x18ftypM4A \0\0".to_vec(),
                "a.mp4",
                Kind::Audio,
                "audio/mp4",
            ),
            (
                b"\0\0\0\x14ftypqt  \0\0".to_vec(),
                "a.mov",
                Kind::Video,
                "video/quicktime",
            ),
            (
                b"\0\0\0\x18ftypheic\0\0".to_vec(),
                "a.heic",
                Kind::File,
                OCTET_STREAM,
            ),
            (
                b"\0\0\0\x18ftypavif\0\0".to_vec(),
                "a.avif",
                Kind::File,
                OCTET_STREAM,
            ),
            (webm.clone(), "a.webm", Kind::Video, "video/webm"),
            (webm, "a.weba", Kind::Audio, "audio/webm"),
            (mkv, "a.webm", Kind::File, OCTET_STREAM),
            (b"ID3\x04\0\0\0\0\0\0".to_vec(), "a", Kind::Audio, "audio/mpeg"),
            (mp3(0xFB, 0x90), "a", Kind::Audio, "audio/mpeg"),
            (mp3(0xF3, 0x42), "a", Kind::Audio, "audio/mpeg"),
            (ogg(b"OpusHead"), "a", Kind::Audio, "audio/ogg"),
            (ogg(b"\x80theora"), "a.ogg", Kind::File, OCTET_STREAM),
            (b"RIFF\x10\0\0\0WAVEfmt ".to_vec(), "a", Kind::Audio, "audio/wav"),
            (b"fLaC\0\0\0\x22".to_vec(), "a", Kind::Audio, "audio/flac"),
            (b"%PDF-1.7".to_vec(), "a.pdf", Kind::File, "application/pdf"),
            (
                b"PK\x03\x04\x14\0".to_vec(),
                "a.zip",
                Kind::File,
                "application/zip",
            ),
        ];
        for (bytes, name, kind, media_type) in cases {
            assert_eq!(
                sniff(&bytes, name),
                SniffedType { kind, media_type },
                "{name} {bytes:?}"
            );
        }
    }

    #[test]
    fn text_is_a_download_whatever_it_is_called() {
        let texts: [&[u8]; 8] = [
            b"",
            b"hello",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"#!/bin/sh\n",
            b"\xFF\xFEh\0e\0l\0l\0o\0", // UTF-16 begins like an MPEG frame
            b"\xFF\xFBnot two frames",
        ];
        for text in texts {
            for name in ["a.png", "a.svg", "a.html", "a.mp3", ""] {
                assert_eq!(
                    sniff(text, name),
                    SniffedType::new(Kind::File, OCTET_STREAM),
                    "{name} {text:?}"
                );
            }
        }
    }
}

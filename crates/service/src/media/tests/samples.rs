//! Pictures and files made for the tests.

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::metadata::Orientation;
use image::{
    Delay, DynamicImage, Frame, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Rgb, RgbImage, Rgba,
};

use crate::media::strip::new_png_chunk;

/// What must not survive.
pub const SECRET: &[u8] = b"37.5665N 126.9780E";

/// Colours of the quarters: top left, top right, bottom left, bottom right.
pub const QUARTER_COLORS: [Rgba<u8>; 4] = [
    Rgba([220, 30, 30, 255]),
    Rgba([30, 200, 30, 255]),
    Rgba([30, 30, 220, 255]),
    Rgba([230, 230, 230, 255]),
];

pub fn quarters(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        let index = usize::from(width / 2 <= x) + 2 * usize::from(height / 2 <= y);
        let [red, green, blue, _] = QUARTER_COLORS[index].0;
        Rgb([red, green, blue])
    })
    .into()
}

pub fn stripes(width: u32, height: u32) -> DynamicImage {
    let longest = width.max(height);
    RgbImage::from_fn(width, height, |x, y| {
        let along = if height < width { x } else { y };
        if (longest / 3..longest - longest / 3).contains(&along) {
            Rgb([0, 200, 0])
        } else {
            Rgb([200, 0, 0])
        }
    })
    .into()
}

/// A picture that does not compress, so that its data is longer than its headers.
pub fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_le_bytes();
        Rgb([red, green, blue])
    })
    .into()
}

pub fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    match format {
        // The encoder only does lossless; lossy is what cameras and other services send.
        ImageFormat::WebP => {
            let rgb = picture.to_rgb8();
            return webp::Encoder::from_rgb(&rgb, rgb.width(), rgb.height())
                .encode(90.0)
                .to_vec();
        }
        _ => picture.write_to(&mut out, format).unwrap(),
    }
    out.into_inner()
}

/// Enough of a profile for decoders to pass it on: 128 bytes of header that say RGB, and no tags.
pub fn icc_profile() -> Vec<u8> {
    let mut profile = vec![0; 132];
    profile[3] = 132;
    profile[8] = 4;
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    profile
}

pub fn encode_with_icc(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Vec::new();
    let profile = icc_profile();
    let (width, height, color) = (picture.width(), picture.height(), picture.color().into());
    match format {
        ImageFormat::Jpeg => {
            let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut out);
            encoder.set_icc_profile(profile).unwrap();
            encoder
                .write_image(picture.as_bytes(), width, height, color)
                .unwrap();
        }
        ImageFormat::Png => {
            let mut encoder = image::codecs::png::PngEncoder::new(&mut out);
            encoder.set_icc_profile(profile).unwrap();
            encoder
                .write_image(picture.as_bytes(), width, height, color)
                .unwrap();
        }
        _ => {
            let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut out);
            encoder.set_icc_profile(profile).unwrap();
            encoder
                .write_image(picture.as_bytes(), width, height, color)
                .unwrap();
        }
    }
    out
}

/// An Exif block as a camera writes it: big-endian, with the place beside the orientation.
pub fn exif_with_gps(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend_from_slice(&[
        0x01,
        0x0E,
        0,
        2,
        0,
        0,
        0,
        u8::try_from(SECRET.len()).unwrap(),
        0,
        0,
        0,
        38,
    ]);
    tiff.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(SECRET);
    tiff
}

fn jpeg_segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], payload].concat()
}

fn riff_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let padding: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [&name, &length[..], data, padding].concat()
}

fn riff(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", &length[..], b"WEBP", body].concat()
}

fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let sides = [&(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    riff_chunk(*b"VP8X", &[&[flags, 0, 0, 0], &sides[..]].concat())
}

/// The chunks of a WebP file under an extended header, which is added where it is missing.
fn extended_webp(file: &[u8], flags: u8) -> Vec<u8> {
    if &file[12..16] == b"VP8X" {
        let mut body = file[12..].to_vec();
        body[8] |= flags;
        return body;
    }
    let size = image::load_from_memory(file).unwrap();
    [vp8x(flags, size.width(), size.height()), file[12..].to_vec()].concat()
}

pub fn with_exif(format: ImageFormat, file: &[u8], exif: &[u8]) -> Vec<u8> {
    match format {
        ImageFormat::Jpeg => {
            let segment = jpeg_segment(0xE1, &[b"Exif\0\0", exif].concat());
            [&file[..2], &segment, &file[2..]].concat()
        }
        ImageFormat::Png => [&file[..33], &new_png_chunk(*b"eXIf", exif), &file[33..]].concat(),
        ImageFormat::WebP => riff(&[extended_webp(file, 0x08), riff_chunk(*b"EXIF", exif)].concat()),
        _ => file.to_vec(),
    }
}

/// The same picture with a place in every kind of metadata its format knows.
pub fn with_secrets(format: ImageFormat, file: &[u8]) -> Vec<u8> {
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat();
    match format {
        ImageFormat::Jpeg => {
            let extra = [
                jpeg_segment(0xE1, &xmp),
                jpeg_segment(0xED, &[b"Photoshop 3.0\0", SECRET].concat()),
                jpeg_segment(0xE2, &[b"MPF\0", SECRET].concat()),
                jpeg_segment(0xEB, SECRET),
                jpeg_segment(0xFE, SECRET),
            ];
            let file = [&file[..2], &extra.concat(), &file[2..]].concat();
            with_exif(format, &file, &exif_with_gps(1))
        }
        ImageFormat::Png => {
            let chunks = [
                (*b"tEXt", [b"Comment\0", SECRET].concat()),
                (*b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", SECRET].concat()),
                (*b"tIME", vec![7, 234, 11, 23, 12, 0, 0]),
                (*b"prVt", SECRET.to_vec()),
            ];
            let extra = chunks.map(|(name, data)| new_png_chunk(name, &data)).concat();
            let file = [&file[..33], &extra, &file[33..]].concat();
            with_exif(format, &file, &exif_with_gps(1))
        }
        ImageFormat::WebP => {
            let body = [
                extended_webp(file, 0x0C),
                riff_chunk(*b"EXIF", &exif_with_gps(1)),
                riff_chunk(*b"XMP ", &xmp),
                riff_chunk(*b"prVt", SECRET),
            ];
            riff(&body.concat())
        }
        _ => {
            let block = [&[u8::try_from(SECRET.len()).unwrap()], SECRET, &[0]].concat();
            let extra = [
                [&[0x21, 0xFE], &block[..]].concat(),
                [&[0x21, 0xFF, 11], &b"XMP DataXMP"[..], &block].concat(),
                [&[0x21, 0x01, 12], &[0; 12][..], &block].concat(),
            ];
            let table = 3 << ((file[10] & 7) + 1);
            let at = 13 + if file[10] & 0x80 == 0 { 0 } else { table };
            [&file[..at], &extra.concat(), &file[at..]].concat()
        }
    }
}

/// Replaces the JFIF header by one with a thumbnail that spells the secret.
pub fn with_jfif_thumbnail(file: &[u8]) -> Vec<u8> {
    let length = usize::from(u16::from_be_bytes([file[4], file[5]]));
    let thumbnail = [b"JFIF\0\x01\x02\0\0\x01\0\x01\x06\x01", SECRET].concat();
    [&file[..2], &jpeg_segment(0xE0, &thumbnail), &file[4 + length..]].concat()
}

pub fn stated_orientation(file: &[u8]) -> u8 {
    reader(file)
        .orientation()
        .unwrap_or(Orientation::NoTransforms)
        .to_exif()
}

pub fn stated_icc(file: &[u8]) -> Option<Vec<u8>> {
    reader(file).icc_profile().unwrap()
}

fn reader(file: &[u8]) -> impl ImageDecoder + '_ {
    ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap()
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

pub fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n",
        &new_png_chunk(*b"IHDR", &header)[..],
        &new_png_chunk(*b"IDAT", &[0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]),
        &new_png_chunk(*b"IEND", &[]),
    ]
    .concat()
}

pub fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut file = encode(&quarters(16, 16), ImageFormat::Jpeg);
    let at = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    file[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    file[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    file
}

pub fn gif_header(width: u16, height: u16) -> Vec<u8> {
    let mut file = encode(&quarters(16, 16), ImageFormat::Gif);
    file[6..8].copy_from_slice(&width.to_le_bytes());
    file[8..10].copy_from_slice(&height.to_le_bytes());
    file
}

pub fn webp_header(width: u32, height: u32) -> Vec<u8> {
    let file = encode(&quarters(16, 16), ImageFormat::WebP);
    riff(&[vp8x(0, width, height), file[12..].to_vec()].concat())
}

/// Outside 10 × 10, inside 16,383 × 16,383.
pub fn webp_bomb() -> Vec<u8> {
    let mut file = encode(&quarters(16, 16), ImageFormat::WebP);
    let at = file
        .windows(3)
        .position(|window| window == [0x9D, 0x01, 0x2A])
        .unwrap();
    file[at + 3..at + 7].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    riff(&[vp8x(0, 10, 10), file[12..].to_vec()].concat())
}

pub fn animated_gif() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for shade in [0, 100, 200] {
        let mut picture = quarters(40, 30).to_rgba8();
        picture.put_pixel(20, 15, Rgba([shade, shade, 0, 255]));
        let delay = Delay::from_numer_denom_ms(50 + u32::from(shade), 1);
        encoder
            .encode_frame(Frame::from_parts(picture, 0, 0, delay))
            .unwrap();
    }
    drop(encoder);
    out
}

pub fn animated_webp() -> Vec<u8> {
    let still = encode(&quarters(40, 30), ImageFormat::WebP);
    let mut header = [0; 16];
    header[6] = 39;
    header[9] = 29;
    header[12] = 100;
    let frame = riff_chunk(
        *b"ANMF",
        &[&header[..], &still[12..], &riff_chunk(*b"prVt", SECRET)].concat(),
    );
    riff(&[vp8x(0x02, 40, 30), riff_chunk(*b"ANIM", &[0; 6]), frame.repeat(3)].concat())
}

pub fn animated_png() -> Vec<u8> {
    let still = encode(&quarters(40, 30), ImageFormat::Png);
    let control = [
        &0_u32.to_be_bytes()[..],
        &40_u32.to_be_bytes(),
        &30_u32.to_be_bytes(),
        &[0; 8],
        &[0, 1, 0, 10, 0, 0],
    ];
    let extra = [
        new_png_chunk(*b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]),
        new_png_chunk(*b"fcTL", &control.concat()),
    ];
    [&still[..33], &extra.concat(), &still[33..]].concat()
}

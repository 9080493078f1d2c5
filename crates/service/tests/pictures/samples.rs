//! Pictures of one colour, which are quickly made and small as files, however large they are.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

pub fn plain(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_pixel(width, height, Rgba([200, 30, 20, 77])).into()
}

pub fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

pub fn lossy_webp(picture: &DynamicImage) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    match picture {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height).encode(80.0),
        _ => webp::Encoder::from_rgb(&picture.to_rgb8(), width, height).encode(80.0),
    }
    .to_vec()
}

/// An animation of one frame.
pub fn animated_webp(still: &[u8], picture: &DynamicImage, has_alpha: bool) -> Vec<u8> {
    let side = |length: u32| (length - 1).to_le_bytes()[..3].to_vec();
    let sides = [side(picture.width()), side(picture.height())].concat();
    let flags = if has_alpha { 0x12 } else { 0x02 };
    let body = if &still[12..16] == b"VP8X" {
        &still[30..]
    } else {
        &still[12..]
    };
    let chunks = [
        riff_chunk(*b"VP8X", &[&[flags, 0, 0, 0][..], &sides].concat()),
        riff_chunk(*b"ANIM", &[0; 6]),
        riff_chunk(*b"ANMF", &[&[0; 6][..], &sides, &[100, 0, 0, 0], body].concat()),
    ];
    riff_chunk(*b"RIFF", &[b"WEBP", &chunks.concat()[..]].concat())
}

fn riff_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let padding: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [&name, &length[..], data, padding].concat()
}

/// A GIF whose frame is a little smaller than the whole.
pub fn gif_with_a_border(picture: &DynamicImage) -> Vec<u8> {
    let mut file = encode(picture, ImageFormat::Gif);
    for (at, length) in [(6, picture.width()), (8, picture.height())] {
        let whole = u16::try_from(length + 1).unwrap();
        file[at..at + 2].copy_from_slice(&whole.to_le_bytes());
    }
    file
}

/// How a JPEG is stored.
#[derive(Clone, Copy)]
pub struct Jpeg {
    pub width: u16,
    pub height: u16,
    pub is_progressive: bool,
    /// How finely each component is stored, across and down: 0x11 for each is as finely as can be.
    pub sampling: &'static [u8],
}

impl Jpeg {
    /// As cameras make it.
    pub const PHOTO: Self = Self {
        width: 2_000,
        height: 1_000,
        is_progressive: false,
        sampling: &[0x22, 0x11, 0x11],
    };

    /// Up to where the data begins.
    pub fn header(self) -> Vec<u8> {
        let count = u8::try_from(self.sampling.len()).unwrap();
        let mut frame = vec![8];
        frame.extend(self.height.to_be_bytes());
        frame.extend(self.width.to_be_bytes());
        frame.push(count);
        let mut scan = vec![count];
        for (number, sampling) in (1..).zip(self.sampling) {
            frame.extend([number, *sampling, 0]);
            scan.extend([number, 0]);
        }
        // A progressive one begins with a scan of the first coefficient alone.
        scan.extend([0, if self.is_progressive { 0 } else { 63 }, 0]);
        // Each table has one code, of one bit: nothing differs from the block before, and nothing follows.
        let table = |class: u8| [&[class, 1][..], &[0; 16]].concat();
        [
            vec![0xFF, 0xD8],
            segment(0xDB, &[&[0][..], &[1; 64]].concat()),
            segment(if self.is_progressive { 0xC2 } else { 0xC0 }, &frame),
            segment(0xC4, &table(0x00)),
            segment(0xC4, &table(0x10)),
            segment(0xDA, &scan),
        ]
        .concat()
    }

    /// Grey all over.
    pub fn file(self) -> Vec<u8> {
        let most = |of: fn(&u8) -> u8| usize::from(self.sampling.iter().map(of).max().unwrap());
        let (across, down) = (most(|sampling| sampling >> 4), most(|sampling| sampling & 15));
        let units =
            usize::from(self.width).div_ceil(8 * across) * usize::from(self.height).div_ceil(8 * down);
        let blocks: usize = self
            .sampling
            .iter()
            .map(|sampling| usize::from(sampling >> 4) * usize::from(sampling & 15))
            .sum();
        let bits = units * blocks * if self.is_progressive { 1 } else { 2 };
        let mut file = self.header();
        file.resize(file.len() + bits.div_ceil(8), 0);
        file.extend([0xFF, 0xD9]);
        file
    }
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], payload].concat()
}

/// A PNG that ends where its data would begin. `color` is as in the file: 2 for RGB, 6 with transparency.
pub fn png_header(width: u32, height: u32, bits: u8, color: u8) -> Vec<u8> {
    let header = [
        &b"IHDR"[..],
        &width.to_be_bytes(),
        &height.to_be_bytes(),
        &[bits, color, 0, 0, 0],
    ]
    .concat();
    let checksum = crc32(&header).to_be_bytes();
    let data = [&b"\0\0\0\0IDAT"[..], &crc32(b"IDAT").to_be_bytes()].concat();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &header, &checksum, &data].concat()
}

/// CRC-32 as PNG wants it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

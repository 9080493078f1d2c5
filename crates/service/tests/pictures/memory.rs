//! What is counted from the header is what is really held.

use damso_service::media::{needed_bytes, prepare_avatar, prepare_image};
use image::{DynamicImage, ImageFormat};

use crate::counting::peak_of;
use crate::samples::{Jpeg, animated_webp, encode, gif_with_a_border, lossy_webp, plain};

/// The results, and what else does not grow with the picture.
const SMALL: usize = 1024 * 1024;

fn check(name: &str, file: &[u8], work: impl FnOnce(&[u8])) {
    let needed = usize::try_from(needed_bytes(file).unwrap()).unwrap();
    let ((), peak) = peak_of(|| work(file));
    // Beside the file that was handed in there is one without metadata, and the codec's own.
    let allowed = needed + 2 * file.len() + SMALL;
    assert!(
        peak <= allowed,
        "{name}: {peak} bytes were held, {allowed} are allowed"
    );
    // And not far less, or pictures would be refused for nothing.
    assert!(
        needed / 2 < peak,
        "{name}: {peak} bytes were held, {needed} were counted"
    );
}

fn avatar(file: &[u8]) {
    prepare_avatar(file).unwrap();
}

fn image(file: &[u8]) {
    prepare_image(file).unwrap();
}

#[test]
fn decoding_holds_no_more_than_is_counted() {
    let progressive = Jpeg {
        is_progressive: true,
        ..Jpeg::PHOTO
    };
    for (name, jpeg) in [
        ("progressive", progressive),
        (
            "progressive, colours as fine as grey",
            Jpeg {
                sampling: &[0x11, 0x11, 0x11],
                ..progressive
            },
        ),
        (
            "progressive, colours half as fine",
            Jpeg {
                sampling: &[0x21, 0x11, 0x11],
                ..progressive
            },
        ),
        (
            "progressive, of four colours",
            Jpeg {
                sampling: &[0x11; 4],
                ..progressive
            },
        ),
        (
            "progressive, grey",
            Jpeg {
                sampling: &[0x11],
                ..progressive
            },
        ),
    ] {
        check(name, &jpeg.file(), avatar);
    }
    let (clear, opaque) = (
        plain(1_500, 1_000),
        DynamicImage::from(plain(1_500, 1_000).to_rgb8()),
    );
    for (name, file) in [
        ("lossy WebP with transparency", lossy_webp(&clear)),
        ("lossless WebP", encode(&opaque, ImageFormat::WebP)),
        ("moving WebP", animated_webp(&lossy_webp(&opaque), &opaque, false)),
        (
            "moving WebP with transparency",
            animated_webp(&lossy_webp(&clear), &clear, true),
        ),
        (
            "moving lossless WebP",
            animated_webp(&encode(&clear, ImageFormat::WebP), &clear, true),
        ),
        ("GIF", gif_with_a_border(&opaque)),
    ] {
        check(name, &file, avatar);
    }
}

#[test]
fn shrinking_holds_no_more_than_is_counted() {
    let clear = plain(2_000, 1_000);
    let (opaque, deep) = (clear.to_rgb8().into(), clear.to_rgb16().into());
    check("JPEG", &Jpeg::PHOTO.file(), image);
    check("lossy WebP", &lossy_webp(&opaque), image);
    check("PNG of 16 bits", &encode(&deep, ImageFormat::Png), image);
    check("PNG with transparency", &encode(&clear, ImageFormat::Png), image);
}

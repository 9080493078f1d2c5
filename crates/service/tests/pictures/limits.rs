//! Up to fifty megapixels, as long as the memory suffices.

use damso_service::media::{MAX_DECODED_BYTES, MediaError, needed_bytes, prepare_image};

use crate::counting::peak_of;
use crate::samples::{Jpeg, png_header};

#[test]
fn a_photo_of_fifty_megapixels_is_taken_within_the_budget() {
    let photo = Jpeg {
        width: 8_160,
        height: 6_120,
        ..Jpeg::PHOTO
    };
    let file = photo.file();
    let (prepared, peak) = peak_of(|| prepare_image(&file).unwrap());
    assert_eq!((prepared.width, prepared.height), (8_160, 6_120));
    assert_eq!((prepared.preview.width, prepared.preview.height), (1_600, 1_200));
    assert!(peak as u64 <= MAX_DECODED_BYTES, "{peak} bytes were held");
}

#[test]
fn the_limit_is_fifty_megapixels_for_pictures_as_people_have_them() {
    for (name, file, expected) in [
        ("RGB", png_header(10_000, 5_000, 8, 2), true),
        ("RGB, one row more", png_header(10_000, 5_001, 8, 2), false),
        ("RGB, as wide as can be", png_header(30_000, 1_666, 8, 2), true),
        ("RGB, one column too wide", png_header(30_001, 1, 8, 2), false),
        ("RGBA", png_header(10_000, 5_000, 8, 6), true),
        ("grey of 16 bits", png_header(10_000, 5_000, 16, 0), true),
        ("RGB of 16 bits", png_header(10_000, 5_000, 16, 2), false),
        ("RGB of 16 bits, smaller", png_header(7_500, 4_500, 16, 2), true),
        ("RGBA of 16 bits", png_header(10_000, 3_000, 16, 6), false),
        ("RGBA of 16 bits, smaller", png_header(7_000, 3_500, 16, 6), true),
    ] {
        assert_taken(name, &file, expected);
    }
}

#[test]
fn progressive_pictures_are_counted_with_what_their_passes_keep() {
    let jpeg = |width, height, is_progressive, sampling| Jpeg {
        width,
        height,
        is_progressive,
        sampling,
    };
    for (name, jpeg, expected) in [
        (
            "in one pass",
            jpeg(10_000, 5_000, false, &[0x11, 0x11, 0x11]),
            true,
        ),
        (
            "in one pass, too many",
            jpeg(10_000, 5_001, false, &[0x11, 0x11, 0x11]),
            false,
        ),
        (
            "fine colours",
            jpeg(7_000, 4_200, true, &[0x11, 0x11, 0x11]),
            true,
        ),
        (
            "fine colours, too many",
            jpeg(7_000, 4_300, true, &[0x11, 0x11, 0x11]),
            false,
        ),
        (
            "usual colours",
            jpeg(8_000, 5_500, true, &[0x22, 0x11, 0x11]),
            true,
        ),
        (
            "usual colours, too many",
            jpeg(8_000, 5_700, true, &[0x22, 0x11, 0x11]),
            false,
        ),
        ("grey", jpeg(10_000, 5_000, true, &[0x11]), true),
    ] {
        assert_taken(name, &jpeg.header(), expected);
    }
}

/// By its header alone: what is refused has not been decoded, and what is taken would be.
#[track_caller]
fn assert_taken(name: &str, file: &[u8], expected: bool) {
    match (needed_bytes(file), expected) {
        (Ok(needed), true) => assert!(needed <= MAX_DECODED_BYTES, "{name}: {needed}"),
        (Err(MediaError::TooManyPixels { .. }), false) => {
            let (refused, peak) = peak_of(|| prepare_image(file));
            assert!(
                matches!(refused, Err(MediaError::TooManyPixels { .. })),
                "{name}: {refused:?}"
            );
            assert!(peak < 1024 * 1024, "{name}: {peak} bytes were held to refuse it");
        }
        (outcome, _) => panic!("{name}: {outcome:?}"),
    }
}

/// The second frame of a file would be a size that nobody has checked.
#[test]
fn a_second_frame_is_refused() {
    let (small, large) = (
        Jpeg {
            width: 64,
            height: 64,
            ..Jpeg::PHOTO
        },
        Jpeg {
            width: 65_000,
            height: 65_000,
            is_progressive: true,
            ..Jpeg::PHOTO
        },
    );
    let (file, other) = (small.file(), large.header());
    let frame_of = |file: &[u8], marker| {
        let at = file.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
        at..at + 19
    };
    let at = frame_of(&file, 0xC0).end;
    let second = &other[frame_of(&other, 0xC2)];
    let both = [&file[..at], second, &file[at..]].concat();
    assert_eq!(prepare_image(&both), Err(MediaError::Unreadable));
    assert!(prepare_image(&file).is_ok());
}

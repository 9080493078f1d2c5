//! Pictures in all four formats, made on the spot, through the whole intake.

mod samples;

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{AnimationDecoder, DynamicImage, GenericImageView, ImageFormat, Rgba};
use proptest::prelude::*;

use super::*;
use samples::*;

const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

fn decode(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

/// Whether two colours are the same but for the losses of compression.
fn is_near(left: Rgba<u8>, right: Rgba<u8>) -> bool {
    left.0
        .iter()
        .zip(right.0)
        .all(|(left, right)| left.abs_diff(right) < 40)
}

fn corners(image: &DynamicImage) -> [Rgba<u8>; 4] {
    let (right, bottom) = (image.width() - 3, image.height() - 3);
    [(2, 2), (right, 2), (2, bottom), (right, bottom)].map(|(x, y)| image.get_pixel(x, y))
}

#[test]
fn every_format_gets_its_variants() {
    for format in FORMATS {
        let prepared = prepare_image(&encode(&quarters(2000, 1000), format)).unwrap();
        assert_eq!((prepared.width, prepared.height), (2000, 1000), "{format:?}");
        assert_eq!((prepared.preview.width, prepared.preview.height), (1600, 800));
        assert_eq!((prepared.thumbnail.width, prepared.thumbnail.height), (320, 160));
        assert_eq!(prepared.media_type, format.to_mime_type());
        assert!((5..40).contains(&prepared.thumbhash.len()));
        for variant in [&prepared.preview, &prepared.thumbnail] {
            let picture = decode(&variant.bytes);
            assert_eq!(
                (picture.width(), picture.height()),
                (variant.width, variant.height)
            );
            for (seen, expected) in corners(&picture).into_iter().zip(QUARTER_COLORS) {
                assert!(
                    is_near(seen, expected),
                    "{format:?}: {seen:?} is not {expected:?}"
                );
            }
        }
    }
}

#[test]
fn extreme_shapes_are_prepared() {
    for (width, height) in [(1, 1), (2, 1), (3000, 1), (1, 3000), (1601, 1600)] {
        let prepared = prepare_image(&encode(&quarters(width, height), ImageFormat::Png)).unwrap();
        assert_eq!((prepared.width, prepared.height), (width, height));
        assert!(1 <= prepared.thumbnail.width && 1 <= prepared.thumbnail.height);
        assert!(!prepared.thumbhash.is_empty());
    }
}

/// Where the stored corners (top left, top right, bottom left, bottom right) are seen, by Exif value.
const SEEN: [[usize; 4]; 8] = [
    [0, 1, 2, 3],
    [1, 0, 3, 2],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [0, 2, 1, 3],
    [2, 0, 3, 1],
    [3, 1, 2, 0],
    [1, 3, 0, 2],
];

#[test]
fn all_orientations_come_out_upright() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for (index, seen) in SEEN.into_iter().enumerate() {
            let orientation = u8::try_from(index + 1).unwrap();
            let file = with_exif(
                format,
                &encode(&quarters(96, 64), format),
                &exif_with_gps(orientation),
            );
            let prepared = prepare_image(&file).unwrap();

            let upright = if orientation < 5 { (96, 64) } else { (64, 96) };
            assert_eq!(
                (prepared.width, prepared.height),
                upright,
                "{format:?} {orientation}"
            );
            let picture = decode(&prepared.preview.bytes);
            assert_eq!((picture.width(), picture.height()), upright);
            for (color, corner) in corners(&picture).into_iter().zip(seen) {
                assert!(
                    is_near(color, QUARTER_COLORS[corner]),
                    "{format:?} {orientation}: {color:?}"
                );
            }
            let large = decode(&prepare_avatar(&file).unwrap().large.bytes);
            assert!(
                is_near(corners(&large)[0], QUARTER_COLORS[seen[0]]),
                "avatar {format:?} {orientation}"
            );
            // The original keeps its pixels as they are and says the same orientation as before.
            assert_eq!(stated_orientation(&prepared.original), orientation, "{format:?}");
        }
    }
}

#[test]
fn metadata_goes_and_pixels_stay() {
    for format in FORMATS {
        let clean = encode(&quarters(120, 80), format);
        let file = with_secrets(format, &clean);
        assert!(contains(&file, SECRET), "{format:?}");
        let prepared = prepare_image(&file).unwrap();
        assert!(!contains(&prepared.original, SECRET), "{format:?}");
        assert!(prepared.original.len() < clean.len() + 100);
        assert_eq!(decode(&prepared.original), decode(&file), "{format:?}");
        assert!(!contains(&prepared.preview.bytes, SECRET) && !contains(&prepared.thumbnail.bytes, SECRET));
    }
}

#[test]
fn stripping_twice_changes_nothing_more() {
    for format in FORMATS {
        let once = prepare_image(&with_secrets(format, &encode(&quarters(60, 40), format))).unwrap();
        assert_eq!(
            prepare_image(&once.original).unwrap().original,
            once.original,
            "{format:?}"
        );
    }
}

#[test]
fn colour_profile_survives_in_original_and_variants() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let file = encode_with_icc(&quarters(60, 40), format);
        let prepared = prepare_image(&file).unwrap();
        for bytes in [
            &prepared.original,
            &prepared.preview.bytes,
            &prepared.thumbnail.bytes,
        ] {
            assert_eq!(
                stated_icc(bytes).as_deref(),
                Some(&icc_profile()[..]),
                "{format:?}"
            );
        }
    }
}

#[test]
fn transparency_survives_in_variants() {
    let mut picture = quarters(700, 400).to_rgba8();
    picture
        .pixels_mut()
        .take(700 * 200)
        .for_each(|pixel| pixel.0[3] = 0);
    let file = encode_with_icc(&DynamicImage::ImageRgba8(picture), ImageFormat::Png);
    let prepared = prepare_image(&file).unwrap();
    for variant in [&prepared.preview, &prepared.thumbnail] {
        let seen = decode(&variant.bytes);
        assert_eq!(seen.get_pixel(5, 5).0[3], 0);
        assert_eq!(seen.get_pixel(5, seen.height() - 5).0[3], 255);
    }
}

#[test]
fn sixteen_bit_and_grey_pictures_are_prepared() {
    let source = quarters(400, 300);
    let pictures = [
        DynamicImage::ImageRgb16(source.to_rgb16()),
        DynamicImage::ImageRgba16(source.to_rgba16()),
        DynamicImage::ImageLuma8(source.to_luma8()),
        DynamicImage::ImageLumaA16(source.to_luma_alpha16()),
    ];
    for picture in pictures {
        let prepared = prepare_image(&encode(&picture, ImageFormat::Png)).unwrap();
        let seen = decode(&prepared.thumbnail.bytes);
        let expected = DynamicImage::ImageRgba8(picture.to_rgba8());
        assert!(
            is_near(corners(&seen)[0], corners(&expected)[0]),
            "{:?}",
            picture.color()
        );
    }
}

#[test]
fn claimed_sizes_are_refused_before_anything_is_allocated() {
    let huge = [
        png_header(30_000, 30_000),
        png_header(30_001, 1),
        png_header(8_000, 6_500),
        png_header(u32::MAX >> 1, u32::MAX >> 1),
        jpeg_header(65_500, 65_500),
        gif_header(65_535, 65_535),
        webp_header(16_384, 16_384),
    ];
    for (index, file) in huge.iter().enumerate() {
        let start = Instant::now();
        let error = prepare_image(file).unwrap_err();
        assert!(
            matches!(error, MediaError::TooManyPixels { .. }),
            "{index}: {error:?}"
        );
        assert!(start.elapsed() < Duration::from_millis(500), "{index}");
        assert_eq!(prepare_avatar(file).unwrap_err(), error);
    }
    assert_eq!(
        prepare_image(&png_header(30_000, 30_000)),
        Err(MediaError::TooManyPixels {
            width: 30_000,
            height: 30_000
        })
    );
}

#[test]
fn webp_with_a_huge_picture_inside_a_small_one_is_refused() {
    assert_eq!(prepare_image(&webp_bomb()), Err(MediaError::Unreadable));
}

#[test]
fn truncated_pictures_are_refused() {
    for format in FORMATS {
        let file = encode(&noise(90, 70), format);
        for part in 1..20 {
            let cut = &file[..file.len() * part / 20];
            assert_eq!(
                prepare_image(cut),
                Err(MediaError::Unreadable),
                "{format:?} {part}"
            );
        }
        assert_eq!(
            prepare_image(&file[..file.len() - 1]),
            Err(MediaError::Unreadable),
            "{format:?}"
        );
    }
}

#[test]
fn what_is_no_picture_is_refused_and_sniffed_as_a_file() {
    let others: [&[u8]; 5] = [
        b"",
        b"just text",
        b"<svg/>",
        b"BM\x46\0\0\0",
        b"\0\0\0\x18ftypavif",
    ];
    for bytes in others {
        assert_eq!(prepare_image(bytes), Err(MediaError::NotAnImage));
        assert_eq!(prepare_avatar(bytes), Err(MediaError::NotAnImage));
        assert_eq!(sniff(bytes, "holiday.png").kind, Kind::File);
    }
    assert_eq!(prepare_image(b"GIF89a"), Err(MediaError::Unreadable));
}

#[test]
fn what_follows_the_picture_goes() {
    for format in FORMATS {
        let clean = encode(&quarters(60, 40), format);
        let polyglot = [&clean[..], b"PK\x03\x04", SECRET, b"PK\x05\x06"].concat();
        let prepared = prepare_image(&polyglot).unwrap();
        assert!(!contains(&prepared.original, b"PK\x03\x04"), "{format:?}");
        assert_eq!(decode(&prepared.original), decode(&clean));
    }
}

#[test]
fn embedded_jpeg_thumbnail_goes() {
    let clean = encode(&quarters(60, 40), ImageFormat::Jpeg);
    let file = with_jfif_thumbnail(&clean);
    let original = prepare_image(&file).unwrap().original;
    assert!(!contains(&original, SECRET));
    assert!(contains(&original, b"JFIF\0"));
}

#[test]
fn animations_keep_moving() {
    let gif = animated_gif();
    let prepared = prepare_image(&with_secrets(ImageFormat::Gif, &gif)).unwrap();
    let frames = |bytes: &[u8]| {
        let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(bytes.to_vec())).unwrap();
        decoder
            .into_frames()
            .map(|frame| frame.unwrap())
            .collect::<Vec<_>>()
    };
    let (before, after) = (frames(&gif), frames(&prepared.original));
    assert_eq!(after.len(), 3);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.buffer(), after.buffer());
        assert_eq!(before.delay(), after.delay());
    }
    assert!(contains(&prepared.original, b"NETSCAPE2.0"));

    let webp = animated_webp();
    let prepared = prepare_image(&with_secrets(ImageFormat::WebP, &webp)).unwrap();
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(&prepared.original)).unwrap();
    assert!(decoder.has_animation());
    assert_eq!(decoder.into_frames().count(), 3);
    assert!(!contains(&prepared.original, SECRET));

    let apng = animated_png();
    let prepared = prepare_image(&with_secrets(ImageFormat::Png, &apng)).unwrap();
    assert_eq!(prepared.original, apng);
}

#[test]
fn avatars_are_centred_squares() {
    for (width, height, large, small) in [(1000, 600, 512, 128), (300, 200, 200, 128), (40, 90, 40, 40)] {
        let avatar = prepare_avatar(&encode(&stripes(width, height), ImageFormat::Png)).unwrap();
        for (picture, side) in [(&avatar.large, large), (&avatar.small, small)] {
            assert_eq!((picture.width, picture.height), (side, side));
            let seen = decode(&picture.bytes);
            // The outer thirds of the longer side are red, and the square lies within the green middle.
            assert!(is_near(
                seen.get_pixel(side / 2, side / 2),
                Rgba([0, 200, 0, 255])
            ));
        }
        assert!(!avatar.thumbhash.is_empty());
    }
}

fn fuzz_samples() -> Vec<Vec<u8>> {
    let mut samples: Vec<_> = FORMATS
        .into_iter()
        .map(|format| with_secrets(format, &encode(&noise(24, 18), format)))
        .collect();
    samples.extend([animated_gif(), animated_webp(), animated_png(), webp_bomb()]);
    samples
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the bytes are, the answer is a picture or a refusal.
    #[test]
    fn no_input_panics(
        sample in 0_usize..8,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut file = fuzz_samples().swap_remove(sample);
        for (at, value) in edits {
            let at = at.index(file.len());
            file[at] = value;
        }
        if is_cut {
            file.truncate(cut.index(file.len()));
        }
        let _ = sniff(&file, "a.bin");
        let _ = prepare_avatar(&file);
        if let Ok(prepared) = prepare_image(&file) {
            prop_assert!(prepare_image(&prepared.original).is_ok());
        }
    }

    #[test]
    fn no_bytes_upset_the_sniffer(bytes in prop::collection::vec(any::<u8>(), 0..200), name in ".{0,12}") {
        let _ = sniff(&bytes, &name);
        let _ = prepare_image(&bytes);
    }
}

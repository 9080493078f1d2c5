//! What random input begins with.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

const ID: &str = "018f0000-0000-7000-8000-000000000001";

pub(crate) fn frames() -> Vec<Vec<u8>> {
    let deep = "[".repeat(8_000);
    let texts = [
        r#"{"type":"authenticate","data":{"access_token":"a.b.c"}}"#.to_owned(),
        format!(r#"{{"type":"watch","data":{{"conversation_ids":["{ID}"]}}}}"#),
        format!(r#"{{"type":"typing","data":{{"conversation_id":"{ID}"}}}}"#),
        r#"{"type":"ping","data":{}}"#.to_owned(),
        format!(
            r#"{{"type":"message_deleted","data":{{"conversation_id":"{ID}","seq":1,"rev":2,"author_id":"{ID}","deleted_at":"2026-11-22T00:00:00.000Z"}}}}"#
        ),
        format!(
            r#"{{"type":"reads_moved","data":{{"conversation_id":"{ID}","reads":[{{"user_id":"{ID}","read_seq":null}}]}}}}"#
        ),
        format!(
            r#"{{"type":"presence_changed","data":{{"items":[{{"user_id":"{ID}","status":"online","text":"점심","last_seen_at":null}}]}}}}"#
        ),
        format!(r#"{{"type":"ping","data":{deep}}}"#),
        r#"{"type":"\ud800","data":{"a":1e999,"b":-0,"c":18446744073709551616}}"#.to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}

pub(crate) fn texts() -> Vec<Vec<u8>> {
    let texts = [
        "여섯 시에 봐요",
        // Hangul in pieces, which becomes whole.
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}",
        "e\u{301}\u{302}\u{303}",
        "👩‍👩‍👧‍👦 🇰🇷 ❤️ 👍🏽",
        "\u{202e}evil\u{2066}\u{200b}\u{feff}",
        "a\r\nb\u{0}c\u{7f}\u{85}d",
        "../../etc/passwd\0.jpg",
        "minji.kim_1",
        "minji@example.org\r\nBcc: all@example.org",
        "\u{fdfa}\u{fdfa}\u{fdfa}",
        // What stood between them went after they had been put together.
        "l\u{7f}\u{301} e\u{202e}\u{301}",
    ];
    let mut all: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).to_vec();
    all.push("가".repeat(4_001).into_bytes());
    all.push(vec![0xff, 0xfe, 0xed, 0xa0, 0x80]);
    all
}

pub(crate) fn markup() -> Vec<Vec<u8>> {
    let texts = [
        "**굵게** *기울여* _이것_ ~~취소~~ ||가림|| `코드`",
        "***둘* 하나** **a ~~b** c~~ \\* \\\\",
        "> 물음\n> ||답||\n- 하나\n- 둘\n1. 셋\n끝",
        "앞\n```rust\nlet x = 1;\n```\n```한 줄```\n``` ```\n```",
        "**https://damso.example/a_(b))**, http://[::1]||",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

pub(crate) fn cursors() -> Vec<Vec<u8>> {
    let positions = [
        format!("\"{ID}\""),
        "1".to_owned(),
        "-9223372036854775808".to_owned(),
        format!(r#"[true,"2026-11-22T00:00:00.000Z","{ID}"]"#),
        "[[[[[[[[".to_owned(),
    ];
    positions
        .map(|position| URL_SAFE_NO_PAD.encode(position).into_bytes())
        .to_vec()
}

pub(crate) fn images() -> Vec<Vec<u8>> {
    let picture = RgbaImage::from_fn(24, 16, |x, y| {
        Rgba([channel(x), channel(y), channel(x * y), channel(255 - x)])
    });
    let picture = DynamicImage::ImageRgba8(picture);
    let encode = |format: ImageFormat| {
        let mut bytes = Cursor::new(Vec::new());
        let picture = if format == ImageFormat::Jpeg {
            DynamicImage::ImageRgb8(picture.to_rgb8())
        } else {
            picture.clone()
        };
        picture
            .write_to(&mut bytes, format)
            .expect("a picture in memory can be encoded");
        bytes.into_inner()
    };
    let mut all = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ]
    .map(encode)
    .to_vec();
    let jpeg = all[1].clone();
    all.push(with_exif(&jpeg));
    all
}

fn channel(value: u32) -> u8 {
    u8::try_from(value % 256).unwrap_or(0)
}

/// A JPEG whose first segment says, in the words of EXIF, that it lies on its side.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    const EXIF: &[u8] = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let length = u16::try_from(EXIF.len() + 2).unwrap_or(u16::MAX);
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), EXIF, &jpeg[2..]].concat()
}

//! What files are called in an archive that is unpacked on any machine.

use damso_domain::AttachmentId;

/// The most bytes of what people have called a file; some systems take no more than 255 in all.
const MAX_BYTES: usize = 120;

/// What a browser opens as a page that may do something, on the machine of whoever unpacked it.
const ACTIVE: [&str; 9] = [
    "html", "htm", "xhtml", "xht", "shtml", "svg", "xml", "mht", "mhtml",
];

/// Where a file is in the archive. The id makes it unique; what people have called it is only its end, and holds nothing
/// but letters, digits, `-`, `_` and dots between them. What a browser would run is given an ending that it shows.
pub(super) fn media_path(id: AttachmentId, name: &str) -> String {
    let plain = plain(name);
    let is_active = plain
        .rsplit_once('.')
        .is_some_and(|(_, end)| ACTIVE.contains(&end.to_ascii_lowercase().as_str()));
    let end = if is_active { ".txt" } else { "" };
    if plain.is_empty() {
        format!("media/{id}")
    } else {
        format!("media/{id}-{plain}{end}")
    }
}

fn plain(name: &str) -> String {
    let kept = |c: char| {
        if c.is_alphanumeric() || matches!(c, '-' | '.') {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(kept).collect();
    let trimmed = name.trim_matches(|c| matches!(c, '.' | '_'));
    let mut plain = String::new();
    for part in trimmed.split('.').filter(|part| !part.is_empty()) {
        if !plain.is_empty() {
            plain.push('.');
        }
        plain.push_str(part);
    }
    shorten(&plain).to_owned()
}

/// The end says what a file is, so that the beginning goes.
fn shorten(name: &str) -> &str {
    let mut from = name.len().saturating_sub(MAX_BYTES);
    while !name.is_char_boundary(from) {
        from += 1;
    }
    name[from..].trim_matches(|c| matches!(c, '.' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        let id = AttachmentId::new();
        let long = format!("{}.pdf", "산".repeat(200));
        for (name, expected) in [
            ("plan.pdf", "-plan.pdf"),
            ("회의록 최종 (1).hwp", "-회의록_최종__1_.hwp"),
            ("../../etc/passwd", "-etc_passwd"),
            ("..\\..\\a.exe", "-a.exe"),
            ("/absolute", "-absolute"),
            ("C:\\a", "-C__a"),
            ("a..b", "-a.b"),
            ("...", ""),
            ("", ""),
            ("a\0b\r\n.txt", "-a_b__.txt"),
            ("\u{202e}gpj.exe", "-gpj.exe"),
            ("x.html", "-x.html.txt"),
            ("x.SVG", "-x.SVG.txt"),
            ("nul", "-nul"),
            ("a. ", "-a"),
        ] {
            assert_eq!(media_path(id, name), format!("media/{id}{expected}"), "{name:?}");
        }
        let short = media_path(id, &long);
        assert!(short.len() < 180 && short.ends_with("산.pdf"), "{short}");
    }
}

//! What somebody has typed, so that it can stand in a letter.

use std::net::IpAddr;

/// Beyond this it is cut: names are shorter.
const MAX_CHARS: usize = 60;
/// What follows is laid out on its own, whatever its direction (FIRST STRONG ISOLATE).
pub(super) const ISOLATE: char = '\u{2068}';
/// Until here (POP DIRECTIONAL ISOLATE).
pub(super) const END_OF_ISOLATE: char = '\u{2069}';
/// Where a line may break, and where mail programs do not read on when they look for addresses to make links of.
const BREAK: char = '\u{200b}';

/// One line without tricks, isolated from the text around it: it can neither turn the direction of what follows, nor
/// look like a line of ours, nor be made a link of by a mail program.
pub(super) fn typed(raw: &str) -> String {
    let visible: String = raw
        .chars()
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .filter(|&c| !is_trick(c))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut written = String::from(ISOLATE);
    for (index, c) in line.chars().enumerate() {
        if index == MAX_CHARS {
            written.push('…');
            break;
        }
        written.push(c);
        if matches!(c, '.' | ':' | '/' | '@' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}') {
            written.push(BREAK);
        }
    }
    written.push(END_OF_ISOLATE);
    written
}

/// An IP address as it is, so that it can be copied; anything else as [`typed`].
pub(super) fn address(raw: &str) -> String {
    if raw.parse::<IpAddr>().is_ok() {
        raw.to_owned()
    } else {
        typed(raw)
    }
}

/// Marks of direction, and spaces that are not seen. The joiners stay: emojis and some languages are written with
/// them.
const fn is_trick(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_tricks_and_nothing_else() {
        for (raw, expected) in [
            ("민지", "민지"),
            ("Ada\r\nBcc: eve", "Ada Bcc:\u{200b} eve"),
            ("a\u{2028}b\u{85}c\td\0e", "a b c d e"),
            ("\u{202e}evil\u{2069}\u{2066}", "evil"),
            ("\u{2069}\u{2069}out", "out"),
            (
                "https://evil.example/x",
                "https:\u{200b}/\u{200b}/\u{200b}evil.\u{200b}example/\u{200b}x",
            ),
            ("eve@evil.example", "eve@\u{200b}evil.\u{200b}example"),
            ("👩\u{200d}👧", "👩\u{200d}👧"),
            ("<b>\"&'", "<b>\"&'"),
            ("", ""),
        ] {
            assert_eq!(typed(raw), format!("\u{2068}{expected}\u{2069}"), "{raw:?}");
        }
        assert_eq!(typed(&"가".repeat(200)).chars().count(), 2 + 60 + 1);
    }

    #[test]
    fn addresses_can_be_copied() {
        assert_eq!(address("203.0.113.7"), "203.0.113.7");
        assert_eq!(address("2001:db8::7"), "2001:db8::7");
        assert_eq!(address("evil.example"), "\u{2068}evil.\u{200b}example\u{2069}");
    }
}

//! What people have typed, so that it cannot speak to the operator's terminal.

use std::fmt::Write as _;
use std::io;

use serde_json::ser::{CharEscape, Formatter};

/// Whether a character does something to a terminal instead of standing there: it controls it, turns the writing
/// direction, breaks the line, or cannot be seen.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            // All but the joiners, of which emoji and words are made.
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text on one line, with `\n`, `\u{1b}` and the like in place of what acts.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => plain.push_str("\\\\"),
            '\n' => plain.push_str("\\n"),
            '\r' => plain.push_str("\\r"),
            '\t' => plain.push_str("\\t"),
            c if acts(c) => {
                // Writing into a string does not fail.
                let _ = write!(plain, "{}", c.escape_unicode());
            }
            c => plain.push(c),
        }
    }
    plain
}

/// Compact JSON in which whatever acts is escaped, so that it can be read by people as well; it means the same.
pub(super) struct SafeJson;

impl Formatter for SafeJson {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| acts(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str =
        "a\u{1b}]0;pwned\u{7}\u{9b}31m\u{202e}\u{2066}\r\n\t\\\u{7f}\u{e0041}\u{feff}\"김민지 👨‍👩‍👧❤️";

    #[test]
    fn what_acts_is_spelled_out() {
        assert_eq!(
            plain(NASTY),
            "a\\u{1b}]0;pwned\\u{7}\\u{9b}31m\\u{202e}\\u{2066}\\r\\n\\t\\\\\\u{7f}\\u{e0041}\\u{feff}\"김민지 👨‍👩‍👧❤️"
        );
    }

    #[test]
    fn escaped_json_means_the_same() {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, SafeJson);
        serde::Serialize::serialize(NASTY, &mut serializer).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.chars().any(acts), "{text}");
        assert!(text.contains("김민지"));
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), NASTY);
    }
}

//! What people write, made safe to store and to compare.

use std::borrow::Cow;

use serde::Serialize;

use crate::markup::plain;

/// Normal form C, line breaks as `\n`, and no control characters but line break and tab.
pub(crate) fn clean(raw: &str) -> String {
    clean_without(raw, |_| false)
}

/// The same, also without what `goes`. It goes first: what stands on both sides of it may become one character.
pub(crate) fn clean_without(raw: &str, goes: impl Fn(char) -> bool) -> String {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    let kept: String = text.chars().filter(|&c| !is_control(c) && !goes(c)).collect();
    nfc(&kept).into_owned()
}

/// The characters that turn the writing direction of what follows.
pub(crate) const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(feature = "normalize")]
fn nfc(text: &str) -> Cow<'_, str> {
    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// A browser hands over text that its own engine has normalised.
#[cfg(not(feature = "normalize"))]
fn nfc(text: &str) -> Cow<'_, str> {
    text.into()
}

/// Whether a character leaves no mark on the screen: white space, format characters, fillers.
///
/// A name made of these alone would look like no name at all.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text of a message: normalised, trimmed, not empty, at most [`MessageText::MAX_CHARS`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MessageText(String);

/// Why a text cannot be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageTextError {
    /// Nothing is left after trimming.
    #[error("a message needs text or an attachment")]
    Empty,
    /// More than [`MessageText::MAX_CHARS`] characters.
    #[error("a message holds at most 4000 characters; this one has {chars}")]
    TooLong {
        /// How many it has.
        chars: usize,
    },
}

impl MessageText {
    /// Counted in Unicode scalar values after trimming.
    pub const MAX_CHARS: usize = 4_000;

    /// Normalises and trims.
    pub fn parse(raw: &str) -> Result<Self, MessageTextError> {
        let text = clean(raw);
        let text = text.trim();
        if text.chars().all(is_invisible) {
            return Err(MessageTextError::Empty);
        }
        match text.chars().count() {
            chars if Self::MAX_CHARS < chars => Err(MessageTextError::TooLong { chars }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What somebody has begun to write: normalised, as they left it, spaces included, at most [`DraftText::MAX_CHARS`]
/// characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftText(String);

/// A text has more than [`DraftText::MAX_CHARS`] characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is begun holds at most 4000 characters")]
pub struct DraftTooLong;

impl DraftText {
    /// As many as a message; what would be trimmed off that counts too.
    pub const MAX_CHARS: usize = MessageText::MAX_CHARS;

    /// Normalises.
    pub fn parse(raw: &str) -> Result<Self, DraftTooLong> {
        let text = clean(raw);
        if Self::MAX_CHARS < text.chars().count() {
            return Err(DraftTooLong);
        }
        Ok(Self(text))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it shows nothing.
    pub fn is_blank(&self) -> bool {
        self.0.chars().all(is_invisible)
    }
}

/// What is quoted of a message's text: its beginning, without marks and with spoilers covered, in one line, at most
/// [`EXCERPT_CHARS`] characters.
pub fn excerpt(text: &str) -> String {
    let text = plain(text);
    let mut excerpt = String::new();
    let mut words = text.split_whitespace();
    if let Some(first) = words.next() {
        excerpt.push_str(first);
    }
    for word in words {
        // Counting is enough of a bound: a byte more or less does no harm.
        if EXCERPT_CHARS * 4 < excerpt.len() {
            break;
        }
        excerpt.push(' ');
        excerpt.push_str(word);
    }
    match excerpt.char_indices().nth(EXCERPT_CHARS) {
        None => excerpt,
        Some(_) => {
            let end = excerpt
                .char_indices()
                .nth(EXCERPT_CHARS - 1)
                .map_or(0, |(at, _)| at);
            excerpt.truncate(end);
            excerpt.push('…');
            excerpt
        }
    }
}

/// The most characters of an excerpt.
pub const EXCERPT_CHARS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_begun_stays_as_it_was_left() {
        let text = |raw: &str| DraftText::parse(raw).unwrap();
        assert_eq!(text(" 여섯 시에 \r\n").as_str(), " 여섯 시에 \n");
        assert_eq!(text("\u{1112}\u{1161}\0").as_str(), "하");
        for (raw, is_blank) in [("", true), (" \n\u{3164}", true), (" a", false)] {
            assert_eq!(text(raw).is_blank(), is_blank, "{raw:?}");
        }
        let full = "가".repeat(DraftText::MAX_CHARS);
        assert_eq!(text(&full).as_str(), full);
        assert_eq!(DraftText::parse(&format!("{full} ")), Err(DraftTooLong));
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("여섯 시에\n\n  볼까?"), "여섯 시에 볼까?");
        assert_eq!(excerpt(""), "");
        assert_eq!(excerpt("**중요**: ||범인은 집사||\n> `x`"), "중요: ▒▒▒ x");
        let long = "가".repeat(EXCERPT_CHARS);
        assert_eq!(excerpt(&long), long);
        let cut = excerpt(&format!("{long}나"));
        assert_eq!((cut.chars().count(), cut.ends_with("가…")), (EXCERPT_CHARS, true));
        assert_eq!(excerpt(&"나 ".repeat(4_000)).chars().count(), EXCERPT_CHARS);
    }

    #[test]
    fn a_message_is_trimmed_and_bounded() {
        assert_eq!(
            MessageText::parse("  안녕\r\n하세요 \n").unwrap().as_str(),
            "안녕\n하세요"
        );
        assert_eq!(
            MessageText::parse(" \n\u{200b}\u{3164}"),
            Err(MessageTextError::Empty)
        );
        assert!(MessageText::parse(&"가".repeat(4_000)).is_ok());
        assert_eq!(
            MessageText::parse(&"가".repeat(4_001)),
            Err(MessageTextError::TooLong { chars: 4_001 })
        );
    }

    #[test]
    fn control_characters_go_and_joiners_stay() {
        assert_eq!(
            MessageText::parse("a\u{0}\u{1b}[31mb\tc").unwrap().as_str(),
            "a[31mb\tc"
        );
        assert_eq!(MessageText::parse("👨‍👩‍👧").unwrap().as_str(), "👨‍👩‍👧");
    }

    #[cfg(feature = "normalize")]
    #[test]
    fn what_goes_leaves_nothing_in_pieces() {
        assert_eq!(MessageText::parse("e\u{7f}\u{301}").unwrap().as_str(), "é");
        let name = crate::DisplayName::parse("l\u{202e}\u{301}").unwrap();
        assert_eq!(name.as_str(), "ĺ");
        let file = crate::FileName::parse("..  a\u{200e}\u{301}.png").unwrap();
        assert_eq!(file.as_str(), "á.png");
    }

    #[cfg(feature = "normalize")]
    #[test]
    fn decomposed_hangul_is_composed() {
        assert_eq!(
            MessageText::parse("\u{1112}\u{1161}\u{11ab}").unwrap().as_str(),
            "한"
        );
    }
}

//! A text as it is compared: without differences that nobody sees or means.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

use crate::hangul::{FINALS, LEADING, VOWELS};
use crate::text::is_invisible;

/// A character that is compared, and where it comes from in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    pub c: char,
    /// In UTF-16 units.
    pub start: usize,
    pub end: usize,
}

/// NFKC in lower case. A conjoining jamo that is no part of a syllable becomes the compatibility jamo it looks like;
/// compatibility jamo stay apart, although NFKC would make 큐 of ㅋㅠ. White space is a space, and what leaves no mark
/// on the screen is left out.
pub(super) fn fold(text: &str) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len() / 2);
    let mut chars = text.chars().peekable();
    let (mut piece, mut start) = (String::new(), 0);
    while let Some(c) = chars.next() {
        let end = start + c.len_utf16();
        let goes_on = chars.peek().is_some_and(|next| goes_with_what_is_before(*next));
        if piece.is_empty() && !goes_on && stays_itself(c) {
            add(&mut folded, c, start, end);
            start = end;
            continue;
        }
        piece.push(c);
        let mut end = end;
        while let Some(next) = chars.next_if(|next| goes_with_what_is_before(*next)) {
            piece.push(next);
            end += next.len_utf16();
        }
        for c in piece.nfkc() {
            add(&mut folded, c, start, end);
        }
        piece.clear();
        start = end;
    }
    folded
}

fn add(folded: &mut Vec<Folded>, c: char, start: usize, end: usize) {
    if c.is_whitespace() {
        folded.push(Folded { c: ' ', start, end });
    } else if !is_invisible(c) {
        for c in as_compatibility_jamo(c).to_lowercase() {
            folded.push(Folded { c, start, end });
        }
    }
}

/// Syllables, compatibility jamo and ASCII: nearly all there is.
fn stays_itself(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '\u{3131}'..='\u{3163}' | '가'..='힣')
}

/// Whether normalising may make one character of this one and what is before it, so that a text must not be cut there
/// (UAX #15, section 9).
fn goes_with_what_is_before(c: char) -> bool {
    if stays_itself(c) {
        return false;
    }
    std::iter::once(c).nfkd().next().is_some_and(|first| {
        canonical_combining_class(first) != 0 || is_nfkc_quick(std::iter::once(first)) == IsNormalized::Maybe
    })
}

fn as_compatibility_jamo(c: char) -> char {
    let at = |first: char, table: &[char]| {
        let at = u32::from(c).checked_sub(u32::from(first))?;
        table.get(usize::try_from(at).ok()?).copied()
    };
    at('\u{1100}', &LEADING)
        .or_else(|| at('\u{1161}', &VOWELS))
        .or_else(|| at('\u{11a8}', &FINALS))
        .unwrap_or(c)
}

//! What is shown of a message that was found.

use std::iter::Peekable;

use damso_domain::markup::{Block, COVERED, Inline, Mark, parse};

/// A stretch of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Whether that is what was looked for.
    pub is_found: bool,
}

/// How much is shown before the first place that was found, in characters.
const BEFORE: usize = 24;
/// How much is shown in all, in characters.
const MOST: usize = 240;

/// The part of a text around the first of its highlights, in one line and in pieces: as its bubble shows it, without
/// marks, and with spoilers covered. Highlights are start and end in UTF-16 units of the text, in order; a place that
/// begins inside a character marks none of it.
pub fn snippet(text: &str, highlights: &[Vec<u32>]) -> Vec<Piece> {
    let letters = Letters::of(text, highlights);
    let first = letters.iter().position(|letter| letter.is_found).unwrap_or(0);
    let begin = if BEFORE < first { first - BEFORE / 2 } else { 0 };
    let mut pieces: Vec<Piece> = Vec::new();
    if 0 < begin {
        push(&mut pieces, '…', false);
    }
    for Letter { shown, is_found } in letters.iter().skip(begin).take(MOST) {
        push(&mut pieces, *shown, *is_found);
    }
    if begin + MOST < letters.len() {
        push(&mut pieces, '…', false);
    }
    pieces
}

/// A character that is shown.
struct Letter {
    shown: char,
    is_found: bool,
}

/// Reads what is shown of a text from its beginning to its end.
struct Letters<'a> {
    text: &'a str,
    /// Those that are still to come.
    places: Peekable<std::vec::IntoIter<(usize, usize)>>,
    /// Up to here it has been read: in bytes, and in UTF-16 units.
    bytes: usize,
    units: usize,
    read: Vec<Letter>,
}

impl<'a> Letters<'a> {
    fn of(text: &'a str, highlights: &[Vec<u32>]) -> Vec<Letter> {
        let place = |place: &Vec<u32>| match place.as_slice() {
            [start, end] => Some((*start as usize, *end as usize)),
            _ => None,
        };
        let mut reading = Self {
            text,
            places: highlights
                .iter()
                .filter_map(place)
                .collect::<Vec<_>>()
                .into_iter()
                .peekable(),
            bytes: 0,
            units: 0,
            read: Vec::new(),
        };
        for block in parse(text) {
            reading.gap();
            match block {
                Block::Paragraph(words) | Block::Quote(words) => reading.words(&words),
                Block::Code { text, .. } => reading.leaf(text),
                Block::List(items) => items.iter().for_each(|item| {
                    reading.gap();
                    reading.words(&item.words);
                }),
            }
        }
        reading.read
    }

    /// What stands between two blocks.
    fn gap(&mut self) {
        if self.read.last().is_some_and(|last| last.shown != ' ') {
            self.show(' ', false);
        }
    }

    fn words(&mut self, words: &[Inline<'a>]) {
        for word in words {
            match word {
                Inline::Text(leaf)
                | Inline::Link(leaf)
                | Inline::Code(leaf)
                | Inline::Mention { text: leaf, .. } => {
                    self.leaf(leaf);
                }
                Inline::Marked(Mark::Spoiler, inner) => {
                    let before = self.read.len();
                    self.words(inner);
                    let is_found = self.read.drain(before..).any(|letter| letter.is_found);
                    COVERED.chars().for_each(|shown| self.show(shown, is_found));
                }
                Inline::Marked(_, inner) => self.words(inner),
            }
        }
    }

    /// A part of the text that is shown as it is.
    fn leaf(&mut self, leaf: &'a str) {
        let start = leaf.as_ptr().addr() - self.text.as_ptr().addr();
        let skipped = self.text.get(self.bytes..start).unwrap_or_default();
        self.units += skipped.encode_utf16().count();
        self.bytes = start + leaf.len();
        for c in leaf.chars() {
            let (start, end) = (self.units, self.units + c.len_utf16());
            self.units = end;
            while self.places.next_if(|(_, to)| *to <= start).is_some() {}
            let place = self.places.peek();
            let is_found = place.is_some_and(|(from, to)| *from <= start && end <= *to);
            self.show(if c.is_whitespace() { ' ' } else { c }, is_found);
        }
    }

    fn show(&mut self, shown: char, is_found: bool) {
        self.read.push(Letter { shown, is_found });
    }
}

fn push(pieces: &mut Vec<Piece>, c: char, is_found: bool) {
    match pieces.last_mut() {
        Some(last) if last.is_found == is_found => last.text.push(c),
        _ => pieces.push(Piece {
            text: c.to_string(),
            is_found,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, highlights: &[[u32; 2]]) -> String {
        let highlights: Vec<Vec<u32>> = highlights.iter().map(|place| place.to_vec()).collect();
        let pieces = snippet(text, &highlights);
        let mark = |piece: Piece| {
            if piece.is_found {
                format!("[{}]", piece.text)
            } else {
                piece.text
            }
        };
        pieces.into_iter().map(mark).collect()
    }

    #[test]
    fn what_was_found_is_marked_where_it_is() {
        for (text, highlights, expected) in [
            ("번역을 맡겼어", vec![[0, 2]], "[번역]을 맡겼어"),
            ("😀 점심\n뭐 먹지", vec![[3, 5], [6, 7]], "😀 [점심] [뭐] 먹지"),
            ("끝까지", vec![[0, 3]], "[끝까지]"),
            ("없음", vec![], "없음"),
            (
                "**점심**은 ~~여섯~~ 일곱 시",
                vec![[2, 4]],
                "[점심]은 여섯 일곱 시",
            ),
            ("> 물음\n- 하나\n- 둘", vec![[7, 9]], "물음 [하나] 둘"),
            ("범인은 ||집사||다", vec![], "범인은 ▒▒▒다"),
            ("범인은 ||집사||다", vec![[6, 8]], "범인은 [▒▒▒]다"),
            // What does not fit.
            ("짧다", vec![[1, 9]], "짧[다]"),
            ("😀", vec![[1, 2]], "😀"),
        ] {
            assert_eq!(shown(text, &highlights), expected, "{text}");
        }
    }

    #[test]
    fn of_a_long_text_the_part_around_it_is_shown() {
        let text = format!("{}찾은 말{}", "앞 ".repeat(100), " 뒤".repeat(400));
        let shown = shown(&text, &[[200, 204]]);
        assert!(
            shown.starts_with("…앞 ") && shown.contains("[찾은 말] 뒤"),
            "{shown}"
        );
        assert!(shown.ends_with('…'));
        assert!(shown.chars().count() <= MOST + 4, "{shown}");
    }
}

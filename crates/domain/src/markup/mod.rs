//! The formats of a text: what is written around words to make them bold, a quote, a list.
//!
//! Every text can be read, in time linear in its length, and what is not complete stays as it was typed. The rules
//! are written down for other clients in `docs/formatting.md`, whose examples are tests here.

mod addresses;
mod inline;
mod links;
mod plain;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use addresses::addresses;
pub use plain::{COVERED, plain};

/// A part of a text that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block<'a> {
    /// Words, with their line breaks.
    Paragraph(Vec<Inline<'a>>),
    /// Lines that began with `> `, with their line breaks.
    Quote(Vec<Inline<'a>>),
    /// Lines that began with `- ` or a number.
    List(Vec<Item<'a>>),
    /// What stood between two fences, as it is.
    Code {
        /// What the first fence says it is.
        language: Option<&'a str>,
        /// The lines between the fences.
        text: &'a str,
    },
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// As it was typed; `None` after a dash.
    pub number: Option<&'a str>,
    /// What it says.
    pub words: Vec<Inline<'a>>,
}

/// A part of a line. A mark holds no other of its kind, so they nest at most [`MAX_DEPTH`] deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline<'a> {
    /// To be shown as it is.
    Text(&'a str),
    /// To be shown as it is, and to lead there.
    Link(&'a str),
    /// To be shown as it is, in letters of one width.
    Code(&'a str),
    /// To be shown as it is: it means somebody.
    Mention {
        /// What it says.
        text: &'a str,
        /// Which of the mentions it is.
        place: usize,
    },
    /// What stands between two marks.
    Marked(Mark, Vec<Inline<'a>>),
}

/// What a pair of marks does to the words between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `**`
    Bold,
    /// `*` or `_`
    Italic,
    /// `~~`
    Strike,
    /// `||`: covered until somebody wants to see it.
    Spoiler,
}

/// How many marks can be around a word: one of each spelling.
pub const MAX_DEPTH: usize = 5;

const FENCE: &str = "```";
/// More digits are a year.
const MAX_NUMBER_DIGITS: usize = 3;
const MAX_LANGUAGE_BYTES: usize = 20;

/// Reads a text.
pub fn parse(text: &str) -> Vec<Block<'_>> {
    parse_with(text, &[])
}

/// Reads a text of which these stretches, in bytes, in their order and none over another, mean somebody. They are taken as
/// they stand: no mark is read in a name.
pub fn parse_with<'a>(text: &'a str, mentions: &[Range<usize>]) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mentions = Mentions { text, mentions };
    let mut lines = Lines {
        text,
        at: 0,
        mentions,
    };
    // Where no fence closes any more, none is looked for again.
    let mut has_fence = true;
    let mut words_from = 0;
    while let Some(line) = lines.peek() {
        let from = lines.at;
        if has_fence && line.starts_with(FENCE) {
            match closing(&text[from + FENCE.len()..]) {
                Some(closing) => {
                    if let Some(code) = code(&text[from + FENCE.len()..], closing.at) {
                        push_paragraph(&mut blocks, &text[words_from..from], mentions);
                        blocks.push(code);
                        lines.at += FENCE.len() + closing.next_line;
                        words_from = lines.at;
                        continue;
                    }
                }
                None => has_fence = false,
            }
        }
        let block = if quoted(line).is_some() {
            Block::Quote(lines.quote())
        } else if item(line).is_some() {
            Block::List(lines.list())
        } else {
            lines.advance();
            continue;
        };
        push_paragraph(&mut blocks, &text[words_from..from], mentions);
        blocks.push(block);
        words_from = lines.at;
    }
    push_paragraph(&mut blocks, &text[words_from..], mentions);
    blocks
}

/// What stands between other blocks. The line breaks towards them are theirs.
fn push_paragraph<'a>(blocks: &mut Vec<Block<'a>>, text: &'a str, mentions: Mentions<'_>) {
    let text = text.trim_matches('\n');
    if !text.trim().is_empty() {
        blocks.push(Block::Paragraph(inline::parse(text, mentions)));
    }
}

/// What stands between two fences, of which the second is at `close`; `None` if that is nothing.
fn code(inner: &str, close: usize) -> Option<Block<'_>> {
    let first = inner.split('\n').next().unwrap_or_default();
    let has_lines = first.len() < close;
    let (language, from) = match first.trim() {
        "" if has_lines => (None, first.len() + 1),
        word if has_lines && is_language(word) => (Some(word), first.len() + 1),
        // All on one line, or from there on.
        _ => (None, 0),
    };
    let text = inner.get(from..close)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    (!text.trim().is_empty()).then_some(Block::Code { language, text })
}

struct Closing {
    at: usize,
    next_line: usize,
}

/// The first fence that a line ends with.
fn closing(text: &str) -> Option<Closing> {
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        if let Some(before) = line.trim_end().strip_suffix(FENCE) {
            return Some(Closing {
                at: begin + before.len(),
                next_line: begin + line.len(),
            });
        }
        begin += line.len();
    }
    None
}

fn is_language(word: &str) -> bool {
    word.len() <= MAX_LANGUAGE_BYTES && word.bytes().all(is_language_byte)
}

const fn is_language_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'#' | b'-' | b'_' | b'.')
}

/// What a line quotes.
fn quoted(line: &str) -> Option<&str> {
    line.strip_prefix("> ").or_else(|| (line == ">").then_some(""))
}

/// What a line of a list says, and its number.
fn item(line: &str) -> Option<(Option<&str>, &str)> {
    if let Some(words) = line.strip_prefix("- ") {
        return Some((None, words));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let words = line[digits..].strip_prefix(". ")?;
    (1..=MAX_NUMBER_DIGITS)
        .contains(&digits)
        .then_some((Some(&line[..digits]), words))
}

/// Where the whole text mentions whom.
#[derive(Clone, Copy)]
struct Mentions<'a> {
    text: &'a str,
    mentions: &'a [Range<usize>],
}

impl Mentions<'_> {
    /// Which mention begins at this place of a part of the text, and its length.
    fn starting_at(self, part: &str, at: usize) -> Option<(usize, usize)> {
        // The part is borrowed from the text.
        let begin = part.as_ptr() as usize - self.text.as_ptr() as usize;
        let place = self
            .mentions
            .binary_search_by_key(&(begin + at), |range| range.start)
            .ok()?;
        let length = self.mentions[place].len();
        (at + length <= part.len()).then_some((place, length))
    }
}

struct Lines<'a, 'm> {
    text: &'a str,
    at: usize,
    mentions: Mentions<'m>,
}

impl<'a> Lines<'a, '_> {
    /// The next line, without its end.
    fn peek(&self) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        (!rest.is_empty()).then(|| rest.split('\n').next().unwrap_or(rest))
    }

    fn advance(&mut self) {
        let length = self.peek().map_or(0, str::len);
        self.at = (self.at + length + 1).min(self.text.len());
    }

    fn quote(&mut self) -> Vec<Inline<'a>> {
        let mut words = Vec::new();
        while let Some(line) = self.peek().and_then(quoted) {
            if !words.is_empty() {
                words.push(Inline::Text("\n"));
            }
            words.append(&mut inline::parse(line, self.mentions));
            self.advance();
        }
        words
    }

    fn list(&mut self) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        while let Some((number, words)) = self.peek().and_then(item) {
            let words = inline::parse(words, self.mentions);
            items.push(Item { number, words });
            self.advance();
        }
        items
    }
}

//! A text as one reads it where there is no room for formats.

use std::borrow::Cow;

use super::{Block, Inline, Mark, parse};

/// What stands for a spoiler where it cannot be uncovered.
pub const COVERED: &str = "▒▒▒";

/// The text without its marks, and with its spoilers covered: for previews, excerpts and notifications.
pub fn plain(text: &str) -> Cow<'_, str> {
    // Nearly every text; lists read as they were typed.
    if !text.contains(['*', '_', '~', '|', '`', '\\', '>']) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for block in parse(text) {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Paragraph(words) | Block::Quote(words) => write(&mut out, &words),
            Block::Code { text, .. } => out.push_str(text),
            Block::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    if 0 < place {
                        out.push('\n');
                    }
                    match item.number {
                        Some(number) => {
                            out.push_str(number);
                            out.push_str(". ");
                        }
                        None => out.push_str("- "),
                    }
                    write(&mut out, &item.words);
                }
            }
        }
    }
    out.into()
}

fn write(out: &mut String, words: &[Inline<'_>]) {
    for word in words {
        match word {
            Inline::Text(text) | Inline::Link(text) | Inline::Code(text) | Inline::Mention { text, .. } => {
                out.push_str(text);
            }
            Inline::Marked(Mark::Spoiler, _) => out.push_str(COVERED),
            Inline::Marked(_, words) => write(out, words),
        }
    }
}

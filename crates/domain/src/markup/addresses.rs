//! Which web addresses a text holds.

use super::{Block, Inline, Mark, parse};

/// The web addresses of a text that its reader can press, in their order and each once. What a spoiler covers is not told.
pub fn addresses(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    // Nearly no text.
    if text.contains("http") {
        for block in parse(text) {
            match block {
                Block::Paragraph(words) | Block::Quote(words) => collect(&mut found, &words),
                Block::List(items) => items.iter().for_each(|item| collect(&mut found, &item.words)),
                Block::Code { .. } => (),
            }
        }
    }
    found
}

fn collect<'a>(found: &mut Vec<&'a str>, words: &[Inline<'a>]) {
    for word in words {
        match word {
            Inline::Link(address) if !found.contains(address) => found.push(address),
            Inline::Marked(Mark::Spoiler, _) => (),
            Inline::Marked(_, words) => collect(found, words),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_pressed_is_found() {
        for (text, expected) in [
            ("그냥 글", vec![]),
            ("여기 https://example.org/a, 저기", vec!["https://example.org/a"]),
            (
                "> **http://one.org**\n- https://two.org",
                vec!["http://one.org", "https://two.org"],
            ),
            ("https://a.org https://a.org", vec!["https://a.org"]),
            ("`https://a.org` ||https://b.org||", vec![]),
        ] {
            assert_eq!(addresses(text), expected, "{text}");
        }
    }
}

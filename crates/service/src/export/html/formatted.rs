//! A message's text with its formats.

use std::fmt::Write as _;

use damso_domain::markup::{Block, Inline, Mark, parse_with};
use damso_domain::{Mention, mention_ranges};

use super::Escaped;

/// Writes a text as elements. A spoiler is covered until it is pointed at or focused.
pub(super) fn formatted(out: &mut String, text: &str, mentions: &[Mention]) {
    // They were checked when they were stored; what does not fit is shown as text.
    let mentions = mention_ranges(text, mentions).unwrap_or_default();
    let blocks = parse_with(text, &mentions);
    if let [Block::Paragraph(inner)] = blocks.as_slice() {
        return words(out, inner);
    }
    for block in &blocks {
        match block {
            Block::Paragraph(inner) => within(out, "<p>", inner, "</p>"),
            Block::Quote(inner) => within(out, "<blockquote>", inner, "</blockquote>"),
            Block::Code { text, .. } => {
                let _ = write!(out, "<pre>{}</pre>", Escaped(text));
            }
            Block::List(items) => {
                out.push_str("<ul>");
                for item in items {
                    match item.number {
                        Some(number) => {
                            let _ = write!(out, "<li>{number}. ");
                        }
                        None => out.push_str("<li>• "),
                    }
                    within(out, "", &item.words, "</li>");
                }
                out.push_str("</ul>");
            }
        }
    }
}

fn within(out: &mut String, begin: &str, inner: &[Inline<'_>], end: &str) {
    out.push_str(begin);
    words(out, inner);
    out.push_str(end);
}

fn words(out: &mut String, inner: &[Inline<'_>]) {
    for word in inner {
        match word {
            // An archive calls nobody by itself, and a link is read as what it is.
            Inline::Text(text) | Inline::Link(text) => {
                let _ = write!(out, "{}", Escaped(text));
            }
            Inline::Mention { text, .. } => {
                let _ = write!(out, "<b class=\"mention\">{}</b>", Escaped(text));
            }
            Inline::Code(code) => {
                let _ = write!(out, "<code>{}</code>", Escaped(code));
            }
            Inline::Marked(Mark::Bold, inner) => within(out, "<strong>", inner, "</strong>"),
            Inline::Marked(Mark::Italic, inner) => within(out, "<em>", inner, "</em>"),
            Inline::Marked(Mark::Strike, inner) => within(out, "<s>", inner, "</s>"),
            Inline::Marked(Mark::Spoiler, inner) => {
                within(out, "<span class=\"spoiler\" tabindex=\"0\">", inner, "</span>");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_become_elements_and_what_is_typed_stays_text() {
        for (text, expected) in [
            ("<b> & `<i>`", "&lt;b&gt; &amp; <code>&lt;i&gt;</code>"),
            (
                "**굵게** ||*비밀*||",
                "<strong>굵게</strong> <span class=\"spoiler\" tabindex=\"0\"><em>비밀</em></span>",
            ),
            (
                "> <a>\n1. ~~b~~\n```\n<c>\n```\n끝",
                "<blockquote>&lt;a&gt;</blockquote><ul><li>1. <s>b</s></li></ul><pre>&lt;c&gt;</pre><p>끝</p>",
            ),
        ] {
            let mut out = String::new();
            formatted(&mut out, text, &[]);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_mention_is_marked() {
        let mention = Mention {
            user_id: None,
            start: 0,
            end: 3,
        };
        let mut out = String::new();
        formatted(&mut out, "@<b 봐", &[mention]);
        assert_eq!(out, "<b class=\"mention\">@&lt;b</b> 봐");
    }
}

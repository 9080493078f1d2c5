//! Pages that any browser shows from a folder: no script, nothing from elsewhere, everything escaped.

mod conversation;
mod formatted;
mod index;
mod texts;

use std::fmt::{self, Display, Write as _};

use uuid::Uuid;

pub(super) use conversation::{ConversationPage, ShownFile};
pub(super) use index::{Contents, Index, IndexEntry};
pub(super) use texts::Texts;

/// The stylesheet of all pages.
pub(super) const STYLE: &str = include_str!("style.css");

/// Even if something got through that is no text, it could load and run nothing. A page in a folder is of no origin, so
/// that files are named beside oneself.
const POLICY: &str = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'self' file:; \
    base-uri 'none'; form-action 'none'";

/// A text as it stands between tags and in attributes with quotes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

/// A name in a sentence: what it is written in does not turn the rest around.
fn name(text: &str) -> String {
    format!("<bdi>{}</bdi>", Escaped(text))
}

/// The first letter of a name, in one of six colours.
fn mark(id: Uuid, display_name: &str, size: &str) -> String {
    let first = display_name.chars().next().unwrap_or('?').to_string();
    let colour = id.as_bytes()[15] % 6;
    format!(
        r#"<div class="av{size} c{colour}" aria-hidden="true">{}</div>"#,
        Escaped(&first)
    )
}

/// What stands above the content of a page; `root` leads to the folder of the stylesheet.
fn open(out: &mut String, texts: &Texts, title: &str, root: &str) {
    let lang = texts.locale.as_str();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"{root}style.css\">\n</head>\n<body>\n",
        Escaped(title)
    );
}

const CLOSE: &str = "</body>\n</html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, expected) in [
            ("", ""),
            ("산", "산"),
            (
                "<script>alert('1')</script>",
                "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;",
            ),
            ("\" onerror=\"x", "&quot; onerror=&quot;x"),
            ("a & b &amp;", "a &amp; b &amp;amp;"),
        ] {
            assert_eq!(Escaped(text).to_string(), expected);
        }
    }
}

//! Finding bare web addresses in a text.

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// To be shown as it is.
    Text(&'a str),
    /// To be shown as it is, and to lead there.
    Link(&'a str),
}

/// Splits a text into plain stretches and `http(s)` addresses. Together they are the text again.
pub fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = find(rest) {
        if 0 < start {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Link(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// The first address: where it starts and ends, in bytes.
fn find(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + next_scheme(&text[from..])?;
        let scheme = if text[start..].starts_with("https://") {
            "https://"
        } else {
            "http://"
        };
        let starts_word = text[..start]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric());
        let end = start + length(&text[start..]);
        let has_host = text[start + scheme.len()..end]
            .chars()
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '[');
        if starts_word && has_host {
            return Some((start, end));
        }
        from = start + scheme.len();
    }
}

fn next_scheme(text: &str) -> Option<usize> {
    [text.find("https://"), text.find("http://")]
        .into_iter()
        .flatten()
        .min()
}

/// How many bytes belong to the address that `text` begins with.
fn length(text: &str) -> usize {
    let is_end = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '「' | '」' | '“' | '”')
    };
    let mut end = text.find(is_end).unwrap_or(text.len());
    // What ends a sentence does not belong to the address, nor does a bracket that was opened before it.
    while let Some(last) = text[..end].chars().next_back() {
        let is_trailing = match last {
            '.' | ',' | '!' | '?' | ':' | ';' | '\'' | '…' | '。' | '、' => true,
            ')' => count(&text[..end], '(') < count(&text[..end], ')'),
            ']' => count(&text[..end], '[') < count(&text[..end], ']'),
            _ => false,
        };
        if !is_trailing {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

fn count(text: &str, wanted: char) -> usize {
    text.chars().filter(|&c| c == wanted).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let pieces = split(text);
        let whole: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(t) | Piece::Link(t) => *t,
            })
            .collect();
        assert_eq!(whole, text);
        pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Link(link) => Some(link),
                Piece::Text(_) => None,
            })
            .collect()
    }

    #[test]
    fn addresses_are_found_without_what_surrounds_them() {
        for (text, expected) in [
            ("그냥 글", vec![]),
            (
                "https://damso.example/a?b=c#d",
                vec!["https://damso.example/a?b=c#d"],
            ),
            (
                "여기 (https://damso.example/x) 봐요.",
                vec!["https://damso.example/x"],
            ),
            (
                "http://a.b/c_(d). 그리고 https://e.f!",
                vec!["http://a.b/c_(d)", "https://e.f"],
            ),
            ("https://한글.kr/길, 끝", vec!["https://한글.kr/길"]),
            ("javascript:alert(1) ftp://x data:text/html", vec![]),
            ("xhttps://a.b", vec![]),
            ("https:// 빈칸 https://", vec![]),
            ("https://[::1]:80/", vec!["https://[::1]:80/"]),
        ] {
            assert_eq!(links(text), expected, "{text}");
        }
    }
}

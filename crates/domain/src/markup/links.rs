//! Bare web addresses.

/// How many bytes belong to the web address at this place; 0 when none begins there.
pub(super) fn length_at(text: &str, at: usize) -> usize {
    let here = &text[at..];
    let Some(scheme) = ["https://", "http://"]
        .into_iter()
        .find(|scheme| here.starts_with(scheme))
    else {
        return 0;
    };
    let starts_word = text[..at]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_alphanumeric());
    let has_host = here[scheme.len()..]
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || c == '[');
    if starts_word && has_host { length(here) } else { 0 }
}

/// How many bytes belong to the address that `text` begins with.
fn length(text: &str) -> usize {
    let is_end = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '「' | '」' | '“' | '”')
    };
    let mut end = text.find(is_end).unwrap_or(text.len());
    // Two of these are a mark.
    for mark in ["**", "~~", "||"] {
        end = text[..end].find(mark).unwrap_or(end);
    }
    let mut round = Brackets::count(&text[..end], '(', ')');
    let mut square = Brackets::count(&text[..end], '[', ']');
    // What ends a sentence or is a mark does not belong to the address, nor does a bracket that was opened before it.
    while let Some(last) = text[..end].chars().next_back() {
        let is_trailing = match last {
            '.' | ',' | '!' | '?' | ':' | ';' | '\'' | '…' | '。' | '、' | '*' | '_' | '~' | '|' => true,
            ')' => round.drop_unopened(),
            ']' => square.drop_unopened(),
            _ => false,
        };
        if !is_trailing {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

struct Brackets {
    opened: usize,
    closed: usize,
}

impl Brackets {
    fn count(text: &str, open: char, close: char) -> Self {
        Self {
            opened: text.matches(open).count(),
            closed: text.matches(close).count(),
        }
    }

    /// Whether the last bracket was opened before the text; then it is not counted any more.
    fn drop_unopened(&mut self) -> bool {
        let is_unopened = self.opened < self.closed;
        self.closed -= usize::from(is_unopened);
        is_unopened
    }
}

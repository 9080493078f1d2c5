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
    let mut end = end_of_word(text);
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

/// Where white space, a quotation mark, or a mark of two characters begins. In one pass that stops there: many addresses
/// in a row would otherwise each be looked through to the end of them all.
fn end_of_word(text: &str) -> usize {
    let mut before = None;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '「' | '」' | '“' | '”')
        {
            return at;
        }
        if matches!(c, '*' | '~' | '|') && before == Some(c) {
            return at - c.len_utf8();
        }
        before = Some(c);
    }
    text.len()
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

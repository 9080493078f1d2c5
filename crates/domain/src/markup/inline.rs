//! Marks within lines.

use super::{Inline, Mark, Mentions, links};

/// What can be escaped by a backslash.
const ESCAPABLE: &str = "\\*_~|`>-";

/// Marks as they are spelled: `*` does not end what `_` began.
const SPELLINGS: [(&str, Mark); 5] = [
    ("**", Mark::Bold),
    ("*", Mark::Italic),
    ("_", Mark::Italic),
    ("~~", Mark::Strike),
    ("||", Mark::Spoiler),
];

/// Reads what stands within a block.
pub(super) fn parse<'a>(text: &'a str, mentions: Mentions<'_>) -> Vec<Inline<'a>> {
    let mut reader = Reader {
        text,
        mentions,
        at: 0,
        text_from: 0,
        backtick_free_to: 0,
        words: Vec::new(),
        open: Vec::new(),
    };
    while let Some(next) = text[reader.at..].chars().next() {
        reader.read(next);
    }
    reader.flush(text.len());
    reader.close_from(0, false);
    reader.words
}

/// A mark that waits for the one that closes it.
struct Open<'a> {
    spelling: &'a str,
    mark: Mark,
    /// What comes after it, up to the next one that is open.
    words: Vec<Inline<'a>>,
}

struct Reader<'a, 'm> {
    text: &'a str,
    mentions: Mentions<'m>,
    at: usize,
    /// What has been read from here on is plain so far.
    text_from: usize,
    /// Up to here no code ends, so that none is looked for twice.
    backtick_free_to: usize,
    words: Vec<Inline<'a>>,
    /// At most one of each spelling.
    open: Vec<Open<'a>>,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self, next: char) {
        match next {
            '\\' => self.escape(),
            '`' => self.code(),
            'h' => self.link(),
            '@' => self.mention(),
            '*' | '_' | '~' | '|' => self.run(next),
            _ => self.at += next.len_utf8(),
        }
    }

    fn escape(&mut self) {
        let escaped = self.text[self.at + 1..]
            .chars()
            .next()
            .filter(|next| ESCAPABLE.contains(*next));
        if let Some(escaped) = escaped {
            self.flush(self.at);
            self.text_from = self.at + 1;
            self.at += escaped.len_utf8();
        }
        self.at += 1;
    }

    fn code(&mut self) {
        let rest = &self.text[self.at..];
        let run = rest.bytes().take_while(|byte| *byte == b'`').count();
        let from = self.at + run;
        if 1 < run || from < self.backtick_free_to {
            self.at = from;
            return;
        }
        let line = self.text[from..].find('\n').unwrap_or(self.text.len() - from);
        match self.text[from..from + line].find('`') {
            Some(length) => {
                self.put(Inline::Code(&self.text[from..from + length]), from + length + 1);
            }
            None => {
                self.backtick_free_to = from + line;
                self.at = from;
            }
        }
    }

    fn link(&mut self) {
        match links::length_at(self.text, self.at) {
            0 => self.at += 1,
            length => {
                let end = self.at + length;
                self.put(Inline::Link(&self.text[self.at..end]), end);
            }
        }
    }

    fn mention(&mut self) {
        match self.mentions.starting_at(self.text, self.at) {
            None => self.at += 1,
            Some((place, length)) => {
                let end = self.at + length;
                let text = &self.text[self.at..end];
                self.put(Inline::Mention { text, place }, end);
            }
        }
    }

    /// A run of one character: a mark, `***` for two of them, or nothing special.
    fn run(&mut self, of: char) {
        let from = self.at;
        let length = self.text[from..].chars().take_while(|next| *next == of).count();
        let end = from + length;
        self.at = end;
        let spelled = |length| match (of, length) {
            ('*', 1) => Some("*"),
            ('*', 2) => Some("**"),
            ('_', 1) => Some("_"),
            ('~', 2) => Some("~~"),
            ('|', 2) => Some("||"),
            _ => None,
        };
        let (closes, opens) = (self.may_close(from, end), self.may_open(from, end));
        if of == '*' && length == 3 {
            // The inner one closes first, and opens last.
            let inner_first = match self.open.last().map(|open| open.spelling) {
                Some("**") => [2, 1],
                _ => [1, 2],
            };
            if closes
                && self
                    .open
                    .iter()
                    .filter(|open| open.spelling.starts_with('*'))
                    .count()
                    == 2
            {
                self.flush(from);
                for length in inner_first {
                    self.close(if length == 1 { "*" } else { "**" });
                }
                self.text_from = end;
            } else if opens && self.open.iter().all(|open| !open.spelling.starts_with('*')) {
                self.flush(from);
                self.begin("**");
                self.begin("*");
                self.text_from = end;
            }
            return;
        }
        let Some(spelling) = spelled(length) else {
            return;
        };
        let is_open = self.open.iter().any(|open| open.spelling == spelling);
        if is_open && closes {
            self.flush(from);
            self.close(spelling);
            self.text_from = end;
        } else if !is_open && opens {
            self.flush(from);
            self.begin(spelling);
            self.text_from = end;
        }
    }

    /// Where a word begins: not after a letter or a digit, and before something that can be seen.
    fn may_open(&self, from: usize, end: usize) -> bool {
        let before = self.text[..from].chars().next_back();
        let after = self.text[end..].chars().next();
        let is_single = end - from == 1;
        // The eyes of faces, `-_-` and `*_*`, are no words.
        let is_face = |c: char| is_single && c.is_ascii_punctuation() && !"([{\"'`~|<".contains(c);
        let is_after_face =
            |c: char| is_single && c.is_ascii_punctuation() && !"([{\"'`~|*_<>:,./".contains(c);
        before.is_none_or(|c| !c.is_alphanumeric() && !is_after_face(c))
            && after.is_some_and(|c| !c.is_whitespace() && !is_face(c))
    }

    /// Where a word ends. A Korean particle may follow; a Latin letter may not follow a single character.
    fn may_close(&self, from: usize, end: usize) -> bool {
        let before = self.text[..from].chars().next_back();
        let after = self.text[end..].chars().next();
        before.is_some_and(|c| !c.is_whitespace())
            && (1 < end - from || after.is_none_or(|c| !c.is_ascii_alphanumeric()))
    }

    fn begin(&mut self, spelling: &str) {
        let known = SPELLINGS.iter().find(|(known, _)| *known == spelling);
        if let Some((spelling, mark)) = known {
            self.open.push(Open {
                spelling,
                mark: *mark,
                words: Vec::new(),
            });
        }
    }

    /// Closes what is open in this spelling. Nothing between the two may be empty.
    fn close(&mut self, spelling: &str) {
        if let Some(place) = self.open.iter().position(|open| open.spelling == spelling) {
            self.close_from(place + 1, false);
            self.close_from(place, true);
        }
    }

    /// Ends what is open from there on: as a mark, or as the characters that were typed.
    fn close_from(&mut self, place: usize, is_complete: bool) {
        while place < self.open.len() {
            let Some(Open {
                spelling,
                mark,
                words,
            }) = self.open.pop()
            else {
                return;
            };
            let into = self.top();
            if is_complete && !words.is_empty() {
                into.push(Inline::Marked(mark, words));
            } else {
                into.push(Inline::Text(spelling));
                into.extend(words);
                if is_complete {
                    into.push(Inline::Text(spelling));
                }
            }
        }
    }

    fn top(&mut self) -> &mut Vec<Inline<'a>> {
        match self.open.last_mut() {
            Some(open) => &mut open.words,
            None => &mut self.words,
        }
    }

    fn put(&mut self, word: Inline<'a>, end: usize) {
        self.flush(self.at);
        self.top().push(word);
        self.at = end;
        self.text_from = end;
    }

    /// What was plain up to here.
    fn flush(&mut self, end: usize) {
        let text = &self.text[self.text_from..end];
        if !text.is_empty() {
            self.top().push(Inline::Text(text));
        }
    }
}

//! What a query finds, straight from the rule, syllable by syllable, and without anything of the server.

use unicode_normalization::UnicodeNormalization as _;

pub const LEADS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS: [&str; 21] = [
    "ㅏ", "ㅐ", "ㅑ", "ㅒ", "ㅓ", "ㅔ", "ㅕ", "ㅖ", "ㅗ", "ㅗㅏ", "ㅗㅐ", "ㅗㅣ", "ㅛ", "ㅜ", "ㅜㅓ", "ㅜㅔ",
    "ㅜㅣ", "ㅠ", "ㅡ", "ㅡㅣ", "ㅣ",
];
const FINALS: [&str; 28] = [
    "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ",
    "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ",
];
/// Jamo that stand alone and take two keys.
const PAIRS: [(char, &str); 18] = [
    ('ㄳ', "ㄱㅅ"),
    ('ㄵ', "ㄴㅈ"),
    ('ㄶ', "ㄴㅎ"),
    ('ㄺ', "ㄹㄱ"),
    ('ㄻ', "ㄹㅁ"),
    ('ㄼ', "ㄹㅂ"),
    ('ㄽ', "ㄹㅅ"),
    ('ㄾ', "ㄹㅌ"),
    ('ㄿ', "ㄹㅍ"),
    ('ㅀ', "ㄹㅎ"),
    ('ㅄ', "ㅂㅅ"),
    ('ㅘ', "ㅗㅏ"),
    ('ㅙ', "ㅗㅐ"),
    ('ㅚ', "ㅗㅣ"),
    ('ㅝ', "ㅜㅓ"),
    ('ㅞ', "ㅜㅔ"),
    ('ㅟ', "ㅜㅣ"),
    ('ㅢ', "ㅡㅣ"),
];

/// The keys that a character is typed with.
pub fn keys(c: char) -> String {
    if let Some((_, pair)) = PAIRS.iter().find(|(jamo, _)| *jamo == c) {
        return (*pair).to_owned();
    }
    if !('가'..='힣').contains(&c) {
        return c.to_string();
    }
    let index = (u32::from(c) - 0xac00) as usize;
    let lead = LEADS.chars().nth(index / 588).unwrap();
    format!("{lead}{}{}", VOWELS[index / 28 % 21], FINALS[index % 28])
}

fn is_jamo(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// As it is compared.
pub fn plain(text: &str) -> Vec<char> {
    let mut plain = String::new();
    // Jamo that were typed alone stay alone.
    for piece in text.split_inclusive(is_jamo) {
        let (rest, jamo) = match piece.char_indices().next_back() {
            Some((at, last)) if is_jamo(last) => (&piece[..at], Some(last)),
            _ => (piece, None),
        };
        plain.extend(
            rest.nfkc()
                .filter(|c| !matches!(c, '\u{fe0f}' | '\u{200d}'))
                .flat_map(char::to_lowercase),
        );
        plain.extend(jamo);
    }
    plain
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect()
}

/// What was meant by a query.
struct Meaning {
    words: Vec<Vec<char>>,
    is_initials: bool,
}

impl Meaning {
    fn of(typed: &str) -> Option<Self> {
        let words: Vec<Vec<char>> = plain(typed)
            .split(|c| *c == ' ')
            .filter(|word| !word.is_empty())
            .map(<[char]>::to_vec)
            .collect();
        let is_initials = words.iter().flatten().all(|c| LEADS.contains(*c));
        (!words.is_empty()).then_some(Self { words, is_initials })
    }

    /// Whether somebody may look for it everywhere.
    fn is_for_anywhere(&self) -> bool {
        let run = |word: &Vec<char>| {
            let spelled: String = word.iter().map(|c| keys(*c)).collect();
            spelled
                .split(|c: char| !c.is_alphanumeric())
                .any(|run| 3 <= run.chars().count())
        };
        !self.is_initials && self.words.iter().any(run)
    }

    fn finds(&self, text: &[char]) -> bool {
        self.words.iter().enumerate().all(|(at, word)| {
            let is_last = at + 1 == self.words.len();
            (0..text.len()).any(|start| self.is_at(&text[start..], word, is_last))
        })
    }

    fn is_at(&self, text: &[char], word: &[char], is_last: bool) -> bool {
        word.len() <= text.len()
            && (0..word.len()).all(|at| {
                let (have, want) = (text[at], word[at]);
                let is_syllable = ('가'..='힣').contains(&have);
                let is_unfinished = is_last && at + 1 == word.len();
                have == want
                    || (is_unfinished
                        && (is_syllable || is_jamo(have))
                        && keys(have).starts_with(&keys(want)))
                    || (self.is_initials && is_syllable && keys(have).starts_with(want))
            })
    }
}

/// A query, ready to be asked of every text there is.
pub struct Oracle(Vec<Meaning>);

impl Oracle {
    /// `None` when it is refused: there is nothing to look for, or not everywhere.
    pub fn of(typed: &str, is_anywhere: bool) -> Option<Self> {
        let typed: String = typed.trim().nfc().collect();
        let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).count();
        let mut meanings: Vec<Meaning> = Meaning::of(&typed).into_iter().collect();
        let first = meanings.first()?;
        if is_anywhere && !first.is_for_anywhere() {
            return None;
        }
        let mut others = Vec::new();
        if 3 <= letters(&typed) {
            others.push(compose(&super::grammar::on_korean_keys(&typed)));
            others.push(compose(&super::grammar::on_korean_keys(&typed.to_lowercase())));
        }
        let latin = super::grammar::on_latin_keys(&typed);
        if 3 <= letters(&latin) && letters(&latin) != letters(&typed) {
            others.push(latin);
        }
        let others = others.iter().filter_map(|other| Meaning::of(other));
        meanings.extend(others.filter(|other| !other.is_initials));
        if is_anywhere {
            meanings.retain(Meaning::is_for_anywhere);
        }
        Some(Self(meanings))
    }

    /// Whether it finds a text that is [`plain`].
    pub fn finds(&self, text: &[char]) -> bool {
        self.0.iter().any(|meaning| meaning.finds(text))
    }
}

/// Jamo put together as they would be by somebody who reads them: a syllable is a consonant, a vowel of one or two, and
/// then as many consonants as make a final and do not begin the next syllable.
fn compose(jamo: &str) -> String {
    let chars: Vec<char> = jamo.chars().collect();
    let vowel_at = |at: usize| chars.get(at).is_some_and(|c| ('ㅏ'..='ㅣ').contains(c));
    let spelled = |from: usize, to: usize| -> Option<String> { Some(chars.get(from..to)?.iter().collect()) };
    let mut composed = String::new();
    let mut at = 0;
    while at < chars.len() {
        let lead = LEADS.chars().position(|lead| lead == chars[at]);
        let (Some(lead), true) = (lead, vowel_at(at + 1)) else {
            // Two keys of one jamo that stands alone, if it is a vowel.
            let pair = spelled(at, at + 2).filter(|_| vowel_at(at));
            let pair = pair.and_then(|pair| PAIRS.iter().find(|(_, keys)| *keys == pair));
            composed.push(pair.map_or(chars[at], |(jamo, _)| *jamo));
            at += if pair.is_some() { 2 } else { 1 };
            continue;
        };
        let longest = |table: &[&str], from: usize, fits: &dyn Fn(usize) -> bool| {
            (1..=2).rev().find_map(|length| {
                let keys = spelled(from, from + length).filter(|_| fits(length))?;
                let found = table.iter().position(|entry| *entry == keys)?;
                Some((found, length))
            })
        };
        let (vowel, vowels) = longest(&VOWELS, at + 1, &|_| true).unwrap();
        let from = at + 1 + vowels;
        let (last, finals) = longest(&FINALS, from, &|length| !vowel_at(from + length)).unwrap_or((0, 0));
        let index = u32::try_from((lead * 21 + vowel) * 28 + last).unwrap();
        composed.push(char::from_u32(0xac00 + index).unwrap());
        at = from + finals;
    }
    composed
}

#[test]
fn the_oracle_itself_is_right() {
    for (text, query, expected) in [
        ("번역을", "번여", true),
        ("사람", "살", false),
        ("회의록", "ㅎㅇㄹ", true),
        ("안녕", "dkssud", true),
        ("값이", "rkqtdl", true),
        ("hello", "ㅗ디ㅣㅐ", true),
        ("과자", "고", true),
        ("과자", "고자", false),
    ] {
        assert_eq!(
            Oracle::of(query, false).unwrap().finds(&plain(text)),
            expected,
            "{text} by {query}"
        );
    }
}

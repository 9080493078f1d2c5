//! Finding messages by what they say.
//!
//! A text has a *key*, in which an index looks for what it may be found by: each syllable is spelled out in the jamo that
//! it is typed with (`번역을` is `ㅂㅓㄴㅇㅕㄱㅇㅡㄹ`), so that half a syllable is a part of the key as well. A key finds too
//! much: 살 is a part of 사람 there. So what was found is compared with the text, syllable by syllable.

mod fold;

use std::ops::Range;

use crate::hangul::{LEADING, Syllable, syllable_matches};
use crate::keyboard;
use crate::text::clean;
use fold::{Folded, fold};

/// An index looks for three letters in a row.
const LETTERS_OF_INDEX: usize = 3;
/// More of one text are not shown.
const MOST_HIGHLIGHTS: usize = 100;

/// Where a text has what was looked for, in UTF-16 units, as scripts count.
pub type Highlight = [usize; 2];

/// What an index knows of a text.
pub fn search_key(text: &str) -> String {
    spell(fold(text).into_iter().map(|folded| folded.c))
}

fn spell(chars: impl Iterator<Item = char>) -> String {
    let mut key = String::new();
    chars.for_each(|c| keyboard::spell(c, |jamo| key.push(jamo)));
    key
}

/// What somebody types to find messages.
///
/// It is one word or several, which all have to be there, in any order and as parts of words. Whole syllables are equal;
/// the last one of all may be half typed (`번여` and `번ㅇ` find 번역을, `고` finds 과자, and `살` does not find 사람).
/// Where all of it is initial consonants, each stands for a syllable as well (`ㅎㅇㄹ` finds 회의록). From three keys on
/// it also finds what the same keys are on the other keyboard layout (`dkssud` finds 안녕).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// As it was typed first; then what else may have been meant.
    readings: Vec<Reading>,
}

/// Why nothing can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchQueryError {
    /// There is nothing in it that could be seen.
    #[error("is empty")]
    Empty,
    /// More than [`SearchQuery::MAX_CHARS`] characters.
    #[error("holds at most 100 characters")]
    TooLong,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    /// None of them is empty.
    words: Vec<Vec<char>>,
    is_initials: bool,
}

impl SearchQuery {
    /// The most characters, in Unicode scalar values after trimming.
    pub const MAX_CHARS: usize = 100;

    /// Takes what stands in a search field.
    pub fn parse(typed: &str) -> Result<Self, SearchQueryError> {
        let typed = clean(typed);
        let typed = typed.trim();
        if Self::MAX_CHARS < typed.chars().count() {
            return Err(SearchQueryError::TooLong);
        }
        let mut readings: Vec<Reading> = Vec::new();
        for typed in keyboard::readings(typed) {
            let Some(reading) = Reading::parse(&typed) else {
                continue;
            };
            // Whoever means initial consonants sees them while typing: `was` is none of ㅈㅁㄴ.
            let is_meant = readings.is_empty() || !reading.is_initials;
            if is_meant && !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        if readings.is_empty() {
            return Err(SearchQueryError::Empty);
        }
        Ok(Self { readings })
    }

    /// Whether all of it is initial consonants.
    pub fn is_initials(&self) -> bool {
        self.readings.first().is_some_and(|reading| reading.is_initials)
    }

    /// What of it an index can look for, wherever it is: `None` where all of it is initial consonants, or no word has
    /// three letters or jamo in a row.
    pub fn anywhere(&self) -> Option<Self> {
        let as_typed = self.readings.first()?;
        if !as_typed.is_indexed() {
            return None;
        }
        let readings = self.readings.iter().filter(|reading| reading.is_indexed());
        Some(Self {
            readings: readings.cloned().collect(),
        })
    }

    /// For each way to read it, patterns of SQL's `LIKE` that the key of whatever it finds matches, all of them. Those
    /// that say most come first.
    pub fn patterns(&self) -> Vec<Vec<String>> {
        self.readings.iter().map(Reading::patterns).collect()
    }

    /// Where a text has what is looked for, in order and apart from each other; `None` when it is not found in it. Of
    /// very many places the first are told.
    pub fn find(&self, text: &str) -> Option<Vec<Highlight>> {
        let text = fold(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut is_found = false;
        for reading in &self.readings {
            if let Some(places) = reading.find(&text) {
                is_found = true;
                found.extend(places);
            }
        }
        is_found.then(|| join(found))
    }
}

impl Reading {
    fn parse(typed: &str) -> Option<Self> {
        let folded: Vec<char> = fold(typed).into_iter().map(|folded| folded.c).collect();
        let words = folded.split(|c| *c == ' ').filter(|word| !word.is_empty());
        let words: Vec<Vec<char>> = words.map(<[char]>::to_vec).collect();
        let is_initials = words.iter().flatten().all(|c| LEADING.contains(c));
        (!words.is_empty()).then_some(Self { words, is_initials })
    }

    fn is_indexed(&self) -> bool {
        let has_enough = |word: &Vec<char>| LETTERS_OF_INDEX <= letters_in_a_row(word);
        !self.is_initials && self.words.iter().any(has_enough)
    }

    fn patterns(&self) -> Vec<String> {
        let mut words: Vec<&Vec<char>> = self.words.iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse(letters_in_a_row(word)));
        words.dedup();
        let between = if self.is_initials { "%" } else { "" };
        let pattern = |word: &Vec<char>| {
            let mut pattern = "%".to_owned();
            for c in spell(word.iter().copied()).chars() {
                if matches!(c, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(c);
                pattern.push_str(between);
            }
            if !self.is_initials {
                pattern.push('%');
            }
            pattern
        };
        words.into_iter().map(pattern).collect()
    }

    /// Where each of the words is; `None` unless all of them are somewhere.
    fn find(&self, text: &[Folded]) -> Option<Vec<Range<usize>>> {
        let mut found = Vec::new();
        for (at, word) in self.words.iter().enumerate() {
            let is_last = at + 1 == self.words.len();
            let before = found.len();
            let windows = text.windows(word.len());
            found.extend(
                windows
                    .filter(|window| self.matches(window, word, is_last))
                    .filter_map(|window| Some(window.first()?.start..window.last()?.end)),
            );
            if found.len() == before {
                return None;
            }
        }
        Some(found)
    }

    fn matches(&self, window: &[Folded], word: &[char], is_last: bool) -> bool {
        let end = word.len() - 1;
        window.iter().zip(word).enumerate().all(|(at, (have, want))| {
            let is_unfinished = is_last && at == end;
            have.c == *want
                || (self.is_initials && syllable_matches(have.c, *want))
                || (is_unfinished && begins_with(have.c, *want))
        })
    }
}

/// Whether somebody who types `have` has typed `want` on the way.
fn begins_with(have: char, want: char) -> bool {
    if Syllable::of(have).is_none() && !is_jamo(have) {
        return false;
    }
    spell(std::iter::once(have)).starts_with(&spell(std::iter::once(want)))
}

fn is_jamo(c: char) -> bool {
    ('\u{3131}'..='\u{3163}').contains(&c)
}

/// The most letters, digits or jamo in a row that a word is spelled out in.
fn letters_in_a_row(word: &[char]) -> usize {
    let spelled = spell(word.iter().copied());
    let runs = spelled.split(|c: char| !c.is_alphanumeric());
    runs.map(|run| run.chars().count()).max().unwrap_or(0)
}

/// In order; what touches is one.
fn join(mut found: Vec<Range<usize>>) -> Vec<Highlight> {
    found.sort_unstable_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Highlight> = Vec::new();
    for place in found {
        if let Some([_, end]) = joined.last_mut()
            && place.start <= *end
        {
            *end = place.end.max(*end);
            continue;
        }
        if joined.len() == MOST_HIGHLIGHTS {
            break;
        }
        joined.push([place.start, place.end]);
    }
    joined
}

#[cfg(test)]
mod tests;

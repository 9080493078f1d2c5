//! Finding people and conversations by what is typed.

use crate::{hangul, keyboard};

/// What somebody types to find a name, made ready once for any number of names.
///
/// It finds a name that holds it, without regard to case and spaces; by 초성 and by half-typed syllables (`ㅁㅈ` and
/// `믽` find 민지); and, from three keys on, by what the same keys are on the other layout: `alswl` finds 민지, and
/// `ㅡㅑㅜㅓㅑ` finds `minji`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameQuery {
    /// As it was typed first; then what else may have been meant.
    readings: Vec<Vec<char>>,
}

impl NameQuery {
    /// Takes what stands in a search field. An `@` before a handle does not count.
    pub fn new(typed: &str) -> Self {
        let typed = typed.trim().trim_start_matches('@');
        let mut query = Self::default();
        for reading in keyboard::readings(typed) {
            query.add(&reading);
        }
        query
    }

    /// Whether nothing was typed: it finds everything.
    pub const fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Whether it finds this name, or handle.
    pub fn finds(&self, name: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        let name = hangul::fold(name);
        self.readings.iter().any(|reading| hangul::holds(&name, reading))
    }

    fn add(&mut self, reading: &str) {
        let reading = hangul::fold(reading);
        if !reading.is_empty() && !self.readings.contains(&reading) {
            self.readings.push(reading);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_on_either_layout() {
        for (name, typed, expected) in [
            ("김민지", "민지", true),
            ("김민지", "ㅁㅈ", true),
            ("김민지", "alswl", true),
            ("김민지", "ALSWL", true),
            ("김민지", "Alswl", true),
            ("김민지", "rlaals", true),
            ("김민지", "als", true),
            ("김민지", "alsw", true),
            ("김민지", "rla alswl", true),
            ("꽃님", "Rhc", true),
            ("minji", "ㅡㅑㅜㅓㅑ", true),
            ("Minji Kim", "ㅡㅑㅜ", true),
            ("Seoyeon", "ㄴ대ㅛ대ㅜ", true),
            ("seoyeon", "ㄴ대", true),
            ("minji", "@min", true),
            ("minji", " @MINJI ", true),
            // Too little to mean the other layout.
            ("김민지", "a", false),
            ("김민지", "al", false),
            ("sally", "미", false),
            ("minji", "ㅁ", false),
            ("minji", "민지", false),
            ("김민지", "minji", false),
            ("김민지", "wlals", false),
            ("김민지", "", true),
            ("김민지", " @", true),
            ("산 2", "2", true),
        ] {
            assert_eq!(NameQuery::new(typed).finds(name), expected, "{name} by {typed}");
        }
    }

    /// Thousands of names are looked through at each key: everything but folding a name once is done before.
    #[test]
    fn few_readings_are_made_ready_before_the_names() {
        for (typed, readings) in [
            ("", 0),
            ("ㅁ", 1),
            ("ab", 1),
            ("alswl", 2),
            ("Rlaals", 3),
            ("민지 Rinji", 4),
        ] {
            let query = NameQuery::new(typed);
            assert_eq!(query.readings.len(), readings, "{typed}");
            assert!(readings <= 4);
        }
    }
}

//! What was typed while the keyboard was set to the other language: the two-set Korean layout and the Latin letters
//! (QWERTY) that share its keys.

use crate::hangul::{self, FINALS, Syllable, VOWELS};

/// The jamo on the keys from `a` to `z`.
const PLAIN: [char; 26] = [
    'ㅁ', 'ㅠ', 'ㅊ', 'ㅇ', 'ㄷ', 'ㄹ', 'ㅎ', 'ㅗ', 'ㅑ', 'ㅓ', 'ㅏ', 'ㅣ', 'ㅡ', 'ㅜ', 'ㅐ', 'ㅔ', 'ㅂ',
    'ㄱ', 'ㄴ', 'ㅅ', 'ㅕ', 'ㅍ', 'ㅈ', 'ㅌ', 'ㅛ', 'ㅋ',
];

/// The keys that give another jamo with Shift.
const SHIFTED: [(char, char); 7] = [
    ('E', 'ㄸ'),
    ('O', 'ㅒ'),
    ('P', 'ㅖ'),
    ('Q', 'ㅃ'),
    ('R', 'ㄲ'),
    ('T', 'ㅆ'),
    ('W', 'ㅉ'),
];

/// Vowels that are typed as two.
const COMPOUND_VOWELS: [(char, char, char); 7] = [
    ('ㅘ', 'ㅗ', 'ㅏ'),
    ('ㅙ', 'ㅗ', 'ㅐ'),
    ('ㅚ', 'ㅗ', 'ㅣ'),
    ('ㅝ', 'ㅜ', 'ㅓ'),
    ('ㅞ', 'ㅜ', 'ㅔ'),
    ('ㅟ', 'ㅜ', 'ㅣ'),
    ('ㅢ', 'ㅡ', 'ㅣ'),
];

/// Finals that are typed as two consonants.
const COMPOUND_FINALS: [(char, char, char); 11] = [
    ('ㄳ', 'ㄱ', 'ㅅ'),
    ('ㄵ', 'ㄴ', 'ㅈ'),
    ('ㄶ', 'ㄴ', 'ㅎ'),
    ('ㄺ', 'ㄹ', 'ㄱ'),
    ('ㄻ', 'ㄹ', 'ㅁ'),
    ('ㄼ', 'ㄹ', 'ㅂ'),
    ('ㄽ', 'ㄹ', 'ㅅ'),
    ('ㄾ', 'ㄹ', 'ㅌ'),
    ('ㄿ', 'ㄹ', 'ㅍ'),
    ('ㅀ', 'ㄹ', 'ㅎ'),
    ('ㅄ', 'ㅂ', 'ㅅ'),
];

/// What Latin letters would have been on the Korean layout, put together as an input method does: `alswl` is 민지.
///
/// A capital letter is one typed with Shift. What is no Latin letter stays.
pub fn to_hangul(typed: &str) -> String {
    let mut composer = Composer::default();
    for c in typed.chars() {
        match jamo(c) {
            Some(jamo) if VOWELS.contains(&jamo) => composer.vowel(jamo),
            Some(jamo) => composer.consonant(jamo),
            None => {
                composer.flush();
                composer.done.push(c);
            }
        }
    }
    composer.flush();
    composer.done
}

/// What Hangul would have been on the Latin layout, key by key: `ㅡㅑㅜㅓㅑ` is `minji`.
///
/// A jamo that takes Shift is a capital letter. What is no Hangul stays.
pub fn to_latin(typed: &str) -> String {
    let mut keys = String::with_capacity(typed.len());
    for c in typed.chars() {
        spell(c, |jamo| keys.push(key(jamo).unwrap_or(jamo)));
    }
    keys
}

/// The jamo that a character is typed with, one for each key: ㄱㅗㅏ for 과. What is no Hangul is itself.
pub(crate) fn spell(c: char, mut push: impl FnMut(char)) {
    let mut spell_jamo = |jamo: char| match parts(jamo) {
        Some((first, second)) => {
            push(first);
            push(second);
        }
        None => push(jamo),
    };
    match Syllable::of(c) {
        Some(Syllable { lead, vowel, last }) => {
            spell_jamo(lead);
            spell_jamo(vowel);
            last.into_iter().for_each(spell_jamo);
        }
        None => spell_jamo(c),
    }
}

/// What may have been meant by what was typed: that itself; from three keys on, what the same keys are on the other
/// layout. The first is as it was typed.
pub(crate) fn readings(typed: &str) -> Vec<String> {
    /// Fewer keys than these mean too much on the other layout: 미 is `al`, which half of all handles hold.
    const KEYS_OF_OTHER_LAYOUT: usize = 3;
    let count = |text: &str| text.chars().filter(char::is_ascii_alphabetic).count();
    let mut readings = vec![typed.to_owned()];
    // On a phone the first letter is a capital without being meant as one.
    for keys in [typed.to_owned(), typed.to_lowercase()] {
        if KEYS_OF_OTHER_LAYOUT <= count(&keys) {
            readings.push(to_hangul(&keys));
        }
    }
    let keys = to_latin(typed);
    let pressed = count(&keys);
    if KEYS_OF_OTHER_LAYOUT <= pressed && pressed != count(typed) {
        readings.push(keys);
    }
    readings
}

fn jamo(key: char) -> Option<char> {
    if let Some((_, jamo)) = SHIFTED.iter().find(|(shifted, _)| *shifted == key) {
        return Some(*jamo);
    }
    let key = key.to_ascii_lowercase();
    let at = u32::from(key).checked_sub(u32::from('a'))?;
    PLAIN.get(usize::try_from(at).ok()?).copied()
}

fn key(jamo: char) -> Option<char> {
    if let Some((key, _)) = SHIFTED.iter().find(|(_, shifted)| *shifted == jamo) {
        return Some(*key);
    }
    ('a'..='z')
        .zip(PLAIN)
        .find(|(_, plain)| *plain == jamo)
        .map(|(key, _)| key)
}

/// The two that a compound jamo is typed as.
fn parts(jamo: char) -> Option<(char, char)> {
    let mut compounds = COMPOUND_VOWELS.iter().chain(&COMPOUND_FINALS);
    compounds
        .find(|(compound, ..)| *compound == jamo)
        .map(|(_, first, second)| (*first, *second))
}

fn compound(compounds: &[(char, char, char)], first: char, second: char) -> Option<char> {
    compounds
        .iter()
        .find(|(_, one, other)| (*one, *other) == (first, second))
        .map(|(compound, ..)| *compound)
}

/// Puts jamo together to syllables, as a two-set input method does.
#[derive(Default)]
struct Composer {
    done: String,
    lead: Option<char>,
    vowel: Option<char>,
    last: Option<char>,
}

impl Composer {
    fn consonant(&mut self, jamo: char) {
        let closes = self.lead.is_some() && self.vowel.is_some();
        let last = match self.last {
            None => Some(jamo).filter(|jamo| FINALS.contains(jamo)),
            Some(last) => compound(&COMPOUND_FINALS, last, jamo),
        };
        match last {
            Some(last) if closes => self.last = Some(last),
            _ => {
                self.flush();
                self.lead = Some(jamo);
            }
        }
    }

    fn vowel(&mut self, jamo: char) {
        // A vowel takes the consonant before it, of two the second one.
        if let Some(last) = self.last.take() {
            let (stays, goes) = parts(last).map_or((None, last), |(stays, goes)| (Some(stays), goes));
            self.last = stays;
            self.flush();
            self.lead = Some(goes);
        }
        let vowel = match self.vowel {
            None => Some(jamo),
            Some(vowel) => compound(&COMPOUND_VOWELS, vowel, jamo),
        };
        if vowel.is_none() {
            self.flush();
        }
        self.vowel = vowel.or(Some(jamo));
    }

    /// What has been put together is finished.
    fn flush(&mut self) {
        let (lead, vowel, last) = (self.lead.take(), self.vowel.take(), self.last.take());
        let syllable = match (lead, vowel) {
            (Some(lead), Some(vowel)) => hangul::compose(Syllable { lead, vowel, last }),
            _ => None,
        };
        match syllable {
            Some(syllable) => self.done.push(syllable),
            None => self.done.extend([lead, vowel, last].into_iter().flatten()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_become_the_hangul_of_their_keys() {
        for (typed, expected) in [
            ("alswl", "민지"),
            ("rlaalswl", "김민지"),
            ("qkrtjdus", "박서연"),
            ("wlgh", "지호"),
            ("dkssudgktpdy", "안녕하세요"),
            // Compound vowels, one key after the other.
            ("rhk", "과"),
            ("rho", "괘"),
            ("rhl", "괴"),
            ("rnj", "궈"),
            ("rnp", "궤"),
            ("rnl", "귀"),
            ("rml", "긔"),
            ("hk", "ㅘ"),
            // Compound finals, which come apart before a vowel.
            ("ahrt", "몫"),
            ("dkswek", "앉다"),
            ("aksgdk", "많아"),
            ("ekfr", "닭"),
            ("ekfrl", "달기"),
            ("tkfa", "삶"),
            ("sjfq", "넓"),
            ("dhlfrht", "욀곳"),
            ("gkfx", "핥"),
            ("dmfv", "읊"),
            ("dlfg", "잃"),
            ("rkqt", "값"),
            ("rkqtdl", "값이"),
            ("rkqtl", "갑시"),
            // Double consonants and the other two that take Shift.
            ("Rhc", "꽃"),
            ("Ekf", "딸"),
            ("Qkd", "빵"),
            ("Tl", "씨"),
            ("Wl", "찌"),
            ("rkRk", "가까"),
            ("dlT", "있"),
            ("dlTdj", "있어"),
            ("dlTj", "이써"),
            ("OP", "ㅒㅖ"),
            ("dO", "얘"),
            ("dP", "예"),
            // What cannot close a syllable begins the next one.
            ("rkEk", "가따"),
            ("rkQ", "가ㅃ"),
            // Capitals of the other keys are no different.
            ("ALSWL", "민찌"),
            ("Alswl", "민지"),
            // Alone and half typed.
            ("aw", "ㅁㅈ"),
            ("alsw", "믽"),
            ("kk", "ㅏㅏ"),
            ("akk", "마ㅏ"),
            ("rr", "ㄱㄱ"),
            ("rt", "ㄱㅅ"),
            ("", ""),
            // What has no jamo stays, and ends a syllable.
            ("al swl 2", "미 ㄴ지 2"),
            ("al1s", "미1ㄴ"),
            ("민wl", "민지"),
            ("a_l", "ㅁ_ㅣ"),
            ("é@.", "é@."),
        ] {
            assert_eq!(to_hangul(typed), expected, "{typed}");
        }
    }

    #[test]
    fn hangul_becomes_the_latin_letters_of_its_keys() {
        for (typed, expected) in [
            ("ㅡㅑㅜㅓㅑ", "minji"),
            ("ㄴ대ㅛ대ㅜ", "seoyeon"),
            ("쟈노", "wish"),
            ("내ㅜ", "son"),
            ("므ㅐㅜ", "amon"),
            ("민지", "alswl"),
            ("과", "rhk"),
            ("ㅘ", "hk"),
            ("몫", "ahrt"),
            ("ㄳ", "rt"),
            ("닭", "ekfr"),
            ("꽃", "Rhc"),
            ("ㄸㅒㅖ", "EOP"),
            ("Minji 2", "Minji 2"),
            ("ㅡㅑnㅓㅑ!", "minji!"),
            ("", ""),
        ] {
            assert_eq!(to_latin(typed), expected, "{typed}");
        }
    }

    /// Whatever keys are pressed, the other layout says which ones they were.
    #[test]
    fn one_way_and_back_are_the_same_keys() {
        let keys: Vec<char> = ('a'..='z').chain(SHIFTED.map(|(key, _)| key)).collect();
        for first in &keys {
            for second in &keys {
                for third in &keys {
                    let typed: String = [first, second, third, second].into_iter().collect();
                    assert_eq!(to_latin(&to_hangul(&typed)), typed);
                }
            }
        }
    }

    #[test]
    fn every_syllable_is_typed_as_it_is_read() {
        for syllable in '가'..='힣' {
            let syllable = syllable.to_string();
            assert_eq!(to_hangul(&to_latin(&syllable)), syllable);
        }
    }
}

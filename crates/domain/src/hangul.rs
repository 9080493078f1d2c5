//! Finding Korean names while they are typed: by syllable, by half-typed syllable and by 초성.

/// First syllable block, 가.
const FIRST: u32 = 0xac00;
/// Last syllable block, 힣.
const LAST: u32 = 0xd7a3;
/// Vowels a leading consonant combines with.
const VOWEL_COUNT: u32 = 21;
/// Final consonants, the absent one included.
const FINAL_COUNT: u32 = 28;

/// Leading consonants in the order of the syllable table (Unicode, Hangul Syllables).
pub(crate) const LEADING: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
];

/// Vowels in the order of the syllable table.
pub(crate) const VOWELS: [char; 21] = [
    'ㅏ', 'ㅐ', 'ㅑ', 'ㅒ', 'ㅓ', 'ㅔ', 'ㅕ', 'ㅖ', 'ㅗ', 'ㅘ', 'ㅙ', 'ㅚ', 'ㅛ', 'ㅜ', 'ㅝ', 'ㅞ', 'ㅟ',
    'ㅠ', 'ㅡ', 'ㅢ', 'ㅣ',
];

/// Final consonants in the order of the syllable table, in which none at all comes before them.
pub(crate) const FINALS: [char; 27] = [
    'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ', 'ㅁ', 'ㅂ',
    'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// What the final consonant of a half-typed syllable becomes when the next vowel is typed: 갑 → 가 + ㅂ.
const FINAL_SPLITS: [Option<(u32, char)>; 28] = [
    None,
    Some((0, 'ㄱ')),
    Some((0, 'ㄲ')),
    Some((1, 'ㅅ')),
    Some((0, 'ㄴ')),
    Some((4, 'ㅈ')),
    Some((4, 'ㅎ')),
    Some((0, 'ㄷ')),
    Some((0, 'ㄹ')),
    Some((8, 'ㄱ')),
    Some((8, 'ㅁ')),
    Some((8, 'ㅂ')),
    Some((8, 'ㅅ')),
    Some((8, 'ㅌ')),
    Some((8, 'ㅍ')),
    Some((8, 'ㅎ')),
    Some((0, 'ㅁ')),
    Some((0, 'ㅂ')),
    Some((17, 'ㅅ')),
    Some((0, 'ㅅ')),
    Some((0, 'ㅆ')),
    Some((0, 'ㅇ')),
    Some((0, 'ㅈ')),
    Some((0, 'ㅊ')),
    Some((0, 'ㅋ')),
    Some((0, 'ㅌ')),
    Some((0, 'ㅍ')),
    Some((0, 'ㅎ')),
];

/// The letters of a syllable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syllable {
    pub lead: char,
    pub vowel: char,
    pub last: Option<char>,
}

impl Syllable {
    /// Of one that is in the syllable table.
    pub fn of(c: char) -> Option<Self> {
        let index = index(c)?;
        let vowel = VOWELS
            .get((index / FINAL_COUNT % VOWEL_COUNT) as usize)
            .copied()?;
        let last = (index % FINAL_COUNT).checked_sub(1);
        Some(Self {
            lead: leading(c)?,
            vowel,
            last: last.and_then(|last| FINALS.get(last as usize).copied()),
        })
    }
}

/// The syllable of these letters; `None` when they make none.
pub(crate) fn compose(syllable: Syllable) -> Option<char> {
    let at = |table: &[char], wanted| {
        table
            .iter()
            .zip(0..)
            .find(|(c, _)| **c == wanted)
            .map(|(_, at)| at)
    };
    let (lead, vowel): (u32, u32) = (at(&LEADING, syllable.lead)?, at(&VOWELS, syllable.vowel)?);
    let last = match syllable.last {
        None => 0,
        Some(last) => at(&FINALS, last)? + 1,
    };
    char::from_u32(FIRST + (lead * VOWEL_COUNT + vowel) * FINAL_COUNT + last)
}

/// A text as it is searched: without spaces and differences of case.
pub(crate) fn fold(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a folded query, which is not empty, names a folded text: as a part of it, where a lone consonant stands for
/// any syllable that begins with it, and the last syllable of the query may be half typed.
///
/// `ㅁㅈ`, `민ㅈ`, `민` and `미` find `민지`; `믽` (민 + ㅈ, on the way to 지) does as well.
pub(crate) fn holds(text: &[char], query: &[char]) -> bool {
    text.windows(query.len())
        .any(|window| window_matches(window, query))
        || matches_split(text, query)
}

fn window_matches(window: &[char], query: &[char]) -> bool {
    let last = query.len() - 1;
    window.iter().zip(query).enumerate().all(|(at, (&have, &want))| {
        if at == last {
            unfinished_matches(have, want)
        } else {
            syllable_matches(have, want)
        }
    })
}

/// The final consonant of the last syllable may already belong to the next one.
fn matches_split(text: &[char], query: &[char]) -> bool {
    let Some((&last, head)) = query.split_last() else {
        return false;
    };
    let Some((syllable, consonant)) = split_final(last) else {
        return false;
    };
    text.windows(query.len() + 1).any(|window| {
        let (next, window) = (window[query.len()], &window[..query.len()]);
        let (have_last, have_head) = (window[head.len()], &window[..head.len()]);
        have_head
            .iter()
            .zip(head)
            .all(|(&have, &want)| syllable_matches(have, want))
            && have_last == syllable
            && leading(next) == Some(consonant)
    })
}

/// A lone consonant stands for any syllable that begins with it.
pub(crate) fn syllable_matches(have: char, want: char) -> bool {
    have == want || (LEADING.contains(&want) && leading(have) == Some(want))
}

/// Like [`syllable_matches`], but a syllable without a final stands for all that begin with it.
fn unfinished_matches(have: char, want: char) -> bool {
    if syllable_matches(have, want) {
        return true;
    }
    match (index(have), index(want)) {
        (Some(have), Some(want)) => want % FINAL_COUNT == 0 && have / FINAL_COUNT == want / FINAL_COUNT,
        _ => false,
    }
}

fn index(c: char) -> Option<u32> {
    (FIRST..=LAST)
        .contains(&u32::from(c))
        .then(|| u32::from(c) - FIRST)
}

/// The leading consonant of a syllable.
fn leading(c: char) -> Option<char> {
    index(c).and_then(|index| {
        LEADING
            .get((index / (VOWEL_COUNT * FINAL_COUNT)) as usize)
            .copied()
    })
}

fn split_final(c: char) -> Option<(char, char)> {
    let index = index(c)?;
    let (rest, consonant) = (*FINAL_SPLITS.get((index % FINAL_COUNT) as usize)?)?;
    let syllable = char::from_u32(FIRST + index - index % FINAL_COUNT + rest)?;
    Some((syllable, consonant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_while_they_are_typed() {
        for (text, query, expected) in [
            ("민지", "ㅁㅈ", true),
            ("민지", "민ㅈ", true),
            ("민지", "미", true),
            ("민지", "민", true),
            ("민지", "믽", true),
            ("김민지", "민지", true),
            ("김 민지", "김민", true),
            ("회의록", "ㅎㅇㄹ", true),
            ("번역", "버", true),
            ("번역", "번여", true),
            ("닭갈비", "달ㄱ", false),
            ("사람", "살", true),
            ("사과", "살", false),
            ("민지", "ㅈㅁ", false),
            ("민지", "먼", false),
            ("Minji", "minJ", true),
            ("minji", "ㅁ", false),
        ] {
            assert_eq!(holds(&fold(text), &fold(query)), expected, "{text} by {query}");
        }
    }
}

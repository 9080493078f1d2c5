//! Finding Korean names while they are typed: by syllable, by half-typed syllable and by 초성.

/// First syllable block, 가.
const FIRST: u32 = 0xac00;
/// Last syllable block, 힣.
const LAST: u32 = 0xd7a3;
/// Vowels a leading consonant combines with.
const VOWELS: u32 = 21;
/// Final consonants, the absent one included.
const FINALS: u32 = 28;

/// Leading consonants in the order of the syllable table (Unicode, Hangul Syllables).
const LEADING: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
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

/// Whether `query` names `text`: as a substring without regard to case and spaces, where a lone consonant
/// stands for any syllable that begins with it, and the last syllable of the query may be half typed.
///
/// `ㅁㅈ`, `민ㅈ`, `민` and `미` find `민지`; `믽` (민 + ㅈ, on the way to 지) does as well.
pub fn matches(text: &str, query: &str) -> bool {
    let query: Vec<char> = fold(query);
    if query.is_empty() {
        return true;
    }
    let text: Vec<char> = fold(text);
    text.windows(query.len())
        .any(|window| window_matches(window, &query))
        || matches_split(&text, &query)
}

fn fold(text: &str) -> Vec<char> {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
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

fn syllable_matches(have: char, want: char) -> bool {
    have == want || (LEADING.contains(&want) && leading(have) == Some(want))
}

/// Like [`syllable_matches`], but a syllable without a final stands for all that begin with it.
fn unfinished_matches(have: char, want: char) -> bool {
    if syllable_matches(have, want) {
        return true;
    }
    match (index(have), index(want)) {
        (Some(have), Some(want)) => want % FINALS == 0 && have / FINALS == want / FINALS,
        _ => false,
    }
}

fn index(c: char) -> Option<u32> {
    (FIRST..=LAST)
        .contains(&u32::from(c))
        .then(|| u32::from(c) - FIRST)
}

/// The leading consonant of a syllable.
pub fn leading(c: char) -> Option<char> {
    index(c).and_then(|index| LEADING.get((index / (VOWELS * FINALS)) as usize).copied())
}

fn split_final(c: char) -> Option<(char, char)> {
    let index = index(c)?;
    let (rest, consonant) = (*FINAL_SPLITS.get((index % FINALS) as usize)?)?;
    let syllable = char::from_u32(FIRST + index - index % FINALS + rest)?;
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
            ("민지", "", true),
        ] {
            assert_eq!(matches(text, query), expected, "{text} by {query}");
        }
    }
}

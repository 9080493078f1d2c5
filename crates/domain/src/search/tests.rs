use super::*;

fn find(text: &str, query: &str) -> Option<Vec<Highlight>> {
    SearchQuery::parse(query).unwrap().find(text)
}

#[test]
fn a_key_is_what_was_typed_key_by_key() {
    for (text, key) in [
        ("번역을", "ㅂㅓㄴㅇㅕㄱㅇㅡㄹ"),
        ("과 값", "ㄱㅗㅏ ㄱㅏㅂㅅ"),
        ("ㄳ ㅘ ㅋㅠ", "ㄱㅅ ㅗㅏ ㅋㅠ"),
        ("Rust\u{a0}번", "rust ㅂㅓㄴ"),
        ("ＡＢ①", "ab1"),
        ("\u{1100} \u{1161} \u{11a8}", "ㄱ ㅏ ㄱ"),
        ("\u{1112}\u{1161}\u{11ab}", "ㅎㅏㄴ"),
        ("가\u{11a8}", "ㄱㅏㄱ"),
        ("e\u{301}É", "éé"),
        ("ｶﾞ", "ガ"),
        ("꽃", "ㄲㅗㅊ"),
        ("❤\u{fe0f} a\u{200b}b", "❤ ab"),
        ("", ""),
    ] {
        assert_eq!(search_key(text), key, "{text}");
    }
}

#[test]
fn whole_syllables_are_equal_and_the_last_may_be_unfinished() {
    for (text, query, expected) in [
        ("번역을 맡겼어", "번역", Some(vec![[0, 2]])),
        ("번역을 맡겼어", "번여", Some(vec![[0, 2]])),
        ("번역을 맡겼어", "번ㅇ", Some(vec![[0, 2]])),
        ("번역을 맡겼어", "역을", Some(vec![[1, 3]])),
        ("번역을 맡겼어", "버", Some(vec![[0, 1]])),
        ("번역을 맡겼어", "버역", None),
        ("사람이 많다", "살", None),
        ("삶은 계란", "살", Some(vec![[0, 1]])),
        ("과자", "고", Some(vec![[0, 1]])),
        ("과자", "고자", None),
        ("값이 싸다", "갑", Some(vec![[0, 1]])),
        ("값이 싸다", "갑이", None),
        // Only the last syllable of all.
        ("번역 회의", "번여 회의", None),
        ("번역 회의", "회의 번여", Some(vec![[0, 2], [3, 5]])),
        ("번역 회의", "회 번역 없음", None),
        // Without regard to case and form.
        ("Rust로 짰어", "RUST", Some(vec![[0, 4]])),
        ("Rust로 짰어", "us", Some(vec![[1, 3]])),
        ("한글", "\u{1112}\u{1161}\u{11ab}", Some(vec![[0, 1]])),
        ("ＡＢＣ", "abc", Some(vec![[0, 3]])),
        // Special characters of patterns are plain.
        ("100% 확실", "0%", Some(vec![[2, 4]])),
        ("100 확실", "0%", None),
        ("a_b", "a_b", Some(vec![[0, 3]])),
        ("axb", "a_b", None),
        ("c:\\temp", ":\\t", Some(vec![[1, 4]])),
        // UTF-16 units, and what cannot be told apart.
        ("😀😀 점심", "점심", Some(vec![[5, 7]])),
        ("½ 컵", "1", Some(vec![[0, 1]])),
        ("ㅋㅠㅠ", "ㅠㅠ", Some(vec![[1, 3]])),
        // Equal places that touch are one.
        ("하하하", "하하", Some(vec![[0, 3]])),
        ("가 나 가", "가", Some(vec![[0, 1], [4, 5]])),
    ] {
        assert_eq!(find(text, query), expected, "{text} by {query}");
    }
}

#[test]
fn initial_consonants_stand_for_syllables_where_there_is_nothing_else() {
    for (text, query, expected) in [
        ("오늘 회의록 봤어?", "ㅎㅇㄹ", Some(vec![[3, 6]])),
        ("오늘 회의 록", "ㅎㅇㄹ", None),
        ("오늘 회의록 봤어?", "ㅂㅇ ㅎㅇ", Some(vec![[3, 5], [7, 9]])),
        ("ㅋㅋㅋ 웃겨", "ㅋㅋ", Some(vec![[0, 3]])),
        ("꽃님", "ㄱㄴ", None),
        ("꽃님", "ㄲㄴ", Some(vec![[0, 2]])),
        // With anything else they are a half-typed syllable at the end, and themselves elsewhere.
        ("회의 록", "회의 ㄹ", Some(vec![[0, 2], [3, 4]])),
        ("회의록", "ㅎ의록", None),
    ] {
        assert_eq!(find(text, query), expected, "{text} by {query}");
    }
}

#[test]
fn what_was_typed_on_the_other_layout_is_found_too() {
    for (text, query, expected) in [
        ("안녕하세요", "dkssud", true),
        ("안녕하세요", "Dkssud", true),
        ("안녕하세요", "dkssu", true),
        ("hello", "ㅗ디ㅣㅐ", true),
        ("meeting notes", "ㅡㄷㄷ샤ㅜㅎ", true),
        ("회의 안녕", "ghldml dkssud", true),
        // Too little to mean the other layout.
        ("미안", "al", false),
        // Initial consonants are seen while they are typed.
        ("주말 나들이", "was", false),
    ] {
        assert_eq!(find(text, query).is_some(), expected, "{text} by {query}");
    }
}

#[test]
fn what_can_be_looked_for() {
    let parse = SearchQuery::parse;
    for nothing in ["", "  ", "\u{200b}\u{3164}", "\u{0}"] {
        assert_eq!(parse(nothing), Err(SearchQueryError::Empty), "{nothing:?}");
    }
    assert!(parse(&"가".repeat(100)).is_ok());
    assert_eq!(parse(&"가".repeat(101)), Err(SearchQueryError::TooLong));
    for (query, expected) in [
        ("가", false),
        ("각", true),
        ("가나", true),
        ("ab", false),
        ("abc", true),
        ("a b c", false),
        ("ab 가나", true),
        ("ㅎㅇㄹ", false),
        ("ㅠㅠㅠ", true),
        ("😀😀😀", false),
        ("...", false),
        ("a.b.c", false),
        ("100%", true),
    ] {
        assert_eq!(parse(query).unwrap().anywhere().is_some(), expected, "{query}");
    }
    assert!(parse("ㅎㅇ ㄹ").unwrap().is_initials());
}

#[test]
fn patterns_are_matched_by_the_keys_of_whatever_is_found() {
    let patterns = |query: &str| SearchQuery::parse(query).unwrap().patterns();
    assert_eq!(patterns("번여")[0], ["%ㅂㅓㄴㅇㅕ%"]);
    assert_eq!(patterns("나 회의")[0], ["%ㅎㅗㅣㅇㅡㅣ%", "%ㄴㅏ%"]);
    assert_eq!(patterns("ㅎㅇㄹ")[0], ["%ㅎ%ㅇ%ㄹ%"]);
    assert_eq!(patterns("5%_\\")[0], ["%5\\%\\_\\\\%"]);
    assert_eq!(patterns("dkssud"), [["%dkssud%"], ["%ㅇㅏㄴㄴㅕㅇ%"]]);
}

#[test]
fn a_text_full_of_it_does_not_grow_the_answer() {
    let text = "가 나 ".repeat(1_000);
    assert_eq!(find(&text, "가").unwrap().len(), MOST_HIGHLIGHTS);
}

//! Sentences as people write them to each other, made of words by rules, always the same from the same seed.

use fastrand::Rng;

const NAMES: [&str; 24] = [
    "민지",
    "서연",
    "지호",
    "하윤",
    "도현",
    "예린",
    "준서",
    "수빈",
    "태양",
    "은채",
    "현우",
    "가람",
    "나래",
    "다솜",
    "라온",
    "보람",
    "김민수",
    "이서준",
    "박하늘",
    "최지우",
    "정우성",
    "Minji",
    "Alex",
    "Jun",
];
const TITLES: [&str; 8] = ["", "", "", "씨", "님", "야", "이", "팀장님"];
const TIMES: [&str; 22] = [
    "오늘",
    "내일",
    "어제",
    "모레",
    "이번 주",
    "다음주",
    "주말에",
    "아침에",
    "점심때",
    "저녁에",
    "밤늦게",
    "새벽",
    "월요일",
    "금요일에",
    "7시에",
    "여덟 시 반",
    "오후 3시",
    "12/24",
    "2026년",
    "방금",
    "아까",
    "곧",
];
const PLACES: [&str; 24] = [
    "회사",
    "학교",
    "집",
    "카페",
    "도서관",
    "강남역",
    "홍대",
    "시청 앞",
    "부산",
    "제주도",
    "병원",
    "마트",
    "공원",
    "한강",
    "영화관",
    "회의실",
    "2층",
    "5번 출구",
    "Starbucks",
    "zoom",
    "슬랙",
    "단톡방",
    "닭갈비집",
    "읍내",
];
const OBJECTS: [&str; 48] = [
    "회의록",
    "번역",
    "보고서",
    "계약서",
    "과자",
    "커피",
    "김치찌개",
    "닭갈비",
    "삶은 계란",
    "값",
    "꽃",
    "빵",
    "책",
    "숙제",
    "발표 자료",
    "사진",
    "영상",
    "파일",
    "링크",
    "일정",
    "예약",
    "티켓",
    "우산",
    "지갑",
    "열쇠",
    "노트북",
    "휴대폰",
    "충전기",
    "약",
    "선물",
    "케이크",
    "치킨",
    "피자",
    "라면",
    "떡볶이",
    "점심",
    "저녁",
    "운동",
    "등산",
    "영화",
    "음악",
    "사람",
    "살림",
    "몫",
    "PR",
    "Rust 코드",
    "API 문서",
    "deadline",
];
/// A stem, and what it becomes before endings that begin with a vowel.
const VERBS: [(&str, &str); 26] = [
    ("보내", "보내"),
    ("받", "받아"),
    ("읽", "읽어"),
    ("쓰", "써"),
    ("고치", "고쳐"),
    ("맡기", "맡겨"),
    ("찾", "찾아"),
    ("사", "사"),
    ("먹", "먹어"),
    ("마시", "마셔"),
    ("보", "봐"),
    ("듣", "들어"),
    ("가져오", "가져와"),
    ("잃어버리", "잃어버려"),
    ("확인하", "확인해"),
    ("정리하", "정리해"),
    ("번역하", "번역해"),
    ("예약하", "예약해"),
    ("리뷰하", "리뷰해"),
    ("push하", "push해"),
    ("앉", "앉아"),
    ("없애", "없애"),
    ("넓히", "넓혀"),
    ("깎", "깎아"),
    ("끓이", "끓여"),
    ("꽂", "꽂아"),
];
const PLAIN_ENDINGS: [&str; 14] = [
    "고 있어",
    "는 중",
    "겠습니다",
    "지 말자",
    "자",
    "니?",
    "는데요",
    "네",
    "던데",
    "거든",
    "기로 했어",
    "고 싶다",
    "지 않을래?",
    "다가",
];
const VOWEL_ENDINGS: [&str; 12] = [
    "요",
    "야 돼",
    "줘",
    "도 돼?",
    "서 늦었어",
    "주세요",
    "볼게",
    " 놨어",
    "버렸어",
    "야지",
    "라",
    "서요",
];
const TAILS: [&str; 24] = [
    "",
    "",
    "",
    "",
    "",
    "!",
    "?",
    "...",
    "~",
    "ㅋㅋㅋ",
    "ㅋㅋ",
    "ㅎㅎ",
    "ㅠㅠ",
    "ㅇㅇ",
    "ㄴㄴ",
    "ㄱㄱ",
    "😀",
    "👍👍",
    "❤\u{fe0f}",
    " 100%",
    " ㅇㅋ",
    " (진짜)",
    " lol",
    " ^_^",
];
const REMARKS: [&str; 30] = [
    "좋아",
    "그래 그럼",
    "안녕하세요",
    "안녕!",
    "미안 늦었어",
    "고마워요",
    "축하해",
    "잘 자",
    "괜찮아?",
    "왜?",
    "네",
    "응",
    "알겠습니다",
    "지금 어디야",
    "거의 다 왔어",
    "사람 진짜 많다",
    "살 빼야 하는데",
    "삶이란 뭘까",
    "밥 먹었어?",
    "뭐 해?",
    "ok",
    "See you at six",
    "Good morning everyone",
    "The build is broken again",
    "meeting notes are in the wiki",
    "C:\\temp\\log_01.txt",
    "a_b 50% off",
    "값이 너무 비싸",
    "ㄱㅅㄱㅅ",
    "않아도 돼",
];

fn pick<'a>(rng: &mut Rng, words: &[&'a str]) -> &'a str {
    words[rng.usize(..words.len())]
}

fn ends_in_consonant(word: &str) -> bool {
    word.chars()
        .next_back()
        .is_some_and(|c| ('가'..='힣').contains(&c) && (u32::from(c) - 0xac00) % 28 != 0)
}

fn particle(word: &str, after_consonant: &'static str, after_vowel: &'static str) -> &'static str {
    if ends_in_consonant(word) {
        after_consonant
    } else {
        after_vowel
    }
}

/// One sentence.
pub fn sentence(rng: &mut Rng) -> String {
    let mut words: Vec<String> = Vec::new();
    if rng.u8(..6) == 0 {
        words.push(pick(rng, &REMARKS).to_owned());
    } else {
        if rng.bool() {
            let name = format!("{}{}", pick(rng, &NAMES), pick(rng, &TITLES));
            let particle = match rng.u8(..4) {
                0 => particle(&name, "은", "는"),
                1 => particle(&name, "이", "가"),
                2 => "한테",
                _ => "",
            };
            words.push(format!("{name}{particle}"));
        }
        if rng.bool() {
            words.push(pick(rng, &TIMES).to_owned());
        }
        if rng.u8(..3) == 0 {
            let place = pick(rng, &PLACES);
            words.push(format!(
                "{place}{}",
                pick(rng, &["에서", "에", "까지", "으로", ""])
            ));
        }
        let object = pick(rng, &OBJECTS);
        let particle = match rng.u8(..4) {
            0 | 1 => particle(object, "을", "를"),
            2 => "도",
            _ => "",
        };
        words.push(format!("{object}{particle}"));
        let (stem, before_vowel) = VERBS[rng.usize(..VERBS.len())];
        words.push(if rng.bool() {
            format!("{stem}{}", pick(rng, &PLAIN_ENDINGS))
        } else {
            format!("{before_vowel}{}", pick(rng, &VOWEL_ENDINGS))
        });
    }
    // Spaces are left out as people do.
    let space = if rng.u8(..8) == 0 { "" } else { " " };
    let mut sentence = words.join(space);
    sentence.push_str(pick(rng, &TAILS));
    match rng.u8(..40) {
        0 => sentence.to_uppercase(),
        1 => format!("{sentence}\n{}", pick(rng, &REMARKS)),
        2 => format!("{sentence} {}", rng.u32(..100_000)),
        3 => format!("{sentence} https://example.org/{}", rng.u16(..)),
        _ => sentence,
    }
}

/// The keys of the Korean layout, in the order of `a` to `z`.
const KEYS: &str = "ㅁㅠㅊㅇㄷㄹㅎㅗㅑㅓㅏㅣㅡㅜㅐㅔㅂㄱㄴㅅㅕㅍㅈㅌㅛㅋ";

/// What somebody may type to find a sentence again: a part of it, changed as people change things.
pub fn query(rng: &mut Rng, sentence: &str) -> String {
    let chars: Vec<char> = sentence.chars().collect();
    let part = |rng: &mut Rng, most: usize| -> String {
        let start = rng.usize(..chars.len());
        let length = rng.usize(1..=most).min(chars.len() - start);
        chars[start..start + length].iter().collect()
    };
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let word = |rng: &mut Rng| words[rng.usize(..words.len())].to_owned();
    match rng.u8(..16) {
        0..3 => part(rng, 6),
        3..5 => word(rng),
        5..7 => {
            let part = part(rng, 4);
            half_typed(rng, &part)
        }
        7 => format!("{} {}", word(rng), word(rng)),
        8 => {
            let (word, part) = (word(rng), part(rng, 3));
            format!("{word} {}", half_typed(rng, &part))
        }
        9..11 => initials(&part(rng, 4)),
        11 => decomposed(&part(rng, 5)),
        12 | 13 => on_latin_keys(&part(rng, 5)),
        14 => on_korean_keys(&word(rng)),
        _ => part(rng, 8).to_uppercase(),
    }
}

/// Without the last key of the last syllable.
fn half_typed(rng: &mut Rng, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if let Some(last) = chars.last_mut()
        && ('가'..='힣').contains(last)
    {
        let index = u32::from(*last) - 0xac00;
        *last = match rng.u8(..3) {
            0 => super::oracle::LEADS
                .chars()
                .nth((index / 588) as usize)
                .unwrap_or(*last),
            _ => char::from_u32(0xac00 + index - index % 28).unwrap_or(*last),
        };
    }
    chars.into_iter().collect()
}

fn initials(text: &str) -> String {
    let lead = |c: char| match c {
        '가'..='힣' => super::oracle::LEADS
            .chars()
            .nth(((u32::from(c) - 0xac00) / 588) as usize),
        ' ' => Some(' '),
        _ => None,
    };
    text.chars().filter_map(lead).collect()
}

/// As some systems hand it over: each syllable in pieces (NFD).
fn decomposed(text: &str) -> String {
    let mut pieces = String::new();
    for c in text.chars() {
        if !('가'..='힣').contains(&c) {
            pieces.push(c);
            continue;
        }
        let index = u32::from(c) - 0xac00;
        pieces.extend(char::from_u32(0x1100 + index / 588));
        pieces.extend(char::from_u32(0x1161 + index / 28 % 21));
        pieces.extend(
            Some(index % 28)
                .filter(|last| *last != 0)
                .and_then(|last| char::from_u32(0x11a7 + last)),
        );
    }
    pieces
}

/// What Hangul is on the Latin layout, for want of switching.
pub fn on_latin_keys(text: &str) -> String {
    let mut typed = String::new();
    for jamo in text
        .chars()
        .flat_map(|c| super::oracle::keys(c).chars().collect::<Vec<_>>())
    {
        typed.push(match jamo {
            'ㄸ' => 'E',
            'ㅒ' => 'O',
            'ㅖ' => 'P',
            'ㅃ' => 'Q',
            'ㄲ' => 'R',
            'ㅆ' => 'T',
            'ㅉ' => 'W',
            jamo => KEYS
                .chars()
                .zip('a'..='z')
                .find(|(key, _)| *key == jamo)
                .map_or(jamo, |(_, letter)| letter),
        });
    }
    typed
}

/// What Latin letters are on the Korean layout, jamo by jamo.
pub fn on_korean_keys(text: &str) -> String {
    let jamo = |c: char| match c {
        'E' => 'ㄸ',
        'O' => 'ㅒ',
        'P' => 'ㅖ',
        'Q' => 'ㅃ',
        'R' => 'ㄲ',
        'T' => 'ㅆ',
        'W' => 'ㅉ',
        c if c.is_ascii_alphabetic() => {
            let at = u32::from(c.to_ascii_lowercase()) - u32::from('a');
            KEYS.chars().nth(at as usize).unwrap_or(c)
        }
        c => c,
    };
    text.chars().map(jamo).collect()
}

//! What a profile says of what both have. Apart from the other texts: only profiles need them, so they are fetched with
//! those.

use damso_domain::Locale;

use super::locale;

/// What a profile says of what both have.
pub struct MutualTexts {
    pub title: &'static str,
    pub friends: fn(i64) -> String,
    pub groups: fn(i64) -> String,
    pub more: fn(i64) -> String,
    pub people: fn(i64) -> String,
}

/// The texts in the current language; follows it.
pub fn mutual() -> &'static MutualTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: MutualTexts = MutualTexts {
    title: "함께 아는 사이",
    friends: |count| format!("함께 아는 친구 {count}명"),
    groups: |count| format!("함께 있는 그룹 {count}개"),
    more: |count| format!("그 밖에 {count}"),
    people: |count| format!("{count}명"),
};

static EN: MutualTexts = MutualTexts {
    title: "In common",
    friends: |count| match count {
        1 => "1 mutual friend".to_owned(),
        _ => format!("{count} mutual friends"),
    },
    groups: |count| match count {
        1 => "1 group together".to_owned(),
        _ => format!("{count} groups together"),
    },
    more: |count| format!("and {count} more"),
    people: |count| match count {
        1 => "1 person".to_owned(),
        _ => format!("{count} people"),
    },
};

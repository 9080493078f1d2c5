//! What is said where emoji are chosen; fetched with the conversations.

use damso_domain::Locale;

use super::locale;

/// What is said where emoji are chosen.
pub struct EmojiTexts {
    pub open: &'static str,
    pub title: &'static str,
    pub search: &'static str,
    pub placeholder: &'static str,
    pub groups: &'static str,
    pub recent: &'static str,
    /// By the key that the table gives the group.
    pub group: fn(&str) -> &'static str,
    pub tone: &'static str,
    pub tones: [&'static str; 6],
    pub none_title: &'static str,
    pub none_text: &'static str,
    pub not_fetched: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn emoji() -> &'static EmojiTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: EmojiTexts = EmojiTexts {
    open: "이모지",
    title: "이모지 고르기",
    search: "이모지 검색",
    placeholder: "이름으로 찾기",
    groups: "이모지 종류",
    recent: "최근 사용",
    group: |key| match key {
        "smileys" => "표정과 감정",
        "people" => "사람과 몸",
        "nature" => "동물과 자연",
        "food" => "음식과 음료",
        "places" => "여행과 장소",
        "activities" => "활동",
        "objects" => "사물",
        "symbols" => "기호",
        _ => "깃발",
    },
    tone: "피부색",
    tones: [
        "기본",
        "밝은 피부색",
        "조금 밝은 피부색",
        "중간 피부색",
        "조금 어두운 피부색",
        "어두운 피부색",
    ],
    none_title: "찾는 이모지가 없어요",
    none_text: "다른 말이나 초성으로 찾아보세요.",
    not_fetched: "이모지를 불러오지 못했어요.",
};

static EN: EmojiTexts = EmojiTexts {
    open: "Emoji",
    title: "Choose an emoji",
    search: "Search emoji",
    placeholder: "Find by name",
    groups: "Kinds of emoji",
    recent: "Used recently",
    group: |key| match key {
        "smileys" => "Smileys and emotion",
        "people" => "People and body",
        "nature" => "Animals and nature",
        "food" => "Food and drink",
        "places" => "Travel and places",
        "activities" => "Activities",
        "objects" => "Objects",
        "symbols" => "Symbols",
        _ => "Flags",
    },
    tone: "Skin tone",
    tones: [
        "No skin tone",
        "Light",
        "Medium light",
        "Medium",
        "Medium dark",
        "Dark",
    ],
    none_title: "No emoji found",
    none_text: "Try another word.",
    not_fetched: "The emoji could not be loaded.",
};

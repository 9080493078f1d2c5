//! What is said about mentions; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about mentions.
pub struct MentionTexts {
    /// What calls everybody; the first is what is written.
    pub everybody: &'static [&'static str],
    pub everybody_detail: &'static str,
    pub list: &'static str,
    pub found: fn(usize) -> String,
    pub mentions_me: &'static str,
    pub to_mention: fn(i64) -> String,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn mentions() -> &'static MentionTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: MentionTexts = MentionTexts {
    everybody: &["모두", "전체", "all", "everyone"],
    everybody_detail: "채팅방의 모두에게 알려요",
    list: "멘션할 사람",
    found: |count| format!("{count}명 찾음, 화살표로 골라요"),
    mentions_me: "나를 멘션함",
    to_mention: |count| format!("나를 멘션한 메시지로, {count}개"),
};

static EN: MentionTexts = MentionTexts {
    everybody: &["all", "everyone", "모두", "전체"],
    everybody_detail: "Notifies everybody in the group",
    list: "People to mention",
    found: |count| match count {
        1 => "1 person found, choose with the arrows".to_owned(),
        count => format!("{count} people found, choose with the arrows"),
    },
    mentions_me: "mentions you",
    to_mention: |count| match count {
        1 => "To the message that mentions you".to_owned(),
        count => format!("To the first of {count} messages that mention you"),
    },
};

//! What is said about forwarding; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about forwarding.
pub struct ForwardingTexts {
    pub forward: &'static str,
    pub forwarded: &'static str,
    pub title: &'static str,
    pub pick_chats: &'static str,
    pub none_found: &'static str,
    pub submit: fn(usize) -> String,
    pub done: &'static str,
    pub later: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn forwarding() -> &'static ForwardingTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: ForwardingTexts = ForwardingTexts {
    forward: "전달",
    forwarded: "전달됨",
    title: "메시지 전달",
    pick_chats: "전달할 채팅 고르기",
    none_found: "찾는 채팅이 없어요.",
    submit: |count| match count {
        0 => "전달".to_owned(),
        count => format!("채팅 {count}개에 전달"),
    },
    done: "메시지를 전달했어요.",
    later: "다시 연결되면 전달할게요.",
};

static EN: ForwardingTexts = ForwardingTexts {
    forward: "Forward",
    forwarded: "Forwarded",
    title: "Forward message",
    pick_chats: "Chats to forward to",
    none_found: "No chat is called that.",
    submit: |count| match count {
        0 => "Forward".to_owned(),
        1 => "Forward to 1 chat".to_owned(),
        count => format!("Forward to {count} chats"),
    },
    done: "Forwarded.",
    later: "This goes out once you are online again.",
};

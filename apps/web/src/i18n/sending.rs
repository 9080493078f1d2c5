//! What is said about sending; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about sending.
pub struct SendingTexts {
    pub ways: &'static str,
    pub silently: &'static str,
    pub was_silent: &'static str,
    pub call_off: &'static str,
    pub title: &'static str,
    pub waits: &'static str,
    pub waits_detail: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn sending() -> &'static SendingTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: SendingTexts = SendingTexts {
    ways: "보내는 방법",
    silently: "알림 없이 보내기",
    was_silent: "알림 없이 보냄",
    call_off: "취소",
    title: "메시지 보내기",
    waits: "보내기 전에 5초 기다리기",
    waits_detail: "그동안 취소하면 쓴 내용이 입력창으로 돌아와요. 이 브라우저에서 보낼\u{a0}때만\u{a0}기다려요.",
};

static EN: SendingTexts = SendingTexts {
    ways: "Ways to send",
    silently: "Send without sound",
    was_silent: "Sent without sound",
    call_off: "Cancel",
    title: "Sending messages",
    waits: "Wait 5 seconds before sending",
    waits_detail: "Cancel meanwhile, and what you wrote is back in the text box. Only for what you send from this browser.",
};

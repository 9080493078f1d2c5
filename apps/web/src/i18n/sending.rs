//! What is said about sending; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about sending.
pub struct SendingTexts {
    pub ways: &'static str,
    pub silently: &'static str,
    pub was_silent: &'static str,
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
};

static EN: SendingTexts = SendingTexts {
    ways: "Ways to send",
    silently: "Send without sound",
    was_silent: "Sent without sound",
};

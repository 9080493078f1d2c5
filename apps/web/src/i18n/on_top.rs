//! What is said about the message on top of a conversation, and links to messages; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about the message on top of a conversation, and links to messages.
pub struct OnTopTexts {
    pub notice: &'static str,
    pub set: &'static str,
    pub was_set: &'static str,
    pub remove: &'static str,
    pub was_removed: &'static str,
    pub unfold: &'static str,
    pub fold: &'static str,
    pub put_away: &'static str,
    pub show: &'static str,
    pub to_message: &'static str,
    pub said: fn(&str, &str) -> String,
    // links
    pub copy_link: &'static str,
    pub link_copied: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn on_top() -> &'static OnTopTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: OnTopTexts = OnTopTexts {
    notice: "공지",
    set: "공지로 등록",
    was_set: "공지로 등록했어요",
    remove: "공지 내리기",
    was_removed: "공지를 내렸어요",
    unfold: "공지 펼치기",
    fold: "공지 접기",
    put_away: "숨기기",
    show: "공지 보기",
    to_message: "메시지로 이동",
    said: |author, at| format!("{author} · {at}"),
    copy_link: "링크 복사",
    link_copied: "링크를 복사했어요",
};

static EN: OnTopTexts = OnTopTexts {
    notice: "Notice",
    set: "Pin as notice",
    was_set: "Pinned as notice",
    remove: "Remove notice",
    was_removed: "Notice removed",
    unfold: "Unfold notice",
    fold: "Fold notice",
    put_away: "Hide",
    show: "Show notice",
    to_message: "Go to message",
    said: |author, at| format!("{author} · {at}"),
    copy_link: "Copy link",
    link_copied: "Link copied",
};

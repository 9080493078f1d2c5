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
    // choosing several
    pub select: &'static str,
    pub choose: &'static str,
    pub selection: &'static str,
    pub stop: &'static str,
    pub chosen: fn(usize) -> String,
    pub delete: &'static str,
    pub delete_title: fn(usize) -> String,
    pub delete_text: &'static str,
    pub delete_for_me_text: &'static str,
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
    select: "선택",
    choose: "메시지 선택",
    selection: "선택한 메시지",
    stop: "선택 끝내기",
    chosen: |count| format!("{count}개 선택"),
    delete: "삭제",
    delete_title: |count| format!("메시지 {count}개를 삭제할까요?"),
    delete_text: "모두에게서 삭제하면 메시지와 파일이 모든 사람의 화면에서 사라져요. 되돌릴\u{a0}수\u{a0}없어요.",
    delete_for_me_text: "내 화면에서만 사라져요. 되돌릴\u{a0}수\u{a0}없어요.",
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
    select: "Select",
    choose: "Select message",
    selection: "Selected messages",
    stop: "Stop selecting",
    chosen: |count| format!("{count} selected"),
    delete: "Delete",
    delete_title: |count| match count {
        1 => "Delete 1 message?".to_owned(),
        count => format!("Delete {count} messages?"),
    },
    delete_text: "Deleted for everyone, messages and files disappear from everybody's screen. This cannot be undone.",
    delete_for_me_text: "They disappear from your screen only. This cannot be undone.",
};

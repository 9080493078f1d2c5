//! What is said about blocking.

/// What is said about blocking.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct BlockTexts {
    pub block: &'static str,
    pub title: fn(&str) -> String,
    pub consequences: [&'static str; 3],
    pub hide_profile: &'static str,
    pub hide_profile_detail: &'static str,
    pub blocked: fn(&str) -> String,
    pub unblock: &'static str,
    pub unblock_name: fn(&str) -> String,
    pub unblocked: fn(&str) -> String,
    pub bar: &'static str,
    pub bar_more: &'static str,
    pub since: fn(&str) -> String,
    pub profile_hidden: &'static str,
    pub list: &'static str,
    pub list_text: &'static str,
    pub none: &'static str,
}

impl BlockTexts {
    /// In Korean.
    pub const KO: Self = Self {
        block: "차단",
        title: |name| format!("{name} 님을 차단할까요?"),
        consequences: [
            "1:1 채팅에서 이 사람이 보내는 메시지는 오지 않아요. 차단을 풀어도 그동안의 메시지는 볼 수 없어요.",
            "친구 목록에서 사라지고, 친구 요청도 보이지 않아요. 내 접속 상태와 읽음 표시도 보여 주지 않아요.",
            "상대는 차단된 것을 알 수 없어요. 같이 있는 그룹 채팅에서는 서로의 메시지가 보여요.",
        ],
        hide_profile: "프로필도 숨기기",
        hide_profile_detail: "이 사람에게 내 사진과 상태 메시지를 보여 주지 않아요.",
        blocked: |name| format!("{name} 님을 차단했어요."),
        unblock: "차단 풀기",
        unblock_name: |name| format!("{name} 님 차단 풀기"),
        unblocked: |name| format!("{name} 님의 차단을 풀었어요."),
        bar: "차단한 사람이에요",
        bar_more: "차단을 풀면 다시 대화할 수 있어요.",
        since: |date| format!("{date}에 차단했어요"),
        profile_hidden: "프로필 숨김",
        list: "차단한 사람",
        list_text: "상대는 차단된 것을 알 수 없어요. 차단을 풀어도 그동안의 메시지는 오지 않아요.",
        none: "차단한 사람이 없어요.",
    };

    /// In English.
    pub const EN: Self = Self {
        block: "Block",
        title: |name| format!("Block {name}?"),
        consequences: [
            "What they write to you in your direct chat does not reach you, not even after you unblock them.",
            "They leave your friends, and you see no request of theirs. They do not see whether you are here, nor what \
             you have read.",
            "They are not told. In groups that you are both in, you still see each other's messages.",
        ],
        hide_profile: "Hide my profile, too",
        hide_profile_detail: "They see neither your picture nor your status message.",
        blocked: |name| format!("{name} is blocked."),
        unblock: "Unblock",
        unblock_name: |name| format!("Unblock {name}"),
        unblocked: |name| format!("{name} is not blocked any more."),
        bar: "You have blocked this person",
        bar_more: "Unblock them to talk again.",
        since: |date| format!("Blocked on {date}"),
        profile_hidden: "Profile hidden",
        list: "Blocked people",
        list_text: "They cannot tell that they are blocked. What they wrote meanwhile stays away after you unblock them.",
        none: "You block nobody.",
    };
}

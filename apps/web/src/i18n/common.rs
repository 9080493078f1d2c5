//! What many screens say.

/// What many screens say.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct CommonTexts {
    pub app_name: &'static str,
    pub skip_to_content: &'static str,
    pub navigation: &'static str,
    pub friends: &'static str,
    pub chats: &'static str,
    pub settings: &'static str,
    pub my_profile: &'static str,
    pub unread_total: fn(i64) -> String,
    pub offline: &'static str,
    pub back: &'static str,
    pub close: &'static str,
    pub cancel: &'static str,
    pub save: &'static str,
    pub saved: &'static str,
    pub remove: &'static str,
    pub undo: &'static str,
    pub retry: &'static str,
    pub loading: &'static str,
    pub more: &'static str,
    pub clear_search: &'static str,
    pub show_password: &'static str,
    pub hide_password: &'static str,
    pub deleted_account: &'static str,
    pub not_found_title: &'static str,
    pub not_found_text: &'static str,
    pub go_home: &'static str,
    pub failed_to_load: &'static str,
    pub no_chat_title: &'static str,
    pub no_chat_text: &'static str,
}

impl CommonTexts {
    /// In Korean.
    pub const KO: Self = Self {
        app_name: "담소",
        skip_to_content: "본문으로 건너뛰기",
        navigation: "주요 메뉴",
        friends: "친구",
        chats: "채팅",
        settings: "설정",
        my_profile: "내 프로필",
        unread_total: |count| format!("읽지 않은 메시지 {count}개"),
        offline: "오프라인이에요. 다시 연결되면 이어서 보낼게요.",
        back: "뒤로",
        close: "닫기",
        cancel: "취소",
        save: "저장",
        saved: "저장했어요.",
        remove: "삭제",
        undo: "되돌리기",
        retry: "다시 시도",
        loading: "불러오는 중",
        more: "더 보기",
        clear_search: "검색어 지우기",
        show_password: "비밀번호 보기",
        hide_password: "비밀번호 숨기기",
        deleted_account: "알 수 없음",
        not_found_title: "여기엔 아무것도 없어요",
        not_found_text: "주소가 바뀌었거나 사라진 페이지예요.",
        go_home: "처음으로",
        failed_to_load: "불러오지 못했어요",
        no_chat_title: "대화를 골라 보세요",
        no_chat_text: "왼쪽에서 채팅을 고르면 여기에서 이어져요.",
    };

    /// In English.
    pub const EN: Self = Self {
        app_name: "Damso",
        skip_to_content: "Skip to content",
        navigation: "Main",
        friends: "Friends",
        chats: "Chats",
        settings: "Settings",
        my_profile: "My profile",
        unread_total: |count| {
            if count == 1 {
                "1 unread message".to_owned()
            } else {
                format!("{count} unread messages")
            }
        },
        offline: "You're offline. Messages go out once you're back.",
        back: "Back",
        close: "Close",
        cancel: "Cancel",
        save: "Save",
        saved: "Saved.",
        remove: "Remove",
        undo: "Undo",
        retry: "Try again",
        loading: "Loading",
        more: "More",
        clear_search: "Clear search",
        show_password: "Show password",
        hide_password: "Hide password",
        deleted_account: "Deleted account",
        not_found_title: "There's nothing here",
        not_found_text: "The page has moved, or it never existed.",
        go_home: "Go to the start",
        failed_to_load: "This could not be loaded",
        no_chat_title: "Choose a conversation",
        no_chat_text: "Pick a chat on the left and carry on here.",
    };
}

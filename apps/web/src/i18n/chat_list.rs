//! What is said about the list of chats: putting away, marking, naming, keeping quiet.

/// What is said about the list of chats.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct ChatListTexts {
    pub search_messages: fn(&str) -> String,
    pub archive: &'static str,
    pub unarchive: &'static str,
    pub archived: fn(usize) -> String,
    pub was_archived: &'static str,
    pub none_archived_title: &'static str,
    pub none_archived_text: &'static str,
    pub all_archived_title: &'static str,
    pub all_archived_text: &'static str,
    pub mark_read: &'static str,
    pub mark_unread: &'static str,
    pub marked_unread: &'static str,
    pub mentioned: &'static str,
    pub rename: &'static str,
    pub own_name: &'static str,
    pub own_name_hint: &'static str,
    pub folder: &'static str,
    pub folders: &'static str,
    pub folder_empty_title: &'static str,
    pub folder_empty_text: &'static str,
    pub mute_title: &'static str,
    pub mute_hour: &'static str,
    pub mute_eight_hours: &'static str,
    pub mute_for_ever: &'static str,
}

impl ChatListTexts {
    /// In Korean.
    pub const KO: Self = Self {
        search_messages: |query| format!("메시지에서 ‘{query}’ 찾기"),
        archive: "보관",
        unarchive: "보관 해제",
        archived: |count| match count {
            0 => "보관".to_owned(),
            count => format!("보관 {count}"),
        },
        was_archived: "채팅을 보관했어요",
        none_archived_title: "보관한 채팅이 없어요",
        none_archived_text: "보관한 채팅은 새 메시지가 올 때까지 여기에 있어요.",
        all_archived_title: "채팅을 모두 보관했어요",
        all_archived_text: "새 메시지가 오면 다시 여기에 나타나요.",
        mark_read: "읽음으로 표시",
        mark_unread: "안 읽음으로 표시",
        marked_unread: "안 읽음으로 표시함",
        mentioned: "나를 멘션함",
        rename: "채팅 이름 바꾸기",
        own_name: "나에게 보이는 이름",
        own_name_hint: "나에게만 보여요. 비우면 원래 이름으로 보여요.",
        folder: "폴더에 넣기",
        folders: "폴더 관리",
        folder_empty_title: "이 폴더에 채팅이 없어요",
        folder_empty_text: "채팅 메뉴의 ‘폴더에 넣기’로 옮길 수 있어요.",
        mute_title: "얼마 동안 알림을 끌까요?",
        mute_hour: "1시간",
        mute_eight_hours: "8시간",
        mute_for_ever: "다시 켤 때까지",
    };

    /// In English.
    pub const EN: Self = Self {
        search_messages: |query| format!("Search messages for “{query}”"),
        archive: "Archive",
        unarchive: "Move back to chats",
        archived: |count| match count {
            0 => "Archived".to_owned(),
            count => format!("Archived {count}"),
        },
        was_archived: "Chat archived",
        none_archived_title: "Nothing is archived",
        none_archived_text: "An archived chat stays here until a new message comes.",
        all_archived_title: "All chats are archived",
        all_archived_text: "A new message brings a chat back here.",
        mark_read: "Mark as read",
        mark_unread: "Mark as unread",
        marked_unread: "Marked as unread",
        mentioned: "You are mentioned",
        rename: "Rename this chat",
        own_name: "Name for me",
        own_name_hint: "Only you see it. Leave it empty for the chat's own name.",
        folder: "Put into a folder",
        folders: "Manage folders",
        folder_empty_title: "No chats in this folder",
        folder_empty_text: "“Put into a folder” in a chat's menu moves it here.",
        mute_title: "Mute for how long?",
        mute_hour: "1 hour",
        mute_eight_hours: "8 hours",
        mute_for_ever: "Until I turn it on again",
    };
}

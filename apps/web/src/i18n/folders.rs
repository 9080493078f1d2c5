//! What is said about folders; fetched with the screens that say it.

use damso_domain::Locale;

use super::locale;

/// What is said about folders.
pub struct FolderTexts {
    pub name: &'static str,
    pub none: &'static str,
    pub new: &'static str,
    pub hint: &'static str,
    pub make: &'static str,
    pub manage_text: &'static str,
    pub rename: fn(&str) -> String,
    pub up: fn(&str) -> String,
    pub down: fn(&str) -> String,
    pub delete: fn(&str) -> String,
    pub delete_title: fn(&str) -> String,
    pub delete_text: &'static str,
    pub delete_action: &'static str,
}

static KO: FolderTexts = FolderTexts {
    name: "폴더 이름",
    none: "폴더 없음",
    new: "새 폴더 이름",
    hint: "예: 가족, 회사",
    make: "만들기",
    manage_text: "폴더는 나에게만 보이고, 내 모든 기기에서 같아요.",
    rename: |name| format!("‘{name}’ 이름 바꾸기"),
    up: |name| format!("‘{name}’ 위로"),
    down: |name| format!("‘{name}’ 아래로"),
    delete: |name| format!("‘{name}’ 삭제"),
    delete_title: |name| format!("‘{name}’ 폴더를 삭제할까요?"),
    delete_text: "안에 있는 채팅은 그대로 남아요.",
    delete_action: "폴더 삭제",
};

static EN: FolderTexts = FolderTexts {
    name: "Name of the folder",
    none: "No folder",
    new: "Name of a new folder",
    hint: "Family, work …",
    make: "Create",
    manage_text: "Only you see your folders, and they are the same on all of your devices.",
    rename: |name| format!("Rename “{name}”"),
    up: |name| format!("Move “{name}” up"),
    down: |name| format!("Move “{name}” down"),
    delete: |name| format!("Delete “{name}”"),
    delete_title: |name| format!("Delete the folder “{name}”?"),
    delete_text: "The chats in it stay.",
    delete_action: "Delete folder",
};

/// What is said about folders, in the current language.
pub fn folder_texts() -> &'static FolderTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

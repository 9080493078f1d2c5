//! What is said about the pictures, files and links of a conversation; fetched with it.

use damso_domain::Locale;

use super::locale;

/// What is said about the pictures, files and links of a conversation.
pub struct SharedMediaTexts {
    pub title: &'static str,
    pub kind: &'static str,
    pub images: &'static str,
    pub videos: &'static str,
    pub files: &'static str,
    pub links: &'static str,
    pub none: &'static str,
    pub none_text: &'static str,
    pub me: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn shared_media() -> &'static SharedMediaTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: SharedMediaTexts = SharedMediaTexts {
    title: "사진·파일·링크",
    kind: "종류",
    images: "사진",
    videos: "동영상",
    files: "파일",
    links: "링크",
    none: "아직 없어요",
    none_text: "이 채팅에서 주고받으면 여기에 모여요.",
    me: "나",
};

static EN: SharedMediaTexts = SharedMediaTexts {
    title: "Media, files and links",
    kind: "Kind",
    images: "Photos",
    videos: "Videos",
    files: "Files",
    links: "Links",
    none: "Nothing yet",
    none_text: "What is shared in this chat gathers here.",
    me: "Me",
};

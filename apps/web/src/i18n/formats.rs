//! What is said about the formats of a text; fetched with the conversation.

use damso_domain::Locale;

use super::locale;

/// What is said about the formats of a text.
pub struct FormatTexts {
    pub show_spoiler: &'static str,
    pub copy_code: &'static str,
    pub help: &'static str,
}

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn formats() -> &'static FormatTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: FormatTexts = FormatTexts {
    show_spoiler: "가린 내용 보기",
    copy_code: "코드 복사",
    help: "**굵게**  *기울임*  ~~취소선~~  `코드`  ||가리기||  > 인용  - 목록",
};

static EN: FormatTexts = FormatTexts {
    show_spoiler: "Show spoiler",
    copy_code: "Copy code",
    help: "**bold**  *italic*  ~~strike~~  `code`  ||spoiler||  > quote  - list",
};

//! What the search says. Texts of their own, so that they are fetched with it.

use damso_domain::Locale;

use super::locale;

/// What the search says.
pub struct SearchTexts {
    pub title: &'static str,
    pub search_here: &'static str,
    pub label: &'static str,
    pub placeholder: &'static str,
    pub placeholder_here: &'static str,
    pub here: fn(&str) -> String,
    pub everywhere: &'static str,
    pub filters: &'static str,
    pub content: &'static str,
    pub any_content: &'static str,
    pub image: &'static str,
    pub video: &'static str,
    pub file: &'static str,
    pub link: &'static str,
    pub period: &'static str,
    pub any_period: &'static str,
    pub week: &'static str,
    pub month: &'static str,
    pub year: &'static str,
    pub author: &'static str,
    pub any_author: &'static str,
    pub me: &'static str,
    pub people: &'static str,
    pub chats: &'static str,
    pub messages: &'static str,
    pub results: &'static str,
    pub found: fn(usize, bool) -> String,
    pub idle_title: &'static str,
    pub idle_text: &'static str,
    pub idle_text_here: &'static str,
    pub too_short: &'static str,
    pub initials: &'static str,
    pub too_long: &'static str,
    pub none_title: fn(&str) -> String,
    pub none_text: &'static str,
    pub none_yet: &'static str,
}

static KO: SearchTexts = SearchTexts {
    title: "검색",
    search_here: "이 채팅에서 검색",
    label: "사람, 채팅, 메시지 검색",
    placeholder: "사람, 채팅, 메시지",
    placeholder_here: "낱말이나 초성",
    here: |name| format!("{name}에서"),
    everywhere: "모든 채팅에서 찾기",
    filters: "검색 조건",
    content: "종류",
    any_content: "모든 종류",
    image: "사진",
    video: "동영상",
    file: "파일",
    link: "링크",
    period: "기간",
    any_period: "전체 기간",
    week: "최근 1주일",
    month: "최근 한 달",
    year: "최근 1년",
    author: "보낸 사람",
    any_author: "모든 사람",
    me: "나",
    people: "사람",
    chats: "채팅",
    messages: "메시지",
    results: "검색 결과",
    found: |count, is_all| {
        if is_all {
            format!("메시지 {count}개를 찾았어요")
        } else {
            format!("메시지 {count}개를 찾았고, 더 있을 수 있어요")
        }
    },
    idle_title: "무엇을 찾을까요?",
    idle_text: "낱말의 일부만 적어도 찾아요. 여러 낱말을 적으면 모두 들어 있는 메시지를 찾아요.",
    idle_text_here: "낱말의 일부나 초성(ㅎㅇㄹ → 회의록)으로 이 채팅에서 찾아요.",
    too_short: "메시지는 조금 더 길게 적으면 찾을 수 있어요. 한 채팅 안에서는 한 글자로도 찾아요.",
    initials: "초성으로는 한 채팅 안에서 메시지를 찾을 수 있어요.",
    too_long: "100자까지 적을 수 있어요.",
    none_title: |query| format!("‘{query}’ 검색 결과가 없어요"),
    none_text: "다른 낱말로 찾거나 조건을 줄여 보세요.",
    none_yet: "최근 메시지에는 없어요. 더 오래된 메시지를 찾아볼 수 있어요.",
};

static EN: SearchTexts = SearchTexts {
    title: "Search",
    search_here: "Search in this chat",
    label: "Search people, chats and messages",
    placeholder: "People, chats, messages",
    placeholder_here: "Words in this chat",
    here: |name| format!("In {name}"),
    everywhere: "Search all chats",
    filters: "Filters",
    content: "Kind",
    any_content: "Any kind",
    image: "Photos",
    video: "Videos",
    file: "Files",
    link: "Links",
    period: "Time",
    any_period: "Any time",
    week: "Past week",
    month: "Past month",
    year: "Past year",
    author: "Author",
    any_author: "Anybody",
    me: "Me",
    people: "People",
    chats: "Chats",
    messages: "Messages",
    results: "Results",
    found: |count, is_all| {
        let messages = if count == 1 { "message" } else { "messages" };
        if is_all {
            format!("{count} {messages} found")
        } else {
            format!("{count} {messages} found so far")
        }
    },
    idle_title: "What are you looking for?",
    idle_text: "Parts of words are enough. Of several words, a message has to have all.",
    idle_text_here: "Parts of words are enough, and so are Korean initials (ㅎㅇㄹ → 회의록).",
    too_short: "Messages need a little more to look for. Inside one chat a single letter is enough.",
    initials: "Korean initials find messages inside one chat.",
    too_long: "Up to 100 characters.",
    none_title: |query| format!("Nothing found for “{query}”"),
    none_text: "Try another word, or fewer filters.",
    none_yet: "Not in recent messages. Older ones can be searched too.",
};

/// What the search says, in the current language.
pub fn search_texts() -> &'static SearchTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

//! What the settings say about who can reach somebody. Apart from the other texts: only the settings need them, so they
//! are fetched with those.

use damso_domain::Locale;

use super::locale;

/// What the settings say about who can reach somebody.
pub struct ReachTexts {
    pub requests: &'static str,
    pub requests_text: &'static str,
    pub everyone: &'static str,
    pub everyone_detail: &'static str,
    pub friends_of_friends: &'static str,
    pub friends_of_friends_detail: &'static str,
    pub nobody: &'static str,
    pub nobody_detail: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    pub handle: &'static str,
    pub handle_detail: &'static str,
    pub groups: &'static str,
    pub groups_detail: &'static str,
    pub messages: &'static str,
    pub messages_detail: &'static str,
}

/// The texts in the current language; follows it.
pub fn reach() -> &'static ReachTexts {
    match locale() {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

static KO: ReachTexts = ReachTexts {
    requests: "친구 요청",
    requests_text: "누구의 친구 요청을 받을지 정해요. 내가 먼저 요청했거나 내 초대 링크를 받은 사람과는 언제든 친구가 돼요.",
    everyone: "누구나",
    everyone_detail: "나를 찾은 사람은 누구든 친구 요청을 보낼 수 있어요.",
    friends_of_friends: "친구의 친구만",
    friends_of_friends_detail: "함께 아는 친구가 있는 사람만 보낼 수 있어요.",
    nobody: "받지 않기",
    nobody_detail: "아무도 친구 요청을 보낼 수 없어요.",
    title: "나에게 연락하기",
    text: "이미 있는 친구와 채팅방은 그대로예요.",
    handle: "아이디로 나를 찾기",
    handle_detail: "끄면 아이디로 검색해도 없는 사람처럼 보여요. 친구와 초대 링크는 그대로 쓸 수 있어요.",
    groups: "친구가 나를 그룹에 초대하기",
    groups_detail: "끄면 초대 링크로 직접 들어간 그룹에만 참여해요.",
    messages: "친구가 아닌 사람의 대화 받기",
    messages_detail: "켜면 친구가 아니어도 나에게 대화를 시작할 수 있어요.",
};

static EN: ReachTexts = ReachTexts {
    requests: "Friend requests",
    requests_text: "Who may ask to be your friend. People you asked yourself, and those with an invite link of yours, always become friends.",
    everyone: "Everyone",
    everyone_detail: "Whoever finds you may send a request.",
    friends_of_friends: "Friends of friends",
    friends_of_friends_detail: "Only people you have a friend in common with.",
    nobody: "Nobody",
    nobody_detail: "Nobody can send you a friend request.",
    title: "Getting in touch",
    text: "Friends and chats you already have stay as they are.",
    handle: "Let people find me by my handle",
    handle_detail: "When off, searching for your handle finds nobody. Friends and invite links keep working.",
    groups: "Let friends add me to groups",
    groups_detail: "When off, you only join groups by following an invite link yourself.",
    messages: "Take chats from people who aren’t friends",
    messages_detail: "When on, people can start a chat with you without being friends first.",
};

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
    pub birthday: &'static str,
    pub birthday_detail: &'static str,
    pub born: &'static str,
    pub born_hint: &'static str,
    pub born_year: &'static str,
    pub born_month: &'static str,
    pub born_day: &'static str,
    pub born_no_year: &'static str,
    pub born_nothing: &'static str,
    pub born_incomplete: &'static str,
    pub born_wrong: &'static str,
    pub year: fn(i16) -> String,
    pub day: fn(u8) -> String,
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
    birthday: "생일",
    birthday_detail: "친구에게 생일을 보여 줘요. 태어난 해는 누구에게도 보이지 않아요.",
    born: "생일",
    born_hint: "친구에게는 월과 일만 보여요.",
    born_year: "태어난 해",
    born_month: "월",
    born_day: "일",
    born_no_year: "연도 없음",
    born_nothing: "없음",
    born_incomplete: "월과 일을 모두 골라 주세요.",
    born_wrong: "달력에 없는 날이거나 아직 오지 않은 날이에요.",
    year: |year| format!("{year}년"),
    day: |day| format!("{day}일"),
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
    birthday: "Birthday",
    birthday_detail: "Friends see your birthday. Nobody sees the year.",
    born: "Birthday",
    born_hint: "Friends see the day and the month only.",
    born_year: "Year of birth",
    born_month: "Month",
    born_day: "Day",
    born_no_year: "No year",
    born_nothing: "None",
    born_incomplete: "Choose both the month and the day.",
    born_wrong: "There is no such day, or it has not come yet.",
    year: |year| year.to_string(),
    day: |day| day.to_string(),
    messages_detail: "When on, people can start a chat with you without being friends first.",
};

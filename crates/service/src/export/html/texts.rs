//! What pages say, in the language of the account.

use damso_domain::{Locale, Timestamp};
use jiff::tz::{Offset, TimeZone};

/// The texts of one language. Sentences are functions, because they bend around what is put into them.
pub(in crate::export) struct Texts {
    pub(super) locale: Locale,
    pub(super) title: &'static str,
    pub(super) made: fn(&str) -> String,
    pub(super) zone: &'static str,
    pub(super) conversations: &'static str,
    pub(super) friends: &'static str,
    pub(super) data: &'static str,
    pub(super) all_conversations: &'static str,
    pub(super) older: &'static str,
    pub(super) newer: &'static str,
    pub(super) messages: fn(usize) -> String,
    pub(super) page: fn(usize) -> String,
    pub(super) left: &'static str,
    pub(super) no_messages: &'static str,
    pub(super) deleted: &'static str,
    pub(super) quoted_file: &'static str,
    pub(super) edited: &'static str,
    pub(super) forwarded: &'static str,
    pub(super) votes: fn(i64) -> String,
    pub(super) not_there: &'static str,
    pub(super) group_created: fn(&str) -> String,
    pub(super) members_added: fn(&str, &str) -> String,
    pub(super) member_removed: fn(&str, &str) -> String,
    pub(super) member_joined: fn(&str) -> String,
    pub(super) member_left: fn(&str) -> String,
    pub(super) name_changed: fn(&str, &str) -> String,
    pub(super) name_removed: fn(&str) -> String,
    pub(super) owner_changed: fn(&str) -> String,
    pub(super) notice_set: fn(&str) -> String,
    pub(super) notice_removed: fn(&str) -> String,
    /// What somebody is called who is gone.
    pub(in crate::export) unknown: &'static str,
    /// What the notes to oneself are called.
    pub(in crate::export) notes: &'static str,
    /// What a group is called of which nothing is known.
    pub(in crate::export) group: &'static str,
    offset_hours: i8,
    day: fn(&jiff::Zoned) -> String,
    time: fn(&jiff::Zoned) -> String,
}

impl Texts {
    pub(in crate::export) const fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::Ko => &KO,
            Locale::En => &EN,
        }
    }

    fn local(&self, time: Timestamp) -> jiff::Zoned {
        let offset = Offset::from_hours(self.offset_hours).unwrap_or(Offset::UTC);
        time.as_jiff().to_zoned(TimeZone::fixed(offset))
    }

    /// The day on which something was.
    pub(super) fn day(&self, time: Timestamp) -> String {
        (self.day)(&self.local(time))
    }

    /// The time of the day.
    pub(super) fn time(&self, time: Timestamp) -> String {
        (self.time)(&self.local(time))
    }
}

const KO: Texts = Texts {
    locale: Locale::Ko,
    title: "담소 내보내기",
    made: |day| format!("{day}에 만들었어요."),
    zone: "시각은 모두 한국 시간(UTC+9)이에요.",
    conversations: "대화",
    friends: "친구",
    data: "자료 파일",
    all_conversations: "‹ 모든 대화",
    older: "‹ 이전 메시지",
    newer: "다음 메시지 ›",
    messages: |count| format!("메시지 {count}개"),
    page: |page| format!("{page}쪽"),
    left: "나간 대화",
    no_messages: "메시지가 없어요.",
    deleted: "삭제된 메시지예요.",
    quoted_file: "사진이나 파일",
    edited: "수정됨",
    forwarded: "전달됨",
    votes: |count| format!("{count}표"),
    not_there: "파일이 남아 있지 않아요.",
    group_created: |who| format!("{who} 님이 대화방을 만들었어요."),
    members_added: |who, whom| format!("{who} 님이 {whom} 님을 초대했어요."),
    member_removed: |who, whom| format!("{who} 님이 {whom} 님을 내보냈어요."),
    member_joined: |who| format!("{who} 님이 초대 링크로 들어왔어요."),
    member_left: |who| format!("{who} 님이 나갔어요."),
    name_changed: |who, name| format!("{who} 님이 이름을 ‘{name}’(으)로 바꿨어요."),
    name_removed: |who| format!("{who} 님이 이름을 지웠어요."),
    owner_changed: |whom| format!("{whom} 님이 방장이 됐어요."),
    notice_set: |who| format!("{who} 님이 공지를 등록했어요."),
    notice_removed: |who| format!("{who} 님이 공지를 내렸어요."),
    unknown: "(알 수 없음)",
    notes: "나와의 채팅",
    group: "그룹 대화",
    offset_hours: 9,
    day: |at| {
        let weekday = ["월", "화", "수", "목", "금", "토", "일"];
        let weekday = weekday[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())];
        format!("{}년 {}월 {}일 {weekday}요일", at.year(), at.month(), at.day())
    },
    time: |at| {
        let half = if at.hour() < 12 { "오전" } else { "오후" };
        format!("{half} {}:{:02}", hour_of_twelve(at), at.minute())
    },
};

const EN: Texts = Texts {
    locale: Locale::En,
    title: "Damso export",
    made: |day| format!("Made on {day}."),
    zone: "All times are in UTC.",
    conversations: "Conversations",
    friends: "Friends",
    data: "Data files",
    all_conversations: "‹ All conversations",
    older: "‹ Earlier messages",
    newer: "Later messages ›",
    messages: |count| match count {
        1 => "1 message".to_owned(),
        _ => format!("{count} messages"),
    },
    page: |page| format!("page {page}"),
    left: "you have left",
    no_messages: "There are no messages.",
    deleted: "This message was deleted.",
    quoted_file: "A picture or a file",
    edited: "edited",
    forwarded: "Forwarded",
    votes: |count| match count {
        1 => "1 vote".to_owned(),
        count => format!("{count} votes"),
    },
    not_there: "This file is not there any more.",
    group_created: |who| format!("{who} made the group."),
    members_added: |who, whom| format!("{who} added {whom}."),
    member_removed: |who, whom| format!("{who} removed {whom}."),
    member_joined: |who| format!("{who} joined by link."),
    member_left: |who| format!("{who} left."),
    name_changed: |who, name| format!("{who} named the group “{name}”."),
    name_removed: |who| format!("{who} took the name away."),
    owner_changed: |whom| format!("{whom} owns the group now."),
    notice_set: |who| format!("{who} pinned a notice."),
    notice_removed: |who| format!("{who} removed the notice."),
    unknown: "(unknown)",
    notes: "Notes to myself",
    group: "Group",
    offset_hours: 0,
    day: |at| {
        let weekday = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        let month = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let weekday = weekday[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())];
        let month = month[usize::from(at.month().unsigned_abs()) - 1];
        format!("{weekday}, {} {month} {}", at.day(), at.year())
    },
    time: |at| {
        let half = if at.hour() < 12 { "am" } else { "pm" };
        format!("{}:{:02} {half}", hour_of_twelve(at), at.minute())
    },
};

fn hour_of_twelve(at: &jiff::Zoned) -> i8 {
    match at.hour() % 12 {
        0 => 12,
        hour => hour,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_do() {
        let at = |millis| Timestamp::from_millis(millis).unwrap_or_else(Timestamp::now);
        // 2026-11-23T15:05:00Z
        let evening = at(1_795_446_300_000);
        let (ko, en) = (Texts::of(Locale::Ko), Texts::of(Locale::En));
        assert_eq!(
            (ko.day(evening), ko.time(evening)),
            ("2026년 11월 24일 화요일".to_owned(), "오전 12:05".to_owned())
        );
        assert_eq!(
            (en.day(evening), en.time(evening)),
            ("Monday, 23 November 2026".to_owned(), "3:05 pm".to_owned())
        );
    }
}

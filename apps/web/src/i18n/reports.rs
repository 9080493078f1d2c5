//! What is said about reporting.

/// A reason, and a sentence about it.
type Reason = (&'static str, &'static str);

/// What is said about reporting.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct ReportTexts {
    pub report: &'static str,
    pub person_title: fn(&str) -> String,
    pub message_title: &'static str,
    pub person_text: &'static str,
    pub message_text: &'static str,
    pub reason: &'static str,
    pub choose: &'static str,
    pub spam: Reason,
    pub harassment: Reason,
    pub violence: Reason,
    pub sexual: Reason,
    pub impersonation: Reason,
    pub other: Reason,
    pub note: &'static str,
    pub note_too_long: &'static str,
    pub sent: &'static str,
}

impl ReportTexts {
    /// In Korean.
    pub const KO: Self = Self {
        report: "신고",
        person_title: |name| format!("{name} 님 신고"),
        message_title: "메시지 신고",
        person_text: "서버 운영자에게 이 사람의 지금 프로필이 전해져요. 상대는 신고된 것을 알 수 없어요.",
        message_text: "서버 운영자에게 이 메시지와 바로 앞의 메시지들이 전해져요. 상대는 신고된 것을 알 수 없어요.",
        reason: "신고하는 이유",
        choose: "이유를 골라 주세요.",
        spam: ("스팸", "광고, 사기, 같은 말의 반복"),
        harassment: ("괴롭힘", "욕설, 협박, 원하지 않는 연락"),
        violence: ("폭력", "폭력적인 내용이나 선동"),
        sexual: ("성적인 내용", "원하지 않거나 허용되지 않는 내용"),
        impersonation: ("사칭", "다른 사람인 척하는 경우"),
        other: ("기타", "아래에 적어 주세요"),
        note: "운영자에게 덧붙일 말 (선택)",
        note_too_long: "1,000자까지 적을 수 있어요.",
        sent: "신고했어요. 운영자가 살펴볼 거예요.",
    };

    /// In English.
    pub const EN: Self = Self {
        report: "Report",
        person_title: |name| format!("Report {name}"),
        message_title: "Report this message",
        person_text: "The operator of this server gets their profile as it is now. They are not told.",
        message_text: "The operator of this server gets this message and those right before it. Its author is not told.",
        reason: "Reason",
        choose: "Choose a reason.",
        spam: ("Spam", "Advertising, fraud, the same thing over and over"),
        harassment: ("Harassment", "Insults, threats, not leaving somebody alone"),
        violence: ("Violence", "Violence, or a call for it"),
        sexual: ("Sexual content", "Unwanted, or not allowed"),
        impersonation: ("Impersonation", "Claims to be somebody else"),
        other: ("Something else", "Say it below"),
        note: "Anything to add (optional)",
        note_too_long: "Up to 1,000 characters.",
        sent: "Reported. The operator will look at it.",
    };
}

//! What is said of reactions, and of messages that were changed.

/// What is said of reactions, and of messages that were changed.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct ReactionTexts {
    // reactions
    pub react: &'static str,
    pub more: &'static str,
    pub react_with: fn(&str) -> String,
    pub reactions: &'static str,
    pub reaction: fn(&str, i64, bool) -> String,
    pub who_reacted: &'static str,
    pub reacted_title: &'static str,
    pub nobody_reacted: &'static str,
    pub count: fn(usize) -> String,
    // edits
    pub edit: &'static str,
    pub editing: &'static str,
    pub save: &'static str,
    pub cancel: &'static str,
    pub edited: &'static str,
    pub show_edits: &'static str,
    pub edits_title: &'static str,
    pub without_words: &'static str,
    pub now: &'static str,
}

impl ReactionTexts {
    /// The Korean texts.
    pub const KO: Self = Self {
        react: "반응 남기기",
        more: "다른 반응",
        react_with: |emoji| format!("{emoji} 반응"),
        reactions: "반응",
        reaction: |emoji, count, is_mine| {
            let mine = if is_mine { ", 나도 남겼어요" } else { "" };
            format!("{emoji} {count}명{mine}")
        },
        who_reacted: "반응한 사람 보기",
        reacted_title: "반응한 사람",
        nobody_reacted: "아직 아무도 반응하지 않았어요.",
        count: |count| format!("{count}명"),
        edit: "수정",
        editing: "메시지 수정",
        save: "수정한 내용 저장",
        cancel: "수정 취소",
        edited: "수정됨",
        show_edits: "수정됨, 이전 내용 보기",
        edits_title: "수정 기록",
        without_words: "글 없이 파일만 있었어요",
        now: "지금",
    };

    /// The English texts.
    pub const EN: Self = Self {
        react: "React",
        more: "More reactions",
        react_with: |emoji| format!("React with {emoji}"),
        reactions: "Reactions",
        reaction: |emoji, count, is_mine| {
            let mine = if is_mine { ", also by me" } else { "" };
            format!("{emoji} by {count}{mine}")
        },
        who_reacted: "Who reacted",
        reacted_title: "Who reacted",
        nobody_reacted: "Nobody has reacted yet.",
        count: |count| {
            if count == 1 {
                "1 person".to_owned()
            } else {
                format!("{count} people")
            }
        },
        edit: "Edit",
        editing: "Editing message",
        save: "Save changes",
        cancel: "Cancel editing",
        edited: "edited",
        show_edits: "Edited, show what it said before",
        edits_title: "What it said before",
        without_words: "Files without words",
        now: "Now",
    };
}

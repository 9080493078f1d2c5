//! What the list says of a conversation, before it is put into words.

use damso_domain::markup::plain;
use damso_domain::{AttachmentKind, ConversationKind, MessageKind, Timestamp, UserId};
use damso_protocol::{Message, SystemNotice};

use crate::{Chat, Outbox, People};

/// What a conversation is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Title {
    /// My notes to myself.
    Notes,
    /// As the group was named, or what I call the other one.
    Name(String),
    /// A group without a name: its other members'.
    Members(Vec<String>),
    /// The other one's account is gone.
    Deleted,
    /// A group that only I am left in.
    Alone,
}

/// How many names stand for an unnamed group.
const NAMES_SHOWN: usize = 4;

/// What a conversation is called: as I call it, else as everybody does.
pub fn title(chat: &Chat, people: &People, me: UserId) -> Title {
    match &chat.conversation.membership.name_override {
        Some(name) => Title::Name(name.clone()),
        None => common_title(chat, people, me),
    }
}

/// What a conversation is called where I have given it no name of my own.
pub fn common_title(chat: &Chat, people: &People, me: UserId) -> Title {
    match chat.conversation.kind {
        ConversationKind::SelfChat => Title::Notes,
        ConversationKind::Direct => {
            match chat
                .counterpart(me)
                .and_then(|id| people.user(id))
                .filter(|user| !user.is_deleted)
            {
                Some(user) => Title::Name(people.name(user).to_owned()),
                None => Title::Deleted,
            }
        }
        ConversationKind::Group => match &chat.conversation.name {
            Some(name) => Title::Name(name.clone()),
            None => members_title(chat, people, me),
        },
    }
}

fn members_title(chat: &Chat, people: &People, me: UserId) -> Title {
    let others = chat.members().iter().filter(|member| member.user_id != me);
    let names: Vec<String> = others
        .filter_map(|member| people.user(member.user_id))
        .filter(|user| !user.is_deleted)
        .take(NAMES_SHOWN)
        .map(|user| people.name(user).to_owned())
        .collect();
    if names.is_empty() {
        Title::Alone
    } else {
        Title::Members(names)
    }
}

/// What was last said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// Nothing yet.
    Empty,
    /// A message of mine waits, or was refused.
    Unsent {
        /// What it says, if it has words.
        text: Option<String>,
        /// Whether it was refused.
        is_refused: bool,
    },
    /// I have begun to write here, and have not sent it.
    Draft {
        /// The first line.
        text: String,
    },
    /// Words.
    Text {
        /// Who said them, where that is not clear from the title.
        author: Option<UserId>,
        /// The first line.
        text: String,
    },
    /// Pictures without words.
    Images {
        /// See [`Preview::Text`].
        author: Option<UserId>,
        /// How many.
        count: usize,
    },
    /// A file without words.
    File {
        /// See [`Preview::Text`].
        author: Option<UserId>,
        /// What it is called.
        name: String,
    },
    /// The conversation itself spoke.
    Notice {
        /// Who caused it.
        author: UserId,
        /// What happened.
        notice: SystemNotice,
    },
    /// It was deleted.
    Deleted,
}

/// What was last said in a conversation, and when.
pub fn preview(chat: &Chat, outbox: &Outbox, me: UserId) -> (Preview, Option<Timestamp>) {
    if let Some(echo) = outbox.of(chat.id()).last() {
        let text = echo.text.as_deref().map(first_line);
        return (
            Preview::Unsent {
                text,
                is_refused: echo.is_refused(),
            },
            Some(echo.created_at),
        );
    }
    match &chat.conversation.last_message {
        Some(message) => (of_message(message, chat, me), Some(message.created_at)),
        None => (Preview::Empty, None),
    }
}

fn of_message(message: &Message, chat: &Chat, me: UserId) -> Preview {
    let is_group = chat.conversation.kind == ConversationKind::Group;
    let author = Some(message.author_id).filter(|author| is_group && *author != me);
    if message.deleted_at.is_some() {
        return Preview::Deleted;
    }
    if let Some(notice) = &message.system {
        return Preview::Notice {
            author: message.author_id,
            notice: notice.clone(),
        };
    }
    if let Some(text) = &message.text {
        let text = first_line(text);
        let is_poll = message.kind == MessageKind::Poll;
        return Preview::Text {
            author,
            text: if is_poll { format!("📊 {text}") } else { text },
        };
    }
    let images = message
        .attachments
        .iter()
        .filter(|file| file.kind == AttachmentKind::Image)
        .count();
    match message.attachments.first() {
        Some(first) if images == 0 => Preview::File {
            author,
            name: first.file_name.clone(),
        },
        Some(_) => Preview::Images {
            author,
            count: images,
        },
        None => Preview::Deleted,
    }
}

/// What the list says of a conversation in which I have begun to write this: that, unless a message of mine waits.
pub fn with_draft(said: Preview, draft: &str) -> Preview {
    let text = first_line(draft);
    if text.is_empty() || matches!(said, Preview::Unsent { .. }) {
        return said;
    }
    Preview::Draft { text }
}

/// Longer than any row, shorter than any message that would slow one down.
const PREVIEW_CHARS: usize = 120;

/// Without marks, and with spoilers covered.
fn first_line(text: &str) -> String {
    plain(text)
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .chars()
        .take(PREVIEW_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_begun_stands_in_place_of_what_was_said() {
        let said = Preview::Deleted;
        assert_eq!(with_draft(said.clone(), " \n"), said);
        let text = "여섯 시에".to_owned();
        assert_eq!(with_draft(said, "\n여섯 시에\n볼까"), Preview::Draft { text });
        let unsent = Preview::Unsent {
            text: None,
            is_refused: true,
        };
        assert_eq!(with_draft(unsent.clone(), "half"), unsent);
    }

    #[test]
    fn a_line_in_the_list_has_no_marks_and_gives_nothing_away() {
        assert_eq!(first_line("\n> 범인은 ||**집사**||\n그렇다"), "범인은 ▒▒▒");
        assert_eq!(first_line("```rust\nlet x;\n```"), "let x;");
    }
}

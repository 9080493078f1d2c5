//! What conversations are called and what they say, in the current language.

use damso_client_state::preview::{Preview, Title};
use damso_domain::UserId;
use damso_protocol::{SystemNotice, User};

use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::Face;

/// What I call somebody.
pub fn name_of(people: PeopleStore, user: &User) -> String {
    if user.is_deleted {
        texts().common.deleted_account.to_owned()
    } else {
        people.name(user)
    }
}

/// What I call somebody of whom the client may not have heard yet.
pub fn name_by_id(people: PeopleStore, id: UserId) -> String {
    let user = people.user(id);
    user.map(|user| name_of(people, &user)).unwrap_or_default()
}

/// The face of somebody, with what I call them.
pub fn face_of(people: PeopleStore, user: &User) -> Face {
    Face {
        name: people.name(user),
        ..Face::from(user)
    }
}

/// The face of somebody of whom the client may not have heard yet.
pub fn face_by_id(people: PeopleStore, id: UserId) -> Face {
    let user = people.user(id);
    user.map_or_else(|| Face::unknown(id), |user| face_of(people, &user))
}

/// What a conversation is called.
pub fn title_words(title: &Title) -> String {
    match title {
        Title::Notes => texts().chat.notes.to_owned(),
        Title::Name(name) => name.clone(),
        Title::Members(names) => names.join(", "),
        Title::Deleted => texts().common.deleted_account.to_owned(),
        Title::Alone => texts().chat.alone.to_owned(),
    }
}

/// What was last said.
pub fn preview_words(preview: &Preview, people: PeopleStore) -> String {
    let chat = &texts().chat;
    match preview {
        Preview::Empty => chat.nothing_yet.to_owned(),
        Preview::Unsent { text, is_refused } => {
            let state = if *is_refused { chat.unsent } else { chat.sending };
            text.as_ref()
                .map_or_else(|| state.to_owned(), |text| (chat.by)(state, text))
        }
        Preview::Draft { text } => format!("{} {text}", chat.draft),
        Preview::Text { author, text } => said_by(*author, text.clone(), people),
        Preview::Images { author, count } => said_by(*author, (chat.photos)(*count), people),
        Preview::File { author, name } => said_by(*author, name.clone(), people),
        Preview::Notice { author, notice } => notice_words(*author, notice, people),
        Preview::Deleted => chat.deleted_message.to_owned(),
    }
}

fn said_by(author: Option<UserId>, text: String, people: PeopleStore) -> String {
    match author
        .map(|author| name_by_id(people, author))
        .filter(|name| !name.is_empty())
    {
        Some(name) => (texts().chat.by)(&name, &text),
        None => text,
    }
}

/// What a conversation says of itself.
pub fn notice_words(author: UserId, notice: &SystemNotice, people: PeopleStore) -> String {
    let chat = &texts().chat;
    let author = name_by_id(people, author);
    match notice {
        SystemNotice::GroupCreated => (chat.group_created)(&author),
        SystemNotice::MembersAdded { user_ids } => {
            let names: Vec<String> = user_ids.iter().map(|id| name_by_id(people, *id)).collect();
            (chat.members_added)(&author, &names.join(", "))
        }
        SystemNotice::MemberRemoved { user_id } => {
            (chat.member_removed)(&author, &name_by_id(people, *user_id))
        }
        SystemNotice::MemberJoined => (chat.member_joined)(&author),
        SystemNotice::MemberLeft => (chat.member_left)(&author),
        SystemNotice::NameChanged { name: Some(name) } => (chat.name_changed)(&author, name),
        SystemNotice::NameChanged { name: None } => (chat.name_removed)(&author),
        SystemNotice::OwnerChanged { user_id } => {
            (chat.owner_changed)(&author, &name_by_id(people, *user_id))
        }
        SystemNotice::NoticeSet => (chat.notice_set)(&author),
        SystemNotice::NoticeRemoved => (chat.notice_removed)(&author),
    }
}

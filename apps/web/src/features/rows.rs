//! Rows that lead to somebody, or into a chat.

use damso_domain::ConversationId;
use damso_protocol::User;
use leptos::prelude::*;

use crate::app::Place;
use crate::features::chat::{ChatFace, face_of, name_of, title_words};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::Avatar;

/// Leads to the profile of a friend.
#[component]
pub fn FriendLink(
    /// Who.
    user: User,
) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let path = Place::Friend(user.id).path();
    let user = StoredValue::new(user);
    let face = Memo::new(move |_| user.with_value(|user| face_of(people, user)));
    view! {
        <a class="row" href=path>
            <Avatar face />
            <span class="row__name">
                <span class="truncate">{move || user.with_value(|user| name_of(people, user))}</span>
            </span>
        </a>
    }
}

/// Leads into a chat.
#[component]
pub fn ChatLink(
    /// Which.
    id: ConversationId,
    /// Its name where the client does not know the chat.
    #[prop(optional_no_strip)]
    name: Option<String>,
    /// What stands at the end of the row.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let title = move || {
        let known = chats.title(id);
        known
            .as_ref()
            .map(title_words)
            .or_else(|| name.clone())
            .unwrap_or_default()
    };
    view! {
        <a class="row" href=Place::Chat(id).path()>
            <ChatFace id />
            <span class="row__name"><span class="truncate">{title}</span></span>
            {children.map(|children| children())}
        </a>
    }
}

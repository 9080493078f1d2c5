//! The face of a conversation.

use damso_domain::{ConversationId, ConversationKind};
use leptos::prelude::*;

use super::words::{face_by_id, title_words};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Avatar, AvatarSize, Face, GroupAvatar, PresenceDot};

/// The other one of a direct conversation, myself for my notes, the picture or two members of a group.
#[component]
pub fn ChatFace(
    /// Which conversation.
    id: ConversationId,
    /// How large.
    #[prop(optional)]
    size: AvatarSize,
) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let kind = Memo::new(move |_| chats.with_chat(id, |chat| chat.conversation.kind));
    let face = Memo::new(move |_| chat_face(chats, people, id));
    let members = Memo::new(move |_| member_faces(chats, people, id));
    let status = Signal::derive(move || {
        let counterpart = chats.with_chat(id, |chat| chat.counterpart(chats.me()))??;
        people.presence(counterpart).map(|presence| presence.status)
    });
    move || match kind.get() {
        Some(ConversationKind::Group) => view! { <GroupAvatar face members size /> }.into_any(),
        Some(ConversationKind::Direct) => view! {
            <span class="with-presence">
                <Avatar face size />
                <PresenceDot status />
            </span>
        }
        .into_any(),
        Some(ConversationKind::SelfChat) | None => view! { <Avatar face size /> }.into_any(),
    }
}

fn chat_face(chats: ChatStore, people: PeopleStore, id: ConversationId) -> Face {
    let me = chats.me();
    let (kind, counterpart, image) = chats
        .with_chat(id, |chat| {
            let image = chat.conversation.avatar.as_ref().map(|image| image.id);
            (chat.conversation.kind, chat.counterpart(me), image)
        })
        .unwrap_or((ConversationKind::Group, None, None));
    let person = match kind {
        ConversationKind::SelfChat => Some(me),
        ConversationKind::Direct => counterpart,
        ConversationKind::Group => None,
    };
    if let Some(person) = person {
        return face_by_id(people, person);
    }
    let name = chats.title(id).as_ref().map(title_words).unwrap_or_default();
    Face {
        id: id.as_uuid(),
        name,
        image,
    }
}

fn member_faces(chats: ChatStore, people: PeopleStore, id: ConversationId) -> Vec<Face> {
    let me = chats.me();
    let others = chats.with_chat(id, |chat| {
        chat.members()
            .iter()
            .map(|member| member.user_id)
            .filter(|user| *user != me)
            .take(2)
            .collect::<Vec<_>>()
    });
    others
        .unwrap_or_default()
        .into_iter()
        .filter(|user| people.user(*user).is_some())
        .map(|user| face_by_id(people, user))
        .collect()
}

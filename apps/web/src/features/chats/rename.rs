//! Giving a chat a name of my own.

use damso_domain::{ConversationId, ConversationName};
use leptos::prelude::*;

use crate::features::chat::title_words;
use crate::features::naming::{NameForm, or_none};
use crate::i18n::texts;
use crate::stores::ChatStore;
use crate::ui::Dialog;

/// Asks what to call a chat.
#[component]
pub(super) fn RenameDialog(
    /// Which one.
    #[prop(into)]
    id: Signal<Option<ConversationId>>,
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().chat_list.rename>
            {move || id.get().map(|id| view! { <RenameForm id is_open /> })}
        </Dialog>
    }
}

#[component]
fn RenameForm(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let known = chats.peek_chat(id, |chat| chat.conversation.membership.name_override.clone());
    let common_name = move || {
        chats
            .common_title(id)
            .as_ref()
            .map(title_words)
            .unwrap_or_default()
    };
    view! {
        <NameForm
            name=RwSignal::new(known.flatten().unwrap_or_default())
            label=move || texts().chat_list.own_name
            placeholder=common_name
            hint=Signal::derive(move || Some(texts().chat_list.own_name_hint.to_owned()))
            check=|name| or_none(ConversationName::parse(name), ConversationName::into_string)
            max_chars=ConversationName::MAX_CHARS
            field="name_override"
            autofocus=true
            action=move || texts().common.save
            send=move |name| async move { chats.set_own_name(id, name).await }
            done=move |()| {
                is_open.try_set(false);
            }
        />
    }
}

//! Giving a chat a name of my own.

use damso_domain::{ConversationId, ConversationName, NameError};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::features::chat::title_words;
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_name, texts};
use crate::stores::ChatStore;
use crate::ui::{Button, Dialog, TextField};

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
    let submission = Submission::new();
    let known = chats.peek_chat(id, |chat| chat.conversation.membership.name_override.clone());
    let name = RwSignal::new(known.flatten().unwrap_or_default());
    let common_name = move || {
        chats
            .common_title(id)
            .as_ref()
            .map(title_words)
            .unwrap_or_default()
    };
    let broken_rule = move || match ConversationName::parse(&name.read()) {
        // Nothing stands for the name that everybody sees.
        Ok(_) | Err(NameError::Empty) => None,
        Err(error) => Some(explain_name(error).to_owned()),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if untrack(broken_rule).is_some() {
            return;
        }
        let parsed = ConversationName::parse(&name.read_untracked());
        let own_name = parsed.ok().map(ConversationName::into_string);
        submission.run(async move { chats.set_own_name(id, own_name).await }, move |()| {
            is_open.try_set(false);
        });
    };
    view! {
        <form class="chats__rename" on:submit=submit novalidate>
            <TextField
                label=move || texts().chat_list.own_name
                value=name
                placeholder=common_name
                hint=Signal::derive(move || Some(texts().chat_list.own_name_hint.to_owned()))
                error=Signal::derive(move || broken_rule().or_else(|| submission.field_error("name_override")))
                max_chars=ConversationName::MAX_CHARS
                autofocus=true
            />
            <FormError text=Signal::derive(move || submission.general_error(&["name_override"])) />
            <Button submits=true wide=true busy=submission.is_busy()>
                {move || texts().common.save}
            </Button>
        </form>
    }
}

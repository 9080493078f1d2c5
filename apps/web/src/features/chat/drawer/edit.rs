//! The name and the picture of a group.

use damso_domain::{ConversationId, ConversationName};
use leptos::ev::SubmitEvent;
use leptos::{html, prelude::*};

use crate::api::{ApiClient, Cancel};
use crate::features::chat::ChatFace;
use crate::features::form::{FormError, Submission};
use crate::i18n::texts;
use crate::stores::ChatStore;
use crate::ui::{AvatarSize, Button, ButtonKind, Dialog, IconName, TextField};

#[component]
pub(super) fn EditGroupDialog(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().chat.edit_group>
            <GroupPicture id />
            <GroupName id is_open />
        </Dialog>
    }
}

#[component]
fn GroupName(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let submission = Submission::new();
    let known = chats
        .peek_chat(id, |chat| chat.conversation.name.clone())
        .flatten();
    let name = RwSignal::new(known.unwrap_or_default());
    let is_too_long = move || ConversationName::MAX_CHARS < name.read().trim().chars().count();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = ConversationName::parse(&name.read_untracked())
            .ok()
            .map(ConversationName::into_string);
        submission.run(async move { chats.rename(id, name).await }, move |()| {
            is_open.try_set(false);
        });
    };
    view! {
        <form class="edit-group" on:submit=submit novalidate>
            <TextField
                label=move || texts().chat.group_name
                value=name
                hint=Signal::derive(move || Some(texts().chat.group_name_hint.to_owned()))
                error=Signal::derive(move || submission.field_error("name"))
                max_chars=ConversationName::MAX_CHARS
            />
            <FormError text=Signal::derive(move || submission.general_error(&["name"])) />
            <Button submits=true wide=true busy=submission.is_busy() disabled=Signal::derive(is_too_long)>
                {move || texts().common.save}
            </Button>
        </form>
    }
}

#[component]
fn GroupPicture(id: ConversationId) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let api = expect_context::<ApiClient>();
    let submission = Submission::new();
    let input = NodeRef::<html::Input>::new();
    let has_picture =
        Memo::new(move |_| chats.with_chat(id, |chat| chat.conversation.avatar.is_some()) == Some(true));
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let take = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        input.set_value("");
        let setting = async move {
            let attachment = api.upload(&file, &Cancel::default(), |_| ()).await?;
            chats.set_picture(id, Some(attachment.id)).await
        };
        submission.run(setting, |()| ());
    };
    let remove = move |_| submission.run(async move { chats.set_picture(id, None).await }, |()| ());
    view! {
        <div class="edit-group__picture">
            <ChatFace id size=AvatarSize::Huge />
            <div class="edit-group__buttons">
                <input
                    class="sr-only"
                    type="file"
                    accept="image/png,image/jpeg,image/webp,image/gif"
                    tabindex="-1"
                    aria-hidden="true"
                    node_ref=input
                    on:change=take
                />
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    icon=IconName::Camera
                    busy=submission.is_busy()
                    on:click=choose
                >
                    {move || texts().chat.change_picture}
                </Button>
                <Show when=move || has_picture.get()>
                    <Button kind=ButtonKind::Plain small=true on:click=remove>
                        {move || texts().chat.remove_picture}
                    </Button>
                </Show>
            </div>
            <FormError text=Signal::derive(move || submission.general_error(&[])) />
        </div>
    }
}

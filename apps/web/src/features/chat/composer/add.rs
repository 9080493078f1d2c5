//! What goes with words, or in their place: files, and in groups polls.

use damso_domain::ConversationKind;
use leptos::ev::MouseEvent;
use leptos::{html, prelude::*};

use super::{Writing, attach};
use crate::features::chat::polls::Polling;
use crate::i18n::{polls, texts};
use crate::ui::{IconButton, IconName, Menu, MenuAnchor, MenuItem};

/// Files at once, or in groups a menu of what there is.
#[component]
pub(super) fn AddButton(writing: Writing) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move || {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let take = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        let files = input.files();
        let files = files
            .iter()
            .flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)))
            .collect();
        attach(writing.chats, writing.toasts, writing.id, files);
        writing.focus();
        // So that the same file can be chosen again.
        input.set_value("");
    };
    let kind = writing.chats.with_chat(writing.id, |chat| chat.conversation.kind);
    view! {
        <input
            class="sr-only"
            type="file"
            multiple
            tabindex="-1"
            aria-hidden="true"
            node_ref=input
            on:change=take
        />
        {if kind == Some(ConversationKind::Group) {
            view! { <GroupMenu choose=Callback::new(move |()| choose()) /> }.into_any()
        } else {
            view! { <IconButton icon=IconName::Clip label=move || texts().chat.attach on:click=move |_| choose() /> }
                .into_any()
        }}
    }
}

#[component]
fn GroupMenu(
    /// Asks for files.
    choose: Callback<()>,
) -> impl IntoView {
    let menu = RwSignal::new(None::<MenuAnchor>);
    let polling = Polling::expect();
    view! {
        <IconButton
            icon=IconName::Plus
            label=move || polls().add
            on:click=move |event: MouseEvent| menu.set(Some(MenuAnchor::below_target(&event)))
        />
        <Menu anchor=menu label=move || polls().add>
            <MenuItem icon=IconName::Clip on:click=move |_| choose.run(())>
                {move || polls().files}
            </MenuItem>
            <MenuItem icon=IconName::Poll on:click=move |_| polling.make()>
                {move || polls().make}
            </MenuItem>
        </Menu>
    }
}

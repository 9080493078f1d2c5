//! Bringing friends into a group.

use damso_domain::{ConversationId, UserId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::features::chats::FriendPicker;
use crate::features::form::{FormError, Submission};
use crate::i18n::texts;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::{Button, Dialog, Toasts};

#[component]
pub(super) fn AddMembersDialog(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().chat.add_members>
            <AddMembersForm id is_open />
        </Dialog>
    }
}

#[component]
fn AddMembersForm(id: ConversationId, is_open: RwSignal<bool>) -> impl IntoView {
    let chats = expect_context::<ChatStore>();
    let people = expect_context::<PeopleStore>();
    let toasts = Toasts::expect();
    let submission = Submission::new();
    let chosen = RwSignal::new(Vec::<UserId>::new());
    let members = Memo::new(move |_| chats.member_ids(id));
    let has_candidates = Memo::new(move |_| {
        people
            .friends()
            .iter()
            .any(|friend| !members.read().contains(&friend.user.id))
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let user_ids = chosen.get_untracked();
        submission.run(async move { chats.add_members(id, user_ids).await }, move |()| {
            is_open.try_set(false);
            toasts.show(texts().chat.added);
        });
    };
    let count = Memo::new(move |_| chosen.read().len());
    view! {
        <Show
            when=move || has_candidates.get()
            fallback=|| view! { <p class="dialog__text">{move || texts().chat.everybody_in}</p> }
        >
            <form class="new-chat" on:submit=submit novalidate>
                <FriendPicker chosen except=members />
                <FormError text=Signal::derive(move || submission.general_error(&[])) />
                <Button
                    submits=true
                    wide=true
                    busy=submission.is_busy()
                    disabled=Signal::derive(move || count.get() == 0)
                >
                    {move || (texts().chat.add_count)(count.get())}
                </Button>
            </form>
        </Show>
    }
}

//! Giving a friend a name of my own.

use damso_domain::{DisplayName, NameError, UserId};
use damso_protocol::UpdateFriendRequest;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_name, texts};
use crate::stores::PeopleStore;
use crate::ui::{Button, Dialog, TextField};

/// Asks what to call a friend.
#[component]
pub(super) fn RenameDialog(
    /// Whom.
    id: UserId,
    /// Whether it is open.
    is_open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open=is_open title=move || texts().friends.rename>
            <RenameForm id is_open />
        </Dialog>
    }
}

#[component]
fn RenameForm(id: UserId, is_open: RwSignal<bool>) -> impl IntoView {
    let people = expect_context::<PeopleStore>();
    let submission = Submission::new();
    let known = untrack(|| people.friend(id)).and_then(|friend| friend.nickname);
    let nickname = RwSignal::new(known.unwrap_or_default());
    let own_name = move || people.user(id).map(|user| user.display_name).unwrap_or_default();
    let broken_rule = move || match DisplayName::parse(&nickname.read()) {
        // Nothing stands for their own name.
        Ok(_) | Err(NameError::Empty) => None,
        Err(error) => Some(explain_name(error).to_owned()),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if untrack(broken_rule).is_some() {
            return;
        }
        let parsed = DisplayName::parse(&nickname.read_untracked());
        let request = UpdateFriendRequest {
            nickname: Some(parsed.ok().map(DisplayName::into_string)),
            ..UpdateFriendRequest::default()
        };
        submission.run(async move { people.update(id, &request).await }, move |()| {
            is_open.try_set(false);
        });
    };
    view! {
        <form class="rename" on:submit=submit novalidate>
            <TextField
                label=move || texts().friends.nickname
                value=nickname
                placeholder=own_name
                hint=Signal::derive(move || Some(texts().friends.nickname_hint.to_owned()))
                error=Signal::derive(move || broken_rule().or_else(|| submission.field_error("nickname")))
                max_chars=DisplayName::MAX_CHARS
                autofocus=true
            />
            <FormError text=Signal::derive(move || submission.general_error(&["nickname"])) />
            <Button submits=true wide=true busy=submission.is_busy()>
                {move || texts().common.save}
            </Button>
        </form>
    }
}

//! Giving a friend a name of my own.

use damso_domain::{DisplayName, UserId};
use damso_protocol::UpdateFriendRequest;
use leptos::prelude::*;

use crate::features::naming::{NameForm, or_none};
use crate::i18n::texts;
use crate::stores::PeopleStore;
use crate::ui::Dialog;

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
    let known = untrack(|| people.friend(id)).and_then(|friend| friend.nickname);
    let own_name = move || people.user(id).map(|user| user.display_name).unwrap_or_default();
    let send = move |nickname: Option<String>| {
        let request = UpdateFriendRequest {
            nickname: Some(nickname),
            ..UpdateFriendRequest::default()
        };
        async move { people.update(id, &request).await }
    };
    view! {
        <NameForm
            name=RwSignal::new(known.unwrap_or_default())
            label=move || texts().friends.nickname
            placeholder=own_name
            hint=Signal::derive(move || Some(texts().friends.nickname_hint.to_owned()))
            check=|name| or_none(DisplayName::parse(name), DisplayName::into_string)
            max_chars=DisplayName::MAX_CHARS
            field="nickname"
            autofocus=true
            action=move || texts().common.save
            send
            done=move |()| {
                is_open.try_set(false);
            }
        />
    }
}

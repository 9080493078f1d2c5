//! Who can reach me: who finds me, who may ask to be a friend, who may write and bring me into groups.

use damso_domain::{FriendRequestsFrom, GroupAddsFrom, MessagesFrom};
use leptos::prelude::*;

use super::SettingsGroup;
use super::wanted::Wanted;
use crate::i18n::reach;
use crate::ui::{Choice, RadioGroup, Switch};

#[component]
pub(super) fn ReachGroups(wanted: Wanted) -> impl IntoView {
    view! {
        <SettingsGroup title=move || reach().requests text=move || reach().requests_text>
            <RadioGroup
                label=move || reach().requests
                name="friend-requests-from"
                options=Signal::derive(requests_from)
                chosen=Signal::derive(move || wanted.get(|settings| settings.friend_requests_from))
                on_choose=move |chosen| wanted.change(|settings| settings.friend_requests_from = chosen)
            />
        </SettingsGroup>
        <SettingsGroup title=move || reach().title text=move || reach().text>
            <Switch
                label=move || reach().handle
                detail=move || reach().handle_detail
                on=wanted.is_on(|settings| settings.discoverable_by_handle)
                on_change=move |on| wanted.change(|settings| settings.discoverable_by_handle = on)
            />
            <Switch
                label=move || reach().groups
                detail=move || reach().groups_detail
                on=wanted.is_on(|settings| settings.group_adds_from == GroupAddsFrom::Friends)
                on_change=move |on| wanted.change(|settings| settings.group_adds_from = groups_from(on))
            />
            <Switch
                label=move || reach().messages
                detail=move || reach().messages_detail
                on=wanted.is_on(|settings| settings.messages_from == MessagesFrom::Everyone)
                on_change=move |on| wanted.change(|settings| settings.messages_from = messages_from(on))
            />
        </SettingsGroup>
    }
}

fn requests_from() -> Vec<(Choice<FriendRequestsFrom>, String)> {
    let words = reach();
    vec![
        Choice::explained(
            FriendRequestsFrom::Everyone,
            words.everyone,
            words.everyone_detail,
        ),
        Choice::explained(
            FriendRequestsFrom::FriendsOfFriends,
            words.friends_of_friends,
            words.friends_of_friends_detail,
        ),
        Choice::explained(FriendRequestsFrom::Nobody, words.nobody, words.nobody_detail),
    ]
}

const fn groups_from(is_on: bool) -> GroupAddsFrom {
    if is_on {
        GroupAddsFrom::Friends
    } else {
        GroupAddsFrom::Nobody
    }
}

const fn messages_from(is_on: bool) -> MessagesFrom {
    if is_on {
        MessagesFrom::Everyone
    } else {
        MessagesFrom::Friends
    }
}

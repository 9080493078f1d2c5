//! Friends: the list, requests, profiles, and finding somebody by handle.

mod actions;
mod add;
mod hidden;
mod invite;
mod list;
mod mutual;
mod profile;
mod rename;
mod requests;

use damso_domain::UserId;
use leptos::prelude::*;

pub(crate) use add::load_add_friend;
pub(crate) use profile::load_profile;

use crate::app::{Navigator, Place};
use crate::ui::{Panes, Showing};
use list::FriendsPane;
use profile::ProfileStage;

/// The friends list, and the profile that was chosen beside it.
#[component]
pub fn FriendsArea() -> impl IntoView {
    let navigator = Navigator::expect();
    let chosen = Memo::new(move |_| chosen_person(navigator.place()));
    let showing = Signal::derive(move || {
        if chosen.get().is_some() {
            Showing::Detail
        } else {
            Showing::List
        }
    });
    view! {
        <Panes
            showing
            list=move || view! { <FriendsPane chosen /> }
            detail=move || view! { <ProfileStage chosen /> }
        />
    }
}

const fn chosen_person(place: Place) -> Option<UserId> {
    match place {
        Place::Friend(id) => Some(id),
        _ => None,
    }
}

//! Whether somebody is here.

use damso_domain::ShownStatus;
use damso_protocol::Presence;
use leptos::prelude::*;

use crate::i18n::{format, texts};

/// A dot on a face for somebody who is here; nothing for everybody else.
#[component]
pub fn PresenceDot(
    /// Of whom.
    #[prop(into)]
    status: Signal<Option<ShownStatus>>,
) -> impl IntoView {
    move || {
        let status = status.get()?;
        let class = match status {
            ShownStatus::Online => "presence presence--online",
            ShownStatus::Away => "presence presence--away",
            ShownStatus::Busy => "presence presence--busy",
            ShownStatus::Offline => return None,
        };
        Some(view! { <span class=class role="img" aria-label=status_word(status)></span> })
    }
}

/// What is said of somebody's presence: their own words, whether they are here, or when they were seen last.
pub fn presence_words(presence: &Presence) -> Option<String> {
    if presence.status == ShownStatus::Offline {
        return presence.last_seen_at.map(format::last_seen);
    }
    let own = presence.text.clone();
    Some(own.unwrap_or_else(|| status_word(presence.status).to_owned()))
}

fn status_word(status: ShownStatus) -> &'static str {
    let friends = &texts().friends;
    match status {
        ShownStatus::Online => friends.online,
        ShownStatus::Away => friends.away,
        ShownStatus::Busy => friends.busy,
        ShownStatus::Offline => friends.offline,
    }
}

//! Whether somebody is here.

use std::time::Duration;

use damso_domain::ShownStatus;
use damso_protocol::Presence;
use leptos::prelude::*;

thread_local! {
    /// Tells every minute, so that "a minute ago" does not stay.
    static MINUTES: ArcTrigger = {
        let minutes = ArcTrigger::new();
        let told = minutes.clone();
        set_interval(move || told.notify(), Duration::from_mins(1));
        minutes
    };
}

use crate::i18n::{format, texts};

/// What reads this is worked out anew every minute.
pub fn every_minute() {
    MINUTES.with(ArcTrigger::track);
}

/// A dot on a face for somebody who is here; nothing for everybody else.
#[component]
pub fn PresenceDot(
    /// Of whom.
    #[prop(into)]
    status: Signal<Option<ShownStatus>>,
) -> impl IntoView {
    // People change more often than whether one of them is here.
    let status = Memo::new(move |_| status.get());
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

/// What is said of somebody's presence: whether they are here and what they say of that, or when they were seen
/// last.
pub fn presence_words(presence: &Presence) -> Option<String> {
    if presence.status == ShownStatus::Offline {
        every_minute();
        return presence.last_seen_at.map(format::last_seen);
    }
    let status = status_word(presence.status);
    Some(match &presence.text {
        Some(text) => format!("{status} · {text}"),
        None => status.to_owned(),
    })
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

//! Calling somebody who is looking elsewhere: a number on the tab, a notification, a soft sound.

mod chime;
mod desktop;
mod favicon;

use std::time::Duration;

use damso_client_state::Arrival;
use damso_domain::Timestamp;
use leptos::prelude::*;

pub use chime::chime;
pub use desktop::{Permission, ask, permission};

use crate::app::Navigator;
use crate::features::chat::{preview_words, title_words};
use crate::i18n::texts;
use crate::stored;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::Toasts;

/// What comes is told of after this, unless it has been read by then: in another tab, on another device.
const WAIT: Duration = Duration::from_millis(700);

const NOTIFICATIONS: &str = "damso.notifications";
const SOUND: &str = "damso.sound";
const ASKED: &str = "damso.notifications-asked";

/// Whether this browser is to show notifications, if it may.
pub fn wants_notifications() -> bool {
    stored::get(NOTIFICATIONS).as_deref() != Some("off")
}

/// Says so, or not.
pub fn want_notifications(on: bool) {
    stored::set(NOTIFICATIONS, (!on).then_some("off"));
}

/// Whether this browser is to make a sound.
pub fn wants_sound() -> bool {
    stored::get(SOUND).as_deref() != Some("off")
}

/// Says so, or not.
pub fn want_sound(on: bool) {
    stored::set(SOUND, (!on).then_some("off"));
}

/// What it takes to tell of a message.
#[derive(Clone, Copy)]
struct Notices {
    chats: ChatStore,
    people: PeopleStore,
    navigator: Navigator,
    toasts: Toasts,
}

/// Shows the number of unread messages on the tab, and tells of messages as they come. The tab that has the
/// connection tells for all tabs of this browser.
pub fn follow(chats: ChatStore, people: PeopleStore, unread: Memo<i64>) {
    let notices = Notices {
        chats,
        people,
        navigator: Navigator::expect(),
        toasts: Toasts::expect(),
    };
    Effect::new(move |_| favicon::show(unread.get()));
    Effect::new(move |_| {
        if let Some(arrival) = chats.arrival() {
            set_timeout(move || notices.tell(arrival), WAIT);
        }
    });
}

impl Notices {
    fn tell(self, arrival: Arrival) {
        let id = arrival.conversation_id;
        let concerns = self.chats.try_peek_chat(id, |chat| {
            let is_read = arrival.seq <= chat.conversation.membership.read_seq;
            !is_read && !chat.is_muted(Timestamp::now())
        });
        if concerns != Some(true) {
            return;
        }
        let is_looking = !document().hidden() && document().has_focus().unwrap_or(false);
        if is_looking && self.chats.is_open(id) {
            return;
        }
        if wants_sound() {
            chime();
        }
        if is_looking || !wants_notifications() {
            return;
        }
        match permission() {
            Permission::Granted => self.notify(arrival),
            Permission::Undecided => self.offer(),
            Permission::Denied | Permission::Unsupported => (),
        }
    }

    fn notify(self, arrival: Arrival) {
        let id = arrival.conversation_id;
        let title = untrack(|| self.chats.title(id)).as_ref().map(title_words);
        let said = untrack(|| {
            let (preview, _) = self.chats.preview(id)?;
            Some(preview_words(&preview, self.people))
        });
        let navigator = self.navigator;
        desktop::show(
            &title.unwrap_or_default(),
            &said.unwrap_or_default(),
            &id.to_string(),
            move || navigator.go(crate::app::Place::Chat(id)),
        );
    }

    /// Something has been missed, so it is plain what notifications are for: offered once.
    fn offer(self) {
        if stored::get(ASKED).is_some() {
            return;
        }
        stored::set(ASKED, Some("yes"));
        let settings = &texts().settings;
        self.toasts
            .show_with(settings.notify_offer, settings.notify_turn_on, || {
                leptos::task::spawn_local(async {
                    ask().await;
                });
            });
    }
}

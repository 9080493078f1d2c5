//! Calling somebody who is looking elsewhere: a number on the tab, a notification, a soft sound.

mod chime;
mod desktop;
mod favicon;

use std::time::Duration;

use damso_client_state::{Arrival, Chat};
use leptos::prelude::*;

pub use chime::chime;
pub use desktop::{Permission, ask, permission};

use self::desktop::Shown;
use crate::app::{Navigator, Place, is_looked_at};
use crate::features::chat::{preview_words, title_words};
use crate::i18n::texts;
use crate::stored;
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::Toasts;

/// What comes is told of after this, unless it has been read by then: in another tab, on another device.
const WAIT: Duration = Duration::from_millis(700);

/// How often there is a sound at the most.
const SOUND_EVERY_MILLIS: f64 = 1_500.0;

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

/// Whether somebody has decided on one of them, in another tab.
pub fn is_decision(key: Option<&str>) -> bool {
    matches!(key, None | Some(NOTIFICATIONS | SOUND))
}

/// Says so, or not.
pub fn want_sound(on: bool) {
    stored::set(SOUND, (!on).then_some("off"));
}

/// What it takes to tell of messages.
#[derive(Clone, Copy)]
struct Notices {
    chats: ChatStore,
    people: PeopleStore,
    navigator: Navigator,
    toasts: Toasts,
    /// What is on the desktop, with the message it tells of.
    shown: StoredValue<Vec<(Arrival, Shown)>, LocalStorage>,
    /// When the sound was last made.
    sounded_at: StoredValue<f64>,
    /// Whether a notification would have been shown had somebody allowed it.
    has_missed: StoredValue<bool>,
}

/// Shows the number of unread messages on the tab, and tells of messages as they come. The tab that has the
/// connection tells for all tabs of this browser.
pub fn follow(chats: ChatStore, people: PeopleStore, unread: Memo<i64>) {
    let notices = Notices {
        chats,
        people,
        navigator: Navigator::expect(),
        toasts: Toasts::expect(),
        shown: StoredValue::default(),
        sounded_at: StoredValue::default(),
        has_missed: StoredValue::default(),
    };
    Effect::new(move |_| {
        favicon::show(unread.get());
        notices.clear_read();
    });
    chats.on_arrivals(move |arrivals| set_timeout(move || notices.tell(&arrivals), WAIT));
    let on_focus = window_event_listener(leptos::ev::focus, move |_| notices.offer_if_missed());
    on_cleanup(move || {
        on_focus.remove();
        favicon::show(0);
        notices.shown.update_value(Vec::clear);
    });
}

impl Notices {
    fn tell(self, arrivals: &[Arrival]) {
        let mut news = self.chats.worth_telling(arrivals);
        let is_looking = is_looked_at();
        news.retain(|arrival| !(is_looking && self.chats.is_open(arrival.conversation_id)));
        if news.is_empty() {
            return;
        }
        if wants_sound() {
            self.sound();
        }
        if is_looking || !wants_notifications() {
            return;
        }
        match permission() {
            Permission::Granted => news.into_iter().for_each(|arrival| self.notify(arrival)),
            Permission::Undecided => self.has_missed.set_value(true),
            Permission::Denied | Permission::Unsupported => (),
        }
    }

    /// Many messages at once are one sound.
    fn sound(self) {
        let now = js_sys::Date::now();
        if self.sounded_at.get_value() + SOUND_EVERY_MILLIS <= now {
            self.sounded_at.set_value(now);
            chime();
        }
    }

    fn notify(self, arrival: Arrival) {
        let id = arrival.conversation_id;
        let title = untrack(|| self.chats.title(id)).as_ref().map(title_words);
        let said = untrack(|| {
            let (preview, _) = self.chats.preview(id)?;
            Some(preview_words(&preview, self.people))
        });
        // Closing the earlier one later would close this one: browsers know them by the tag.
        self.shown
            .update_value(|all| all.retain(|(earlier, _)| earlier.conversation_id != id));
        let navigator = self.navigator;
        let shown = desktop::show(
            &title.unwrap_or_default(),
            &said.unwrap_or_default(),
            &id.to_string(),
            move || navigator.go(Place::Chat(id)),
        );
        self.shown
            .update_value(|all| all.extend(shown.map(|shown| (arrival, shown))));
    }

    /// What has been read, here or elsewhere, goes from the desktop.
    fn clear_read(self) {
        let read_seq = |chat: &Chat| chat.conversation.membership.read_seq;
        self.shown.update_value(|shown| {
            shown.retain(|(arrival, _)| {
                let read_seq = self.chats.peek_chat(arrival.conversation_id, read_seq);
                read_seq.is_some_and(|read_seq| read_seq < arrival.seq)
            });
        });
    }

    /// Somebody is back who has missed something, so it is plain what notifications are for: offered once.
    fn offer_if_missed(self) {
        let has_missed = self.has_missed.get_value() && permission() == Permission::Undecided;
        if !has_missed || stored::get(ASKED).is_some() {
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

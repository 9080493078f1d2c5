//! Settings that are kept by the server, as switches show them.

use damso_protocol::{Settings, UpdateSettingsRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::i18n::explain_error;
use crate::stores::SettingsStore;
use crate::ui::Toasts;

/// What was pressed is shown until the server has answered. A `Copy` handle for all switches of a screen.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    store: SettingsStore,
    toasts: Toasts,
    /// What is on its way.
    pressed: StoredValue<ArcRwSignal<Option<Settings>>>,
    shown: Memo<Option<Settings>>,
}

impl Wanted {
    pub(super) fn new(store: SettingsStore) -> Self {
        let pressed = ArcRwSignal::new(None::<Settings>);
        let shown = {
            let pressed = pressed.clone();
            Memo::new(move |_| pressed.get().or_else(|| store.get()))
        };
        Self {
            store,
            toasts: Toasts::expect(),
            pressed: StoredValue::new(pressed),
            shown,
        }
    }

    /// What is shown.
    pub(super) fn get<T>(self, read: fn(&Settings) -> T) -> Option<T> {
        self.shown.with(|shown| shown.as_ref().map(read))
    }

    /// Whether a switch is on.
    pub(super) fn is_on(self, read: fn(&Settings) -> bool) -> Signal<bool> {
        Signal::derive(move || self.get(read) == Some(true))
    }

    /// Shows something else at once, and has the server do it.
    pub(super) fn change(self, change: impl FnOnce(&mut Settings)) {
        let Some(mut settings) = self.shown.get_untracked() else {
            return;
        };
        change(&mut settings);
        let pressed = self.pressed.get_value();
        let is_sending = pressed.get_untracked().is_some();
        pressed.set(Some(settings));
        if !is_sending {
            spawn_local(send(self.store, pressed, self.toasts));
        }
    }
}

/// One request after the other, until the server has what was pressed last.
async fn send(store: SettingsStore, wanted: ArcRwSignal<Option<Settings>>, toasts: Toasts) {
    while let Some(request) = difference(store, wanted.get_untracked()) {
        if let Err(error) = store.update(&request).await {
            toasts.show(explain_error(&error));
            break;
        }
    }
    wanted.set(None);
}

/// What is wanted otherwise than it is; `None` when nothing is.
fn difference(store: SettingsStore, wanted: Option<Settings>) -> Option<UpdateSettingsRequest> {
    fn other<T: PartialEq>(now: T, wanted: T) -> Option<T> {
        (now != wanted).then_some(wanted)
    }
    let (now, wanted) = (store.peek()?, wanted?);
    let request = UpdateSettingsRequest {
        read_receipts: other(now.read_receipts, wanted.read_receipts),
        typing_indicators: other(now.typing_indicators, wanted.typing_indicators),
        presence_visibility: other(now.presence_visibility, wanted.presence_visibility),
        discoverable_by_handle: other(now.discoverable_by_handle, wanted.discoverable_by_handle),
        friend_requests_from: other(now.friend_requests_from, wanted.friend_requests_from),
        group_adds_from: other(now.group_adds_from, wanted.group_adds_from),
        messages_from: other(now.messages_from, wanted.messages_from),
        birthday_visibility: other(now.birthday_visibility, wanted.birthday_visibility),
    };
    (request != UpdateSettingsRequest::default()).then_some(request)
}

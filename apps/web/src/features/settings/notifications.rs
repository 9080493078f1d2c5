//! How this browser calls for me.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use crate::features::notice::{self, Permission};
use crate::i18n::{sending, texts};
use crate::stores::{wait_before_sending, waits_before_sending};
use crate::ui::Switch;

/// Notifications and the sound, for this browser only.
#[component]
pub fn NotificationSettings() -> impl IntoView {
    let permission = RwSignal::new(notice::permission());
    let wants = RwSignal::new(notice::wants_notifications());
    let has_sound = RwSignal::new(notice::wants_sound());
    let waits = RwSignal::new(waits_before_sending());
    let is_on = move || permission.get() == Permission::Granted && wants.get();
    let change = move |on: bool| {
        notice::want_notifications(on);
        wants.set(on);
        if on {
            spawn_local(async move {
                let answer = notice::ask().await;
                permission.try_set(answer);
            });
        }
    };
    // Another tab of this browser may decide, or the browser itself while somebody is in its settings.
    let look = move || {
        permission.set(notice::permission());
        wants.set(notice::wants_notifications());
        has_sound.set(notice::wants_sound());
    };
    let on_storage = window_event_listener(leptos::ev::storage, move |event| {
        if notice::is_decision(event.key().as_deref()) {
            look();
        }
    });
    let on_focus = window_event_listener(leptos::ev::focus, move |_| look());
    on_cleanup(move || {
        on_storage.remove();
        on_focus.remove();
    });
    let problem = move || match permission.get() {
        Permission::Denied => texts().settings.notify_blocked,
        Permission::Unsupported => texts().settings.notify_unsupported,
        Permission::Granted | Permission::Undecided => "",
    };
    let is_impossible = move || matches!(permission.get(), Permission::Denied | Permission::Unsupported);
    view! {
        <SettingsGroup title=move || texts().settings.notify_here text=move || problem()>
            <Switch
                label=move || texts().settings.notify
                detail=move || texts().settings.notify_detail
                on=Signal::derive(is_on)
                disabled=Signal::derive(is_impossible)
                on_change=change
            />
            <Switch
                label=move || texts().settings.sound
                detail=move || texts().settings.sound_detail
                on=has_sound
                on_change=move |on| {
                    notice::want_sound(on);
                    has_sound.set(on);
                    if on {
                        notice::chime();
                    }
                }
            />
        </SettingsGroup>
        <SettingsGroup title=move || sending().title>
            <Switch
                label=move || sending().waits
                detail=move || sending().waits_detail
                on=waits
                on_change=move |on| {
                    wait_before_sending(on);
                    waits.set(on);
                }
            />
        </SettingsGroup>
    }
}

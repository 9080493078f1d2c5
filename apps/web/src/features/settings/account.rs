//! Address, password, sign-out and deletion.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use super::deletion::DeletionSettings;
use super::email::EmailSettings;
use super::password::PasswordSettings;
use crate::app::{Navigator, Place};
use crate::i18n::{explain_error, texts};
use crate::session::Session;
use crate::stores::ChatStore;
use crate::ui::{Button, ButtonKind, ConfirmDialog, IconName, Toasts};

/// Address, password, sign-out and deletion.
#[component]
pub fn AccountSettings() -> impl IntoView {
    view! {
        <EmailSettings />
        <PasswordSettings />
        <SignOutSettings />
        <DeletionSettings />
    }
}

#[component]
fn SignOutSettings() -> impl IntoView {
    let session = expect_context::<Session>();
    let chats = expect_context::<ChatStore>();
    let navigator = Navigator::expect();
    let toasts = Toasts::expect();
    let is_busy = RwSignal::new(false);
    let asks = RwSignal::new(false);
    let unsent = RwSignal::new(0_usize);
    let sign_out = move || {
        is_busy.set(true);
        spawn_local(async move {
            match session.sign_out().await {
                // The next person on this device starts at the beginning, not where this one was.
                Ok(()) => navigator.replace(Place::Welcome),
                Err(error) => {
                    is_busy.try_set(false);
                    toasts.show(explain_error(&error));
                }
            }
        });
    };
    let press = move |_| {
        unsent.set(untrack(|| chats.unsent_count()));
        if unsent.get_untracked() == 0 {
            sign_out();
        } else {
            asks.set(true);
        }
    };
    view! {
        <SettingsGroup title=move || texts().settings.sign_out text=move || texts().settings.sign_out_text>
            <Button kind=ButtonKind::Secondary icon=IconName::Leave busy=is_busy on:click=press>
                {move || texts().settings.sign_out}
            </Button>
            <ConfirmDialog
                open=asks
                title=move || texts().settings.unsent_title
                text=move || (texts().settings.unsent_text)(unsent.get())
                action=move || texts().settings.sign_out
                on_confirm=move |()| sign_out()
            />
        </SettingsGroup>
    }
}

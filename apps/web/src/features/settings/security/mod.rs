//! What makes the account safe: second factor, passkeys, devices, and what has happened.

mod activity;
mod codes;
mod devices;
mod passkeys;
mod setup;
mod totp;

use leptos::prelude::*;

use activity::ActivitySettings;
use devices::DeviceSettings;
use passkeys::PasskeySettings;
use totp::TotpSettings;

/// Tells the list of what has happened that something has. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
struct News(Trigger);

impl News {
    fn expect() -> Self {
        expect_context()
    }

    /// Something has happened. The page may be gone by now.
    fn tell(self) {
        self.0.notify();
    }
}

/// Everything that makes the account safe.
#[component]
pub fn SecuritySettings() -> impl IntoView {
    provide_context(News(Trigger::new()));
    view! {
        <TotpSettings />
        <PasskeySettings />
        <DeviceSettings />
        <ActivitySettings />
    }
}

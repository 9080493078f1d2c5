//! What makes the account safe: second factor, passkeys, devices, and what has happened.

mod activity;
mod codes;
mod devices;
mod passkeys;
mod qr;
mod setup;
mod totp;

use leptos::prelude::*;

use activity::ActivitySettings;
use devices::DeviceSettings;
use passkeys::PasskeySettings;
use totp::TotpSettings;

/// Everything that makes the account safe.
#[component]
pub fn SecuritySettings() -> impl IntoView {
    view! {
        <TotpSettings />
        <PasskeySettings />
        <DeviceSettings />
        <ActivitySettings />
    }
}

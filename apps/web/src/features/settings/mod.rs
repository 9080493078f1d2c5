//! Everything one sets: the own profile, the account, devices, appearance, language.

mod account;
mod appearance;
mod avatar;
mod birthday;
mod data;
mod deletion;
mod email;
mod focus;
mod language;
mod loading;
mod menu;
mod notifications;
mod password;
mod privacy;
mod profile;
mod proof;
mod reach;
mod security;
mod sessions;
mod trouble;
mod wanted;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

pub use deletion::Farewell;
pub(crate) use deletion::{deletion_report, load_deletion_report};

use crate::app::{Fetched, Navigator, Place, SettingsSection};
use crate::i18n::texts;
use crate::ui::{IconButton, IconName, Panes, Showing};
use account::AccountSettings;
use appearance::AppearanceSettings;
use data::DataSettings;
use language::LanguageSettings;
use menu::SettingsMenu;
use notifications::NotificationSettings;
use privacy::PrivacySettings;
use profile::ProfileSettings;
use proof::{Proof, ProofDialog};
use security::SecuritySettings;
use sessions::SessionSettings;

/// See [`SettingsArea`].
#[wasm_split(settings, fallible, preload(load_settings_area))]
pub(crate) fn settings_area() -> Fetched<AnyView> {
    Ok(view! { <SettingsArea /> }.into_any())
}

/// The menu, and one part of it beside. A wide screen shows the profile until something is chosen.
#[component]
fn SettingsArea() -> impl IntoView {
    let navigator = Navigator::expect();
    Proof::provide();
    let chosen = Memo::new(move |_| match navigator.place() {
        Place::SettingsSection(section) => Some(section),
        _ => None,
    });
    let showing = Signal::derive(move || {
        if chosen.get().is_some() {
            Showing::Detail
        } else {
            Showing::List
        }
    });
    let section = Memo::new(move |_| chosen.get().unwrap_or(SettingsSection::Profile));
    view! {
        <Panes
            showing
            list=move || view! { <SettingsMenu chosen=section /> }
            detail=move || view! { <SettingsPage section /> }
        />
        <ProofDialog />
    }
}

#[component]
fn SettingsPage(section: Memo<SettingsSection>) -> impl IntoView {
    let navigator = Navigator::expect();
    view! {
        <main class="stage settings" id="main" tabindex="-1">
            <header class="settings__head">
                <span class="back-button">
                    <IconButton
                        icon=IconName::Back
                        label=move || texts().common.back
                        on:click=move |_| navigator.go_up()
                    />
                </span>
                <h1 class="settings__title">{move || section.get().label()}</h1>
            </header>
            <div class="settings__scroll">
                <div class="settings__column">
                    {move || match section.get() {
                        SettingsSection::Profile => view! { <ProfileSettings /> }.into_any(),
                        SettingsSection::Account => view! { <AccountSettings /> }.into_any(),
                        SettingsSection::Security => view! { <SecuritySettings /> }.into_any(),
                        SettingsSection::Privacy => view! { <PrivacySettings /> }.into_any(),
                        SettingsSection::Notifications => view! { <NotificationSettings /> }.into_any(),
                        SettingsSection::Sessions => view! { <SessionSettings /> }.into_any(),
                        SettingsSection::Data => view! { <DataSettings /> }.into_any(),
                        SettingsSection::Appearance => view! { <AppearanceSettings /> }.into_any(),
                        SettingsSection::Language => view! { <LanguageSettings /> }.into_any(),
                    }}
                </div>
            </div>
        </main>
    }
}

/// A part of a settings page, under a heading of its own.
#[component]
fn SettingsGroup(
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence below it.
    #[prop(optional, into)]
    text: Signal<String>,
    /// What can be set.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="settings__group">
            <h2 class="settings__heading">{move || title.get()}</h2>
            <p class="settings__text">{move || text.get()}</p>
            {children()}
        </section>
    }
}

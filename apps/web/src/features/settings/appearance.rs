//! Light, dark, or as the system is.

use leptos::prelude::*;

use super::SettingsGroup;
use crate::app::{Theme, ThemeChoice};
use crate::i18n::texts;

/// Three small pictures of a conversation to choose from.
#[component]
pub fn AppearanceSettings() -> impl IntoView {
    view! {
        <SettingsGroup title=move || texts().settings.theme text=move || texts().settings.theme_text>
            <fieldset class="themes">
                <legend class="sr-only">{move || texts().settings.theme}</legend>
                {ThemeChoice::ALL.map(|choice| view! { <ThemeOption choice /> }).collect_view()}
            </fieldset>
        </SettingsGroup>
    }
}

#[component]
fn ThemeOption(choice: ThemeChoice) -> impl IntoView {
    let theme = Theme::expect();
    view! {
        <label class="theme">
            <input
                type="radio"
                name="theme"
                prop:checked=move || theme.choice() == choice
                on:change=move |_| theme.choose(choice)
            />
            <span class="theme__picture" aria-hidden="true">
                {halves(choice).into_iter().map(picture).collect_view()}
            </span>
            {move || label(choice)}
        </label>
    }
}

/// The system's choice is shown as both.
fn halves(choice: ThemeChoice) -> Vec<&'static str> {
    match choice.attribute() {
        Some(theme) => vec![theme],
        None => vec!["light", "dark"],
    }
}

fn picture(theme: &'static str) -> impl IntoView {
    view! {
        <span class="theme__half" data-theme=theme>
            <span class="theme__bubble"></span>
            <span class="theme__bubble theme__bubble--mine"></span>
            <span class="theme__bubble"></span>
        </span>
    }
}

fn label(choice: ThemeChoice) -> &'static str {
    let settings = &texts().settings;
    match choice {
        ThemeChoice::System => settings.theme_system,
        ThemeChoice::Light => settings.theme_light,
        ThemeChoice::Dark => settings.theme_dark,
    }
}

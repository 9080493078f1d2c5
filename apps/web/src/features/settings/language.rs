//! The language of the screens.

use damso_domain::Locale;
use damso_protocol::UpdateMeRequest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use crate::app::choose_language;
use crate::i18n::{explain_error, locale, texts};
use crate::session::Session;
use crate::ui::{Choice, RadioGroup, Toasts};

/// Korean or English, each in its own words.
#[component]
pub fn LanguageSettings() -> impl IntoView {
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let choose = move |chosen: Locale| {
        // At once on this screen; the account, and with it other devices, follow.
        choose_language(chosen);
        spawn_local(async move {
            let request = UpdateMeRequest {
                locale: Some(chosen),
                ..UpdateMeRequest::default()
            };
            if let Err(error) = session.update_profile(&request).await {
                toasts.show(explain_error(&error));
            }
        });
    };
    view! {
        <SettingsGroup title=move || texts().settings.language text=move || texts().settings.language_text>
            <RadioGroup
                label=move || texts().settings.language
                name="language"
                options=Signal::derive(options)
                chosen=Signal::derive(|| Some(locale()))
                on_choose=choose
            />
        </SettingsGroup>
    }
}

fn options() -> Vec<(Choice<Locale>, String)> {
    [(Locale::Ko, "한국어", "Korean"), (Locale::En, "English", "영어")]
        .map(|(value, own_name, other_name)| {
            (
                Choice {
                    value,
                    label: own_name.to_owned(),
                },
                other_name.to_owned(),
            )
        })
        .into()
}

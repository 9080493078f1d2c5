//! How many devices are signed in, and the way to them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::SettingsGroup;
use crate::api::ApiClient;
use crate::app::{Place, SettingsSection};
use crate::i18n::security;
use crate::ui::{Icon, IconName};

/// How many devices are signed in, and the way to them.
#[component]
pub fn DeviceSettings() -> impl IntoView {
    let api = expect_context::<ApiClient>();
    let count = RwSignal::new(None::<usize>);
    spawn_local(async move {
        // Without the number the way is still there.
        if let Ok(sessions) = api.sessions().await {
            count.try_set(Some(sessions.items.len()));
        }
    });
    let words = move || {
        count.get().map_or_else(
            || security().devices.to_owned(),
            |count| (security().devices_count)(count),
        )
    };
    view! {
        <SettingsGroup title=move || security().devices text=move || security().devices_text>
            <a class="settings-link" href=Place::SettingsSection(SettingsSection::Sessions).path()>
                <Icon name=IconName::Device />
                <span class="settings-link__words">{words}</span>
                <Icon name=IconName::Forward />
            </a>
        </SettingsGroup>
    }
}

//! The menu of the settings.

use leptos::prelude::*;

use crate::app::{Place, SettingsSection};
use crate::i18n::{data, security, texts};
use crate::session::Session;
use crate::ui::{Avatar, Face, Icon, IconName};

impl SettingsSection {
    /// What it is called.
    pub fn label(self) -> &'static str {
        let settings = &texts().settings;
        match self {
            Self::Profile => settings.profile,
            Self::Account => settings.account,
            Self::Security => security().title,
            Self::Privacy => settings.privacy,
            Self::Notifications => settings.notifications,
            Self::Sessions => settings.sessions,
            Self::Data => data().title,
            Self::Appearance => settings.appearance,
            Self::Language => settings.language,
        }
    }

    fn detail(self) -> &'static str {
        let settings = &texts().settings;
        match self {
            Self::Profile => settings.profile_detail,
            Self::Account => settings.account_detail,
            Self::Security => security().detail,
            Self::Privacy => settings.privacy_detail,
            Self::Notifications => settings.notifications_detail,
            Self::Sessions => settings.sessions_detail,
            Self::Data => data().detail,
            Self::Appearance => settings.appearance_detail,
            Self::Language => settings.language_detail,
        }
    }

    const fn icon(self) -> IconName {
        match self {
            Self::Profile => IconName::Person,
            Self::Account => IconName::Lock,
            Self::Security => IconName::Shield,
            Self::Privacy => IconName::Eye,
            Self::Notifications => IconName::Bell,
            Self::Sessions => IconName::Device,
            Self::Data => IconName::Download,
            Self::Appearance => IconName::Palette,
            Self::Language => IconName::Globe,
        }
    }
}

/// Who I am, and what can be set.
#[component]
pub fn SettingsMenu(
    /// The part that a wide screen shows beside the menu.
    chosen: Memo<SettingsSection>,
) -> impl IntoView {
    let entry = move |section: SettingsSection| {
        view! {
            <li>
                <a
                    class="settings-menu__entry"
                    href=Place::SettingsSection(section).path()
                    aria-current=move || (chosen.get() == section).then_some("page")
                >
                    <Icon name=section.icon() />
                    <span class="settings-menu__words">
                        <b>{move || section.label()}</b>
                        <span>{move || section.detail()}</span>
                    </span>
                    <Icon name=IconName::Forward />
                </a>
            </li>
        }
    };
    view! {
        <section class="pane" aria-label=move || texts().settings.title>
            <header class="pane__head">
                <h1 class="pane__title">{move || texts().settings.title}</h1>
            </header>
            <div class="pane__scroll">
                <Me />
                <nav aria-label=move || texts().settings.sections>
                    <ul class="settings-menu">{SettingsSection::ALL.map(entry).collect_view()}</ul>
                </nav>
            </div>
        </section>
    }
}

#[component]
fn Me() -> impl IntoView {
    let me = expect_context::<Session>().me_signal();
    move || {
        me.get().map(|me| {
            view! {
                <div class="settings-menu__me">
                    <Avatar face=Face::from(&me) />
                    <span class="settings-menu__words">
                        <b>{me.display_name}</b>
                        <span>{format!("@{}", me.handle)}</span>
                    </span>
                </div>
            }
        })
    }
}

//! What has happened to the account.

use damso_domain::SecurityEventKind;
use damso_protocol::SecurityEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::SettingsGroup;
use super::super::loading::LoadFailed;
use super::News;
use crate::api::{ApiClient, ApiError};
use crate::i18n::{format, security};
use crate::ui::{Button, ButtonKind, Icon, IconName, SkeletonLines};

/// What is known of it: the newest first.
#[derive(Clone, Copy)]
struct Activity {
    api: ApiClient,
    events: RwSignal<Vec<SecurityEvent>>,
    /// Where the next page begins.
    cursor: RwSignal<Option<String>>,
    is_loading: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Activity {
    /// The next page.
    fn load(self) {
        let cursor = self.cursor.get_untracked();
        self.read(cursor);
    }

    /// The first page anew; what is known stays on the screen until it comes.
    fn refresh(self) {
        self.read(None);
    }

    fn read(self, cursor: Option<String>) {
        self.is_loading.set(true);
        self.error.set(None);
        spawn_local(async move {
            let answer = self.api.security_events(cursor.as_deref()).await;
            self.is_loading.try_set(false);
            match answer {
                Ok(page) => {
                    self.cursor.try_set(page.next_cursor);
                    self.events.try_update(|events| {
                        if cursor.is_none() {
                            events.clear();
                        }
                        events.extend(page.items);
                    });
                }
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }
}

/// What has happened to the account, the newest first, page by page.
#[component]
pub fn ActivitySettings() -> impl IntoView {
    let activity = Activity {
        api: expect_context(),
        events: RwSignal::new(Vec::new()),
        cursor: RwSignal::new(None),
        is_loading: RwSignal::new(false),
        error: RwSignal::new(None),
    };
    activity.load();
    let news = News::expect();
    Effect::watch(move || news.0.track(), move |(), _, _| activity.refresh(), false);
    let is_empty = move || activity.events.read().is_empty();
    view! {
        <SettingsGroup title=move || security().activity text=move || security().activity_text>
            <ul class="activity" aria-label=move || security().activity>
                <For each=move || activity.events.get() key=|event| event.id let(event)>
                    <EventRow event />
                </For>
            </ul>
            {move || match activity.error.get() {
                Some(error) => view! { <LoadFailed error on_retry=move |()| activity.load() /> }.into_any(),
                None if is_empty() && activity.is_loading.get() => view! { <SkeletonLines /> }.into_any(),
                None if is_empty() => view! { <p class="settings__none">{security().activity_none}</p> }.into_any(),
                None => ().into_any(),
            }}
            <Show when=move || activity.cursor.read().is_some() && activity.error.read().is_none()>
                <div class="settings__actions">
                    <Button
                        kind=ButtonKind::Secondary
                        busy=activity.is_loading
                        on:click=move |_| activity.load()
                    >
                        {move || security().activity_more}
                    </Button>
                </div>
            </Show>
        </SettingsGroup>
    }
}

#[component]
fn EventRow(event: SecurityEvent) -> impl IntoView {
    let SecurityEvent {
        kind,
        device,
        address,
        created_at,
        ..
    } = event;
    let is_odd = is_odd(kind);
    let by = move || {
        let device = device
            .clone()
            .unwrap_or_else(|| security().activity_no_device.to_owned());
        match &address {
            Some(address) => format!("{device} · {address}"),
            None => device,
        }
    };
    view! {
        <li class="event" class=("event--odd", is_odd)>
            <span class="event__icon">
                <Icon name=icon(kind) />
            </span>
            <span class="event__words">
                <span class="event__name">
                    {move || (security().event)(kind)}
                    {is_odd.then(|| view! { <span class="event__mark">{move || security().activity_look}</span> })}
                </span>
                <span class="event__more">{by}</span>
            </span>
            <time
                class="event__time"
                datetime=format::machine(created_at)
                title=move || format::long_moment(created_at)
            >
                {move || format::ago(created_at)}
            </time>
        </li>
    }
}

/// Whether somebody else would do it who has got hold of the account, and its owner only now and then.
const fn is_odd(kind: SecurityEventKind) -> bool {
    match kind {
        SecurityEventKind::TokenReused
        | SecurityEventKind::PasswordReset
        | SecurityEventKind::TotpDisabled
        | SecurityEventKind::RecoveryCodeUsed
        | SecurityEventKind::ResetLinkIssued
        | SecurityEventKind::Disabled => true,
        SecurityEventKind::SignedUp
        | SecurityEventKind::SignedIn
        | SecurityEventKind::SignedInWithPasskey
        | SecurityEventKind::SessionEnded
        | SecurityEventKind::PasswordChanged
        | SecurityEventKind::EmailChanged
        | SecurityEventKind::TotpEnabled
        | SecurityEventKind::RecoveryCodesRenewed
        | SecurityEventKind::PasskeyAdded
        | SecurityEventKind::PasskeyRemoved
        | SecurityEventKind::ExportRequested
        | SecurityEventKind::ExportDownloaded
        | SecurityEventKind::Enabled => false,
    }
}

const fn icon(kind: SecurityEventKind) -> IconName {
    match kind {
        SecurityEventKind::SignedUp => IconName::Sparkle,
        SecurityEventKind::SignedIn => IconName::Device,
        SecurityEventKind::SessionEnded => IconName::Leave,
        SecurityEventKind::TokenReused => IconName::Warning,
        SecurityEventKind::PasswordChanged | SecurityEventKind::PasswordReset => IconName::Lock,
        SecurityEventKind::EmailChanged | SecurityEventKind::ResetLinkIssued => IconName::Mail,
        SecurityEventKind::TotpEnabled | SecurityEventKind::TotpDisabled => IconName::Phone,
        SecurityEventKind::RecoveryCodeUsed
        | SecurityEventKind::RecoveryCodesRenewed
        | SecurityEventKind::SignedInWithPasskey
        | SecurityEventKind::PasskeyAdded
        | SecurityEventKind::PasskeyRemoved => IconName::Key,
        SecurityEventKind::ExportRequested | SecurityEventKind::ExportDownloaded => IconName::Download,
        SecurityEventKind::Disabled => IconName::Block,
        SecurityEventKind::Enabled => IconName::Check,
    }
}

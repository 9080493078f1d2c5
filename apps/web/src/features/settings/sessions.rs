//! Signed-in devices.

use damso_domain::SessionId;
use damso_protocol::Session as Device;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use crate::api::{ApiClient, ApiError};
use crate::i18n::{explain_error, format, texts};
use crate::ui::{Button, ButtonKind, ConfirmDialog, EmptyState, Icon, IconName, SkeletonLines, Toasts};

/// What is known of the devices.
#[derive(Clone, Copy)]
struct Devices {
    api: ApiClient,
    toasts: Toasts,
    list: RwSignal<Option<Result<Vec<Device>, ApiError>>>,
}

impl Devices {
    fn load(self) {
        spawn_local(async move {
            let answer = self.api.sessions().await;
            self.list.try_set(Some(answer.map(|sessions| sessions.items)));
        });
    }

    /// Ends one. The row goes at once, and comes back if the server did not agree.
    fn end(self, id: SessionId) {
        self.keep(|device| device.id != id);
        spawn_local(async move {
            self.tell(self.api.end_session(id).await, texts().settings.session_ended);
        });
    }

    fn end_others(self) {
        self.keep(|device| device.is_current);
        spawn_local(async move {
            self.tell(self.api.end_other_sessions().await, texts().settings.others_ended);
        });
    }

    fn keep(self, is_kept: impl Fn(&Device) -> bool) {
        self.list.update(|list| {
            if let Some(Ok(devices)) = list {
                devices.retain(is_kept);
            }
        });
    }

    fn tell(self, result: Result<(), ApiError>, done: &'static str) {
        match result {
            Ok(()) => self.toasts.show(done),
            Err(error) => {
                self.toasts.show(explain_error(&error));
                self.load();
            }
        }
    }

    fn some(self, is_wanted: impl Fn(&Device) -> bool) -> Vec<Device> {
        self.list.with(|list| match list {
            Some(Ok(devices)) => devices
                .iter()
                .filter(|device| is_wanted(device))
                .cloned()
                .collect(),
            _ => Vec::new(),
        })
    }
}

/// This device, the others, and how to end them.
#[component]
pub fn SessionSettings() -> impl IntoView {
    let devices = Devices {
        api: expect_context(),
        toasts: Toasts::expect(),
        list: RwSignal::new(None),
    };
    devices.load();
    view! {
        {move || match devices.list.get() {
            None => view! { <SkeletonLines /> }.into_any(),
            Some(Err(error)) => view! { <LoadFailed devices error /> }.into_any(),
            Some(Ok(_)) => view! { <DeviceLists devices /> }.into_any(),
        }}
    }
}

#[component]
fn LoadFailed(devices: Devices, error: ApiError) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Warning
            title=move || texts().common.failed_to_load
            text=Signal::derive(move || explain_error(&error))
        >
            <Button
                kind=ButtonKind::Secondary
                on:click=move |_| {
                    devices.list.set(None);
                    devices.load();
                }
            >
                {move || texts().common.retry}
            </Button>
        </EmptyState>
    }
}

#[component]
fn DeviceLists(devices: Devices) -> impl IntoView {
    let asks = RwSignal::new(false);
    let has_others = move || !devices.some(|device| !device.is_current).is_empty();
    let rows = move |is_current: bool| {
        devices
            .some(|device| device.is_current == is_current)
            .into_iter()
            .map(|device| view! { <DeviceRow devices device /> })
            .collect_view()
    };
    view! {
        <SettingsGroup title=move || texts().settings.this_device>
            <ul>{move || rows(true)}</ul>
        </SettingsGroup>
        <SettingsGroup
            title=move || texts().settings.other_sessions
            text=move || {
                if has_others() { texts().settings.sessions_text } else { texts().settings.no_other_sessions }
            }
        >
            <ul>{move || rows(false)}</ul>
            <Show when=has_others>
                <div class="settings__actions">
                    <Button kind=ButtonKind::Secondary on:click=move |_| asks.set(true)>
                        {move || texts().settings.end_others}
                    </Button>
                </div>
            </Show>
            <ConfirmDialog
                open=asks
                title=move || texts().settings.end_others_title
                text=move || texts().settings.end_others_text
                action=move || texts().settings.end_session
                on_confirm=move |()| devices.end_others()
            />
        </SettingsGroup>
    }
}

#[component]
fn DeviceRow(devices: Devices, device: Device) -> impl IntoView {
    let Device {
        id,
        name,
        address,
        created_at,
        last_used_at,
        is_current,
    } = device;
    let label = name.clone();
    let signed_in = move || (texts().settings.signed_in)(&format::moment(created_at));
    let last_used = move || {
        if is_current {
            texts().settings.in_use.to_owned()
        } else {
            (texts().settings.last_used)(&format::moment(last_used_at))
        }
    };
    view! {
        <li class="device">
            <span class="device__icon">
                <Icon name=IconName::Device />
            </span>
            <span class="device__words">
                <span class="device__name">{name}</span>
                <span class="device__more" class=("device__current", is_current)>
                    {last_used}
                </span>
                <span class="device__more">{signed_in} {address.map(|address| format!(" · {address}"))}</span>
            </span>
            {(!is_current)
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Secondary
                            small=true
                            attr:aria-label=move || (texts().settings.end_session_name)(&label)
                            on:click=move |_| devices.end(id)
                        >
                            {move || texts().settings.end_session}
                        </Button>
                    }
                })}
        </li>
    }
}

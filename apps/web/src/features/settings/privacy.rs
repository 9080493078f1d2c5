//! What others see of me: whether I am here, what I have read, that I type; and who can reach me.

use std::time::Duration;

use damso_domain::{BirthdayVisibility, PresenceStatus, PresenceText, PresenceVisibility, Timestamp};
use damso_protocol::{OwnPresence, SetPresenceRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use super::reach::ReachGroups;
use super::wanted::Wanted;
use crate::api::ApiError;
use crate::features::block::BlockList;
use crate::i18n::{explain_error, explain_name, format, reach, texts};
use crate::stores::SettingsStore;
use crate::ui::{
    Button, ButtonKind, Choice, EmptyState, IconName, RadioGroup, SkeletonLines, Switch, Tabs, TextField,
    Toasts,
};

/// Everything that is asked of the server at once is shown at once.
#[component]
pub fn PrivacySettings() -> impl IntoView {
    let store = expect_context::<SettingsStore>();
    let failure = RwSignal::new(None::<ApiError>);
    let load = move || {
        failure.set(None);
        store.load(move |result| drop(failure.try_set(result.err())));
    };
    load();
    let wanted = Wanted::new(store);
    let is_known = Memo::new(move |_| store.get().is_some());
    move || match (is_known.get(), failure.get()) {
        (true, _) => view! {
            <PresenceGroup store />
            <ShownGroup wanted />
            <ReachGroups wanted />
            <SettingsGroup title=move || texts().blocks.list text=move || texts().blocks.list_text>
                <BlockList />
            </SettingsGroup>
        }
        .into_any(),
        (false, None) => view! { <SkeletonLines /> }.into_any(),
        (false, Some(error)) => view! {
            <EmptyState
                icon=IconName::Warning
                title=move || texts().common.failed_to_load
                text=Signal::derive(move || explain_error(&error))
            >
                <Button kind=ButtonKind::Secondary on:click=move |_| load()>
                    {move || texts().common.retry}
                </Button>
            </EmptyState>
        }
        .into_any(),
    }
}

/// How long what I say about being here stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasts {
    HalfAnHour,
    TwoHours,
    Day,
    Always,
    /// As it was set before.
    Until(Timestamp),
}

impl Lasts {
    fn until(self) -> Option<Timestamp> {
        let duration = match self {
            Self::HalfAnHour => Duration::from_mins(30),
            Self::TwoHours => Duration::from_hours(2),
            Self::Day => Duration::from_hours(24),
            Self::Always => return None,
            Self::Until(time) => return Some(time),
        };
        Some(Timestamp::now().after(duration))
    }

    fn choices(own: Option<Timestamp>) -> Vec<Choice<Self>> {
        let words = &texts().settings;
        let own = own.map(|until| {
            let label = (words.lasts_until)(&format::moment(until));
            Choice::new(Self::Until(until), &label)
        });
        let others = [
            (Self::Always, words.lasts_always),
            (Self::HalfAnHour, words.lasts_half_an_hour),
            (Self::TwoHours, words.lasts_two_hours),
            (Self::Day, words.lasts_a_day),
        ]
        .map(|(value, label)| Choice::new(value, label));
        own.into_iter().chain(others).collect()
    }
}

#[component]
fn PresenceGroup(store: SettingsStore) -> impl IntoView {
    let toasts = Toasts::expect();
    let own = Memo::new(move |_| store.get().map(|settings| settings.presence));
    let status = RwSignal::new(PresenceStatus::Online);
    let text = RwSignal::new(String::new());
    let lasts = RwSignal::new(Lasts::Always);
    // What is set here or on another device is what the form begins with.
    Effect::new(move |_| {
        if let Some(OwnPresence {
            status: own,
            text: words,
            expires_at,
        }) = own.get()
        {
            status.set(own);
            text.set(words.unwrap_or_default());
            lasts.set(expires_at.map_or(Lasts::Always, Lasts::Until));
        }
    });
    let error = move || PresenceText::parse(&text.read()).err();
    let is_busy = RwSignal::new(false);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() || error().is_some() {
            return;
        }
        is_busy.set(true);
        let request = SetPresenceRequest {
            status: status.get_untracked(),
            text: Some(text.get_untracked()),
            expires_at: lasts.get_untracked().until(),
        };
        spawn_local(async move {
            let told = match store.set_presence(&request).await {
                Ok(()) => texts().settings.presence_saved.to_owned(),
                Err(error) => explain_error(&error),
            };
            toasts.show(told);
            is_busy.try_set(false);
        });
    };
    let until = move || own.get().and_then(|own| own.expires_at);
    view! {
        <SettingsGroup
            title=move || texts().settings.presence
            text=move || texts().settings.presence_text
        >
            <form class="own-presence" novalidate on:submit=save>
                <RadioGroup
                    label=move || texts().settings.presence
                    name="presence"
                    options=Signal::derive(statuses)
                    chosen=Signal::derive(move || Some(status.get()))
                    on_choose=move |chosen| status.set(chosen)
                />
                <TextField
                    label=move || texts().settings.presence_words
                    value=text
                    placeholder=Signal::derive(|| texts().settings.presence_placeholder.to_owned())
                    max_chars=PresenceText::MAX_CHARS
                    error=Signal::derive(move || error().map(|error| explain_name(error).to_owned()))
                />
                <div class="field lasts">
                    <span class="field__label" aria-hidden="true">{move || texts().settings.lasts}</span>
                    <Tabs
                        label=move || texts().settings.lasts
                        options=Signal::derive(move || Lasts::choices(until()))
                        chosen=lasts
                    />
                </div>
                <div class="settings__actions">
                    <Button submits=true busy=is_busy>{move || texts().common.save}</Button>
                </div>
            </form>
        </SettingsGroup>
    }
}

fn statuses() -> Vec<(Choice<PresenceStatus>, String)> {
    let words = &texts().settings;
    vec![
        Choice::explained(
            PresenceStatus::Online,
            words.status_online,
            words.status_online_detail,
        ),
        Choice::explained(PresenceStatus::Away, words.status_away, words.status_away_detail),
        Choice::explained(PresenceStatus::Busy, words.status_busy, words.status_busy_detail),
        Choice::explained(
            PresenceStatus::Invisible,
            words.status_invisible,
            words.status_invisible_detail,
        ),
    ]
}

#[component]
fn ShownGroup(wanted: Wanted) -> impl IntoView {
    view! {
        <SettingsGroup title=move || texts().settings.shown text=move || texts().settings.shown_text>
            <Switch
                label=move || texts().settings.read_receipts
                detail=move || texts().settings.read_receipts_detail
                on=wanted.is_on(|settings| settings.read_receipts)
                on_change=move |on| wanted.change(|settings| settings.read_receipts = on)
            />
            <Switch
                label=move || texts().settings.typing_shown
                detail=move || texts().settings.typing_detail
                on=wanted.is_on(|settings| settings.typing_indicators)
                on_change=move |on| wanted.change(|settings| settings.typing_indicators = on)
            />
            <Switch
                label=move || texts().settings.presence_shown
                detail=move || texts().settings.presence_shown_detail
                on=wanted.is_on(|settings| settings.presence_visibility.is_shared())
                on_change=move |on| wanted.change(|settings| settings.presence_visibility = visibility(on))
            />
            <Switch
                label=move || reach().birthday
                detail=move || reach().birthday_detail
                on=wanted.is_on(|settings| settings.birthday_visibility == BirthdayVisibility::Friends)
                on_change=move |on| wanted.change(|settings| settings.birthday_visibility = birthday_visibility(on))
            />
        </SettingsGroup>
    }
}

const fn birthday_visibility(is_shared: bool) -> BirthdayVisibility {
    if is_shared {
        BirthdayVisibility::Friends
    } else {
        BirthdayVisibility::Nobody
    }
}

const fn visibility(is_shared: bool) -> PresenceVisibility {
    if is_shared {
        PresenceVisibility::Friends
    } else {
        PresenceVisibility::Nobody
    }
}

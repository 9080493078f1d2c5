//! Codes from an app: whether they are asked for, and the recovery codes for whoever loses it.

use damso_protocol::{RecoveryCodes, Totp};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};

use super::super::SettingsGroup;
use super::super::loading::LoadFailed;
use super::super::proof::{Proof, code_error};
use super::News;
use super::codes::{CodesDialog, ShownCodes};
use super::setup::SetupDialog;
use crate::api::{ApiClient, ApiError};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_error, format, security, texts};
use crate::ui::{
    Button, ButtonKind, ConfirmDialog, Dialog, FieldKind, Icon, IconName, SkeletonLines, TextField, Toasts,
};

/// From this many on it is time for new ones.
const FEW_CODES: i64 = 3;

/// What is known of the second factor.
#[derive(Clone, Copy)]
pub(super) struct SecondFactor {
    api: ApiClient,
    pub(super) proof: Proof,
    pub(super) toasts: Toasts,
    news: News,
    state: RwSignal<Option<Result<Totp, ApiError>>>,
    /// Recovery codes that are shown, this once.
    pub(super) codes: ShownCodes,
}

impl SecondFactor {
    fn new() -> Self {
        Self {
            api: expect_context(),
            proof: Proof::expect(),
            toasts: Toasts::expect(),
            news: News::expect(),
            state: RwSignal::new(None),
            codes: ShownCodes::new(),
        }
    }

    /// Reads it again; what is known stays on the screen meanwhile.
    pub(super) fn load(self) {
        spawn_local(async move {
            let answer = self.api.totp().await;
            self.state.try_set(Some(answer));
        });
    }

    /// Something was changed here.
    pub(super) fn changed(self) {
        self.load();
        self.news.tell();
    }

    pub(super) const fn api(self) -> ApiClient {
        self.api
    }

    fn renew(self, is_busy: RwSignal<bool>) {
        is_busy.set(true);
        spawn_local(async move {
            let answer = self.proof.with(|| self.api.renew_recovery_codes()).await;
            is_busy.try_set(false);
            match answer {
                Ok(RecoveryCodes { recovery_codes }) => {
                    self.codes.show(recovery_codes);
                    self.changed();
                }
                Err(ApiError::Cancelled) => (),
                Err(error) => self.refused(&error),
            }
        });
    }

    /// Another device may have turned it on or off meanwhile.
    pub(super) fn refused(self, error: &ApiError) {
        self.toasts.show(explain_error(error));
        self.load();
    }
}

/// Whether codes are asked for, and what can be done about it.
#[component]
pub fn TotpSettings() -> impl IntoView {
    let factor = SecondFactor::new();
    factor.load();
    let known = move || {
        factor
            .state
            .with(|state| state.as_ref().and_then(|state| state.clone().ok()))
    };
    let is_on = Memo::new(move |_| known().map(|totp| totp.enabled_at));
    let left = Memo::new(move |_| known().map_or(0, |totp| totp.recovery_codes_left));
    let failed = move || {
        factor.state.with(|state| match state {
            Some(Err(error)) => Some(error.clone()),
            _ => None,
        })
    };
    view! {
        <SettingsGroup title=move || security().totp text=move || security().totp_text>
            {move || match (is_on.get(), failed()) {
                (Some(Some(since)), _) => view! { <TotpOn factor since=format::long_date(since) /> }.into_any(),
                (Some(None), _) => view! { <TotpOff factor /> }.into_any(),
                (None, Some(error)) => view! { <LoadFailed error on_retry=move |()| factor.load() /> }.into_any(),
                (None, None) => view! { <SkeletonLines count=1 /> }.into_any(),
            }}
        </SettingsGroup>
        <Show when=move || is_on.get().flatten().is_some()>
            <RecoverySettings factor left />
        </Show>
        <CodesDialog codes=factor.codes />
    }
}

#[component]
fn TotpOff(factor: SecondFactor) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <SetupDialog factor is_open />
    }
}

#[component]
fn TotpOn(factor: SecondFactor, since: String) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <p class="safe-state">
            <Icon name=IconName::Check />
            <span>{move || (security().totp_on)(&since)}</span>
        </p>
        <div class="settings__actions">
            <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(true)>
                {move || security().totp_off}
            </Button>
        </div>
        <Dialog open=is_open title=move || security().totp_off_title>
            <TurnOffForm factor is_open />
        </Dialog>
    }
}

/// By a code, so that nobody turns it off who has only found the device.
#[component]
fn TurnOffForm(factor: SecondFactor, is_open: RwSignal<bool>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let submission = Submission::new();
    Effect::watch(
        move || code.track(),
        move |(), _, _| submission.clear_error(),
        false,
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        let typed = code.get_untracked().trim().to_owned();
        if typed.is_empty() {
            return;
        }
        let act = async move { factor.proof.with(|| factor.api.disable_totp(typed.clone())).await };
        submission.run(act, move |()| {
            is_open.try_set(false);
            factor.toasts.show(security().totp_is_off);
            factor.changed();
        });
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="dialog__text">{move || security().totp_off_text}</p>
            <TextField
                label=move || security().code
                value=code
                kind=FieldKind::AnyCode
                hint=Signal::derive(|| Some(security().proof_code_hint.to_owned()))
                error=Signal::derive(move || code_error(submission, code))
                autofocus=true
            />
            <FormError text=Signal::derive(move || submission.general_error(&["code"])) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button kind=ButtonKind::Danger submits=true busy=submission.is_busy()>
                    {move || security().totp_off}
                </Button>
            </div>
        </form>
    }
}

#[component]
fn RecoverySettings(factor: SecondFactor, left: Memo<i64>) -> impl IntoView {
    let asks = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let is_few = move || left.get() <= FEW_CODES;
    let warning = move || match left.get() {
        ..=0 => security().codes_none,
        1..=FEW_CODES => security().codes_few,
        _ => "",
    };
    view! {
        <SettingsGroup title=move || security().codes text=move || security().codes_text>
            <p class="safe-state" class=("safe-state--few", is_few)>
                <Icon name=Signal::derive(move || if is_few() { IconName::Warning } else { IconName::Key }) />
                <span>
                    {move || (security().codes_left)(left.get())} <span class="safe-state__more">{warning}</span>
                </span>
            </p>
            <div class="settings__actions">
                <Button kind=ButtonKind::Secondary busy=is_busy on:click=move |_| asks.set(true)>
                    {move || security().codes_renew}
                </Button>
            </div>
            <ConfirmDialog
                open=asks
                title=move || security().codes_renew_title
                text=move || security().codes_renew_text
                action=move || security().codes_renew
                on_confirm=move |()| factor.renew(is_busy)
            />
        </SettingsGroup>
    }
}

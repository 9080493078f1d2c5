//! Connecting an app that makes codes.

use damso_protocol::{RecoveryCodes, TotpSetup};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};

use super::super::proof::code_error;
use super::totp::SecondFactor;
use crate::api::ApiError;
use crate::features::form::{FormError, Submission};
use crate::i18n::{security, texts};
use crate::ui::{Button, ButtonKind, CopyButton, Dialog, FieldKind, IconName, Qr, TextField};

/// The button that begins, and the dialog that it opens once there is a secret.
#[component]
pub(super) fn SetupDialog(factor: SecondFactor, is_open: RwSignal<bool>) -> impl IntoView {
    let setup = RwSignal::new(None::<TotpSetup>);
    let is_busy = RwSignal::new(false);
    let begin = move |_| {
        is_busy.set(true);
        spawn_local(async move {
            let answer = factor.proof.with(|| factor.api().start_totp()).await;
            is_busy.try_set(false);
            match answer {
                Ok(made) => {
                    setup.try_set(Some(made));
                    is_open.try_set(true);
                }
                Err(ApiError::Cancelled) => (),
                Err(error) => factor.refused(&error),
            }
        });
    };
    view! {
        <Button icon=IconName::Phone busy=is_busy on:click=begin>
            {move || security().totp_start}
        </Button>
        <Dialog open=is_open title=move || security().totp_title>
            {move || setup.get().map(|setup| view! { <SetupForm factor setup is_open /> })}
        </Dialog>
    }
}

#[component]
fn SetupForm(factor: SecondFactor, setup: TotpSetup, is_open: RwSignal<bool>) -> impl IntoView {
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
        // Some apps show the digits in two groups.
        let typed: String = code.get_untracked().split_whitespace().collect();
        if typed.is_empty() {
            return;
        }
        let act = async move {
            factor
                .proof
                .with(|| factor.api().confirm_totp(typed.clone()))
                .await
        };
        submission.run(act, move |RecoveryCodes { recovery_codes }| {
            is_open.try_set(false);
            factor.codes.show(recovery_codes);
            factor.changed();
        });
    };
    let TotpSetup { secret, otpauth_url } = setup;
    let groups = in_groups(&secret);
    view! {
        <form class="setup" on:submit=submit novalidate>
            <ol class="setup__steps">
                <li class="setup__step">
                    <h3 class="setup__title">{move || security().totp_scan}</h3>
                    <p class="setup__text">{move || security().totp_scan_detail}</p>
                    <div class="setup__picture">
                        <Qr text=otpauth_url label=move || security().totp_qr />
                    </div>
                    <p class="setup__text" id="setup-secret">
                        {move || security().totp_secret}
                    </p>
                    <div class="setup__secret">
                        <code aria-labelledby="setup-secret">{groups}</code>
                        <CopyButton text=secret label=move || security().totp_copy_secret />
                    </div>
                </li>
                <li class="setup__step">
                    <h3 class="setup__title">{move || security().totp_enter}</h3>
                    <p class="setup__text">{move || security().totp_enter_detail}</p>
                    <TextField
                        label=move || security().code
                        value=code
                        kind=FieldKind::OneTimeCode
                        placeholder=move || "123456"
                        error=Signal::derive(move || code_error(submission, code))
                        autofocus=true
                    />
                </li>
            </ol>
            <FormError text=Signal::derive(move || submission.general_error(&["code"])) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button submits=true busy=submission.is_busy()>
                    {move || security().totp_confirm}
                </Button>
            </div>
        </form>
    }
}

/// In groups of four, as one types it.
fn in_groups(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::in_groups;

    #[test]
    fn a_secret_is_read_in_groups() {
        assert_eq!(in_groups("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(in_groups("ABCDEF"), "ABCD EF");
        assert_eq!(in_groups(""), "");
    }
}

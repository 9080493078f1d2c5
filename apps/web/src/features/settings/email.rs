//! The address of the account: confirmed, waiting to be, changed and taken away.

use damso_domain::EmailAddress;
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};

use super::SettingsGroup;
use super::proof::Proof;
use crate::api::{ApiClient, ApiError};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_error, security, texts};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, ConfirmDialog, Dialog, FieldKind, Icon, IconName, TextField, Toasts};

/// What is done with the address.
#[derive(Clone, Copy)]
struct Emails {
    api: ApiClient,
    session: Session,
    proof: Proof,
    toasts: Toasts,
    /// Whether the server sends mail; it is believed to until it has said.
    is_available: RwSignal<bool>,
}

impl Emails {
    fn confirmed(self) -> Option<String> {
        self.session.me_signal().with(|me| me.as_ref()?.email.clone())
    }

    fn pending(self) -> Option<String> {
        self.session
            .me_signal()
            .with(|me| me.as_ref()?.pending_email.clone())
    }

    fn ask_server(self) {
        spawn_local(async move {
            if let Ok(server) = self.api.server().await {
                let sends = server.features.iter().any(|feature| feature == "mail");
                self.is_available.try_set(sends);
            }
        });
    }

    /// Reads the account again: the link may have been opened anywhere.
    async fn look(self) {
        if let Ok(me) = self.api.me().await {
            self.session.set_me(me);
        }
    }

    async fn change(self, email: Option<String>) -> Result<(), ApiError> {
        self.proof.with(|| self.api.change_email(email.clone())).await?;
        self.look().await;
        Ok(())
    }

    /// Does something that has no form, and says what came of it.
    fn run(
        self,
        is_busy: RwSignal<bool>,
        done: fn() -> &'static str,
        act: impl Future<Output = Result<(), ApiError>> + 'static,
    ) {
        is_busy.set(true);
        spawn_local(async move {
            let answer = act.await;
            is_busy.try_set(false);
            match answer {
                Ok(()) => self.toasts.show(done()),
                Err(ApiError::Cancelled) => (),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    fn resend(self, is_busy: RwSignal<bool>) {
        let act = async move { self.api.resend_verification().await };
        self.run(is_busy, || security().email_resent, act);
    }

    /// Asking for the address that is there already is how nothing waits any more.
    fn cancel(self, is_busy: RwSignal<bool>) {
        let email = untrack(|| self.confirmed());
        self.run(is_busy, || security().email_cancelled, self.change(email));
    }

    fn remove(self, is_busy: RwSignal<bool>) {
        self.run(is_busy, || security().email_removed, self.change(None));
    }
}

/// The address that is confirmed, the one that waits to be, and what can be done with them.
#[component]
pub fn EmailSettings() -> impl IntoView {
    let emails = Emails {
        api: expect_context(),
        session: expect_context(),
        proof: Proof::expect(),
        toasts: Toasts::expect(),
        is_available: RwSignal::new(true),
    };
    emails.ask_server();
    spawn_local(emails.look());
    // Somebody who comes back from their mailbox has opened the link there.
    let on_focus = window_event_listener(leptos::ev::focus, move |_| {
        if untrack(|| emails.pending()).is_some() {
            spawn_local(emails.look());
        }
    });
    on_cleanup(move || on_focus.remove());
    let confirmed = Memo::new(move |_| emails.confirmed());
    let pending = Memo::new(move |_| emails.pending());
    let is_open = RwSignal::new(false);
    let asks = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let has_any = move || confirmed.read().is_some() || pending.read().is_some();
    let title = move || {
        if has_any() {
            security().email_change_title
        } else {
            security().email_add
        }
    };
    view! {
        <SettingsGroup title=move || security().email text=move || security().email_text>
            {move || confirmed.get().map(|email| view! { <Confirmed email /> })}
            {move || pending.get().map(|email| view! { <Pending emails email /> })}
            <Show when=move || !emails.is_available.get()>
                <p class="settings__note">
                    <Icon name=IconName::Warning />
                    <span>{move || security().email_unavailable}</span>
                </p>
            </Show>
            <div class="settings__actions settings__actions--close">
                <Show when=move || emails.is_available.get()>
                    <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(true)>
                        {move || if has_any() { security().email_change } else { security().email_add }}
                    </Button>
                </Show>
                <Show when=move || confirmed.read().is_some()>
                    <Button kind=ButtonKind::Secondary busy=is_busy on:click=move |_| asks.set(true)>
                        {move || security().email_remove}
                    </Button>
                </Show>
            </div>
            <Dialog open=is_open title>
                <EmailForm emails is_open />
            </Dialog>
            <ConfirmDialog
                open=asks
                title=move || security().email_remove_title
                text=move || security().email_remove_text
                action=move || security().email_remove
                on_confirm=move |()| emails.remove(is_busy)
            />
        </SettingsGroup>
    }
}

#[component]
fn Confirmed(email: String) -> impl IntoView {
    view! {
        <div class="address">
            <span class="device__icon">
                <Icon name=IconName::Mail />
            </span>
            <span class="device__words">
                <span class="device__name">{email}</span>
                <span class="device__more device__current">{move || security().email_confirmed}</span>
            </span>
        </div>
    }
}

#[component]
fn Pending(emails: Emails, email: String) -> impl IntoView {
    let is_resending = RwSignal::new(false);
    let is_cancelling = RwSignal::new(false);
    view! {
        <div class="address address--waits">
            <span class="device__icon">
                <Icon name=IconName::Mail />
            </span>
            <span class="device__words">
                <span class="device__name">{email}</span>
                <span class="device__more address__waits">{move || security().email_waits}</span>
                <span class="device__more">{move || security().email_waits_text}</span>
                <span class="address__actions">
                    <Button
                        kind=ButtonKind::Secondary
                        small=true
                        busy=is_resending
                        on:click=move |_| emails.resend(is_resending)
                    >
                        {move || security().email_resend}
                    </Button>
                    <Button
                        kind=ButtonKind::Secondary
                        small=true
                        busy=is_cancelling
                        on:click=move |_| emails.cancel(is_cancelling)
                    >
                        {move || security().email_cancel}
                    </Button>
                </span>
            </span>
        </div>
    }
}

#[component]
fn EmailForm(emails: Emails, is_open: RwSignal<bool>) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let submission = Submission::new();
    Effect::watch(
        move || email.track(),
        move |(), _, _| submission.clear_error(),
        false,
    );
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        let Ok(parsed) = EmailAddress::parse(&email.get_untracked()) else {
            return;
        };
        if Some(parsed.as_str()) == untrack(|| emails.confirmed()).as_deref() {
            return;
        }
        let asked = parsed.as_str().to_owned();
        submission.run(emails.change(Some(asked.clone())), move |()| {
            is_open.try_set(false);
            emails.toasts.show((security().email_sent)(&asked));
        });
    };
    let error = move || {
        if !submission.was_tried() {
            return None;
        }
        let typed = email.read();
        match EmailAddress::parse(&typed) {
            Err(_) => Some(security().email_wrong.to_owned()),
            Ok(parsed) if Some(parsed.as_str()) == emails.confirmed().as_deref() => {
                Some(security().email_unchanged.to_owned())
            }
            Ok(_) => submission.field_error("email"),
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <p class="dialog__text">{move || security().email_change_text}</p>
            <TextField
                label=move || security().email_field
                value=email
                kind=FieldKind::Email
                placeholder=move || "minji@example.org"
                error=Signal::derive(error)
                autofocus=true
            />
            <FormError text=Signal::derive(move || submission.general_error(&["email"])) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button submits=true busy=submission.is_busy()>
                    {move || security().email_send}
                </Button>
            </div>
        </form>
    }
}

//! For those who have forgotten their password.

use std::time::Duration;

use damso_protocol::{ErrorKind, PasswordResetRequest};
use leptos::{ev::SubmitEvent, prelude::*};

use super::email::EmailEntry;
use super::frame::EntranceCard;
use super::server::Server;
use crate::api::ApiClient;
use crate::app::Place;
use crate::features::form::{FormError, Submission};
use crate::i18n::access_texts;
use crate::ui::{Button, ButtonKind, FieldKind, TextField, Toasts};

/// How long a mail may take before somebody should ask for another one.
const PATIENCE_SECS: u32 = 60;

/// Asks where the link is to go, and says that it is on its way.
#[component]
pub fn ResetPage() -> impl IntoView {
    let form = ResetForm::new();
    let server = Server::expect();
    let has_mail = Memo::new(move |_| server.has_mail() != Some(false) && !form.was_unavailable());
    move || match (has_mail.get(), form.sent_to.get()) {
        (false, _) => view! { <WithoutMail /> }.into_any(),
        (true, None) => view! { <Question form /> }.into_any(),
        (true, Some(address)) => view! { <Sent form address /> }.into_any(),
    }
}

#[component]
fn Question(form: ResetForm) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submission.note_try();
        if let Ok(Some(address)) = form.email.value() {
            form.send(address, || ());
        }
    };
    view! {
        <EntranceCard title=move || access_texts().reset_title text=move || access_texts().reset_text>
            <form on:submit=submit novalidate>
                <TextField
                    label=move || access_texts().email
                    value=form.email.text
                    kind=FieldKind::Email
                    error=Signal::derive(move || form.email.error())
                    autofocus=true
                />
                <FormError text=Signal::derive(move || form.submission.general_error(&["email"])) />
                <Button submits=true wide=true busy=form.submission.is_busy()>
                    {move || access_texts().send_link}
                </Button>
            </form>
            <BackToSignIn />
        </EntranceCard>
    }
}

/// Says the same whether or not there is such an account.
#[component]
fn Sent(form: ResetForm, address: String) -> impl IntoView {
    let toasts = Toasts::expect();
    let wait_secs = RwSignal::new(0);
    count_down(wait_secs);
    let again = address.clone();
    let send_again = move |_| {
        form.send(again.clone(), move || {
            wait_secs.set(PATIENCE_SECS);
            toasts.show(access_texts().sent_again);
        });
    };
    wait_secs.set(PATIENCE_SECS);
    view! {
        <EntranceCard
            title=move || access_texts().sent_title
            text=move || access_texts().sent_text
            is_answer=true
        >
            <p class="entrance__fact">{address}</p>
            <p class="entrance__hint">{move || access_texts().sent_hint}</p>
            <FormError text=Signal::derive(move || form.submission.general_error(&["email"])) />
            <Button
                kind=ButtonKind::Secondary
                wide=true
                busy=form.submission.is_busy()
                disabled=Signal::derive(move || { 0 < wait_secs.get() })
                on:click=send_again
            >
                {move || match wait_secs.get() {
                    0 => access_texts().send_again.to_owned(),
                    secs => (access_texts().send_again_in)(secs),
                }}
            </Button>
            <div class="entrance__ways">
                <Button kind=ButtonKind::Plain small=true on:click=move |_| form.ask_again()>
                    {move || access_texts().other_address}
                </Button>
                <a class="button button--plain button--small" href=Place::SignIn.path()>
                    {move || access_texts().back_to_sign_in}
                </a>
            </div>
        </EntranceCard>
    }
}

#[component]
fn WithoutMail() -> impl IntoView {
    view! {
        <EntranceCard title=move || access_texts().reset_title text=move || access_texts().reset_without_mail>
            <BackToSignIn />
        </EntranceCard>
    }
}

/// For those who remember after all.
#[component]
pub fn BackToSignIn() -> impl IntoView {
    view! {
        <p class="entrance__foot">
            <a href=Place::SignIn.path()>{move || access_texts().back_to_sign_in}</a>
        </p>
    }
}

/// Once a second one less, for as long as the view is there.
fn count_down(secs: RwSignal<u32>) {
    let tick = move || {
        secs.try_update(|secs| *secs = secs.saturating_sub(1));
    };
    if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || interval.clear());
    }
}

#[derive(Clone, Copy)]
struct ResetForm {
    api: ApiClient,
    email: EmailEntry,
    sent_to: RwSignal<Option<String>>,
    submission: Submission,
}

impl ResetForm {
    fn new() -> Self {
        let submission = Submission::new();
        let form = Self {
            api: expect_context(),
            email: EmailEntry::new(submission, false),
            sent_to: RwSignal::new(None),
            submission,
        };
        Effect::watch(
            move || form.email.text.track(),
            move |(), _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    fn send(self, email: String, then: impl FnOnce() + 'static) {
        let sent_to = email.clone();
        let request = PasswordResetRequest { email };
        let sending = async move { self.api.request_password_reset(&request).await };
        self.submission.run(sending, move |()| {
            if self.sent_to.try_get_untracked().flatten().is_none() {
                self.sent_to.try_set(Some(sent_to));
            }
            then();
        });
    }

    fn ask_again(self) {
        self.submission.reset();
        self.sent_to.set(None);
    }

    /// Whether the server has said that it sends no mail.
    fn was_unavailable(self) -> bool {
        let error = self.submission.error();
        error.is_some_and(|error| error.kind() == Some(ErrorKind::MailUnavailable))
    }
}

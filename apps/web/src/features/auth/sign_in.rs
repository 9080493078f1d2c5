//! The form for those who have an account.

use damso_protocol::{ErrorKind, FieldErrorKind, SignInRequest};
use leptos::{ev::SubmitEvent, prelude::*};

use super::frame::EntranceCard;
use crate::app::Place;
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_field, texts};
use crate::session::Session;
use crate::ui::{Button, FieldKind, TextField};

/// Handle and password.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = expect_context::<Session>();
    let form = SignInForm::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(request) = form.request() {
            // The guard at the root leads on as soon as the session has begun.
            form.submission
                .run(async move { session.sign_in(&request).await }, |()| ());
        }
    };
    view! {
        <EntranceCard title=move || texts().auth.sign_in_title text=move || texts().auth.sign_in_text>
            <form on:submit=submit novalidate>
                <TextField
                    label=move || texts().auth.login
                    value=form.login
                    kind=FieldKind::Login
                    error=Signal::derive(move || form.login_error())
                    autofocus=true
                />
                <TextField
                    label=move || texts().auth.password
                    value=form.password
                    kind=FieldKind::CurrentPassword
                    error=Signal::derive(move || form.password_error())
                />
                <FormError text=Signal::derive(move || form.other_error()) />
                <Button submits=true wide=true busy=form.submission.is_busy()>
                    {move || texts().auth.sign_in}
                </Button>
            </form>
            <p class="entrance__foot">
                {move || texts().auth.no_account_yet} " "
                <a href=Place::SignUp.path()>{move || texts().auth.sign_up}</a>
            </p>
        </EntranceCard>
    }
}

#[derive(Clone, Copy)]
struct SignInForm {
    login: RwSignal<String>,
    password: RwSignal<String>,
    submission: Submission,
}

impl SignInForm {
    fn new() -> Self {
        let form = Self {
            login: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
            submission: Submission::new(),
        };
        Effect::watch(
            move || (form.login.track(), form.password.track()),
            move |_, _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    /// What to send; `None` when something is missing, which the fields then say.
    fn request(self) -> Option<SignInRequest> {
        self.submission.note_try();
        let (login, password) = (
            self.login.get_untracked().trim().to_owned(),
            self.password.get_untracked(),
        );
        let is_complete = !login.is_empty() && !password.is_empty();
        is_complete.then_some(SignInRequest {
            login,
            password,
            code: None,
            passkey_assertion: None,
            token_transport: None,
        })
    }

    fn login_error(self) -> Option<String> {
        self.missing(self.login)
            .or_else(|| self.submission.field_error("login"))
    }

    fn password_error(self) -> Option<String> {
        let is_refused = self.refusal() == Some(ErrorKind::InvalidCredentials);
        self.missing(self.password)
            .or_else(|| is_refused.then(|| texts().auth.wrong_credentials.to_owned()))
            .or_else(|| self.submission.field_error("password"))
    }

    fn other_error(self) -> Option<String> {
        match self.refusal() {
            Some(ErrorKind::InvalidCredentials) => None,
            _ => self.submission.general_error(&["login", "password"]),
        }
    }

    fn refusal(self) -> Option<ErrorKind> {
        self.submission.error().and_then(|error| error.kind())
    }

    fn missing(self, value: RwSignal<String>) -> Option<String> {
        let is_missing = self.submission.was_tried() && value.with(|value| value.trim().is_empty());
        is_missing.then(|| explain_field(FieldErrorKind::Empty).to_owned())
    }
}

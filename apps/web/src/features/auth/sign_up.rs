//! The form for those who have no account.

use damso_domain::{DisplayName, Handle, HandleError, Password, PasswordError};
use damso_protocol::{ErrorKind, SignUpRequest};
use leptos::{ev::SubmitEvent, prelude::*};

use super::email::EmailEntry;
use super::frame::EntranceCard;
use super::server::Server;
use super::strength::Strength;
use crate::app::Place;
use crate::features::form::{FormError, Submission};
use crate::i18n::{access_texts, explain_handle, explain_name, explain_password, locale, texts};
use crate::session::Session;
use crate::ui::{Button, FieldKind, TextField, Toasts};

/// Handle, name and password, with the rules said while one types, and an address where the server sends mail.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let server = Server::expect();
    let is_closed = Memo::new(move |_| server.is_closed());
    let text = move || {
        if is_closed.get() {
            texts().auth.sign_up_closed
        } else {
            texts().auth.sign_up_text
        }
    };
    view! {
        <EntranceCard title=move || texts().auth.sign_up_title text>
            <Show when=move || !is_closed.get()>
                <SignUpFields />
            </Show>
            <p class="entrance__foot">
                {move || texts().auth.have_account} " "
                <a href=Place::SignIn.path()>{move || texts().auth.sign_in}</a>
            </p>
        </EntranceCard>
    }
}

#[component]
fn SignUpFields() -> impl IntoView {
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let form = SignUpForm::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(request) = form.request() {
            let email = request.email.clone();
            // The guard at the root leads on as soon as the session has begun.
            form.submission
                .run(async move { session.sign_up(&request).await }, move |()| {
                    if let Some(email) = email {
                        toasts.show((access_texts().email_sent)(&email));
                    }
                });
        }
    };
    view! {
        <form on:submit=submit novalidate>
            <AccountFields form />
            <EmailField entry=form.email />
            <FormError text=Signal::derive(move || form.other_error()) />
            <Button submits=true wide=true busy=form.submission.is_busy()>
                {move || texts().auth.sign_up}
            </Button>
        </form>
    }
}

/// For those who want to be able to forget their password.
#[component]
fn EmailField(entry: EmailEntry) -> impl IntoView {
    let server = Server::expect();
    let has_mail = Memo::new(move |_| server.has_mail() == Some(true));
    view! {
        <Show when=move || has_mail.get()>
            <TextField
                label=move || access_texts().email_optional
                value=entry.text
                kind=FieldKind::Email
                error=Signal::derive(move || entry.error())
                hint=Signal::derive(|| Some(access_texts().email_hint.to_owned()))
            />
        </Show>
    }
}

#[component]
fn AccountFields(form: SignUpForm) -> impl IntoView {
    view! {
        <TextField
            label=move || texts().auth.handle
            value=form.handle
            kind=FieldKind::Login
            error=Signal::derive(move || form.handle_error())
            hint=Signal::derive(|| Some(texts().auth.handle_hint.to_owned()))
            praise=Signal::derive(move || form.handle_praise())
            autofocus=true
        />
        <TextField
            label=move || texts().auth.display_name
            value=form.display_name
            kind=FieldKind::Name
            error=Signal::derive(move || form.display_name_error())
            hint=Signal::derive(|| Some(texts().auth.display_name_hint.to_owned()))
            max_chars=DisplayName::MAX_CHARS
        />
        <TextField
            label=move || texts().auth.password
            value=form.password
            kind=FieldKind::NewPassword
            error=Signal::derive(move || form.password_error())
            hint=Signal::derive(move || form.strength.hint())
            praise=Signal::derive(move || form.password_praise())
        />
        <InviteField form />
    }
}

/// Only where the server takes nobody without an invitation.
#[component]
fn InviteField(form: SignUpForm) -> impl IntoView {
    let server = Server::expect();
    let is_asked = Memo::new(move |_| server.is_by_invitation());
    view! {
        <Show when=move || is_asked.get()>
            <TextField
                label=move || texts().auth.invite_code
                value=form.invite
                kind=FieldKind::Handle
                hint=Signal::derive(|| Some(texts().auth.invite_hint.to_owned()))
            />
        </Show>
    }
}

/// The code of the link that led here; it holds nothing that an address has to escape.
fn invite_of_link() -> String {
    let query = window().location().search().unwrap_or_default();
    let mut pairs = query.trim_start_matches('?').split('&');
    let code = pairs.find_map(|pair| pair.strip_prefix("invite="));
    code.unwrap_or_default().to_owned()
}

#[derive(Clone, Copy)]
struct SignUpForm {
    handle: RwSignal<String>,
    display_name: RwSignal<String>,
    password: RwSignal<String>,
    invite: RwSignal<String>,
    strength: Strength,
    email: EmailEntry,
    submission: Submission,
}

impl SignUpForm {
    fn new() -> Self {
        let submission = Submission::new();
        let [handle, display_name, password] = [(); 3].map(|()| RwSignal::new(String::new()));
        let email = EmailEntry::new(submission, true);
        let known = move || vec![handle.get(), display_name.get(), email.text.get()];
        let form = Self {
            handle,
            display_name,
            password,
            invite: RwSignal::new(invite_of_link()),
            strength: Strength::of(password, known),
            email,
            submission,
        };
        Effect::watch(
            move || {
                (
                    form.handle.track(),
                    form.display_name.track(),
                    form.password.track(),
                    form.invite.track(),
                    form.email.text.track(),
                )
            },
            move |_, _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    /// What to send; `None` when something is wrong, which the fields then say.
    fn request(self) -> Option<SignUpRequest> {
        self.submission.note_try();
        let handle = Handle::parse(&self.handle.read_untracked()).ok()?;
        let display_name = DisplayName::parse(&self.display_name.read_untracked()).ok()?;
        let email = self.email.value().ok()?;
        let logins = [handle.as_str(), email.as_deref().unwrap_or_default()];
        let password = Password::parse_new(&self.password.read_untracked(), &logins).ok()?;
        Some(SignUpRequest {
            handle: handle.into_string(),
            display_name: display_name.into_string(),
            password: password.expose().to_owned(),
            email,
            locale: Some(locale()),
            invite_code: Some(self.invite.get_untracked()).filter(|code| !code.trim().is_empty()),
            token_transport: None,
        })
    }

    fn handle_error(self) -> Option<String> {
        let was_tried = self.submission.was_tried();
        let broken_rule = Handle::parse(&self.handle.read())
            .err()
            .filter(|error| was_tried || is_final(*error, self));
        broken_rule
            .map(|error| explain_handle(error).to_owned())
            .or_else(|| {
                self.is_taken()
                    .then(|| crate::i18n::explain(ErrorKind::HandleTaken).to_owned())
            })
            .or_else(|| self.submission.field_error("handle"))
    }

    fn handle_praise(self) -> Option<String> {
        Handle::parse(&self.handle.read())
            .is_ok()
            .then(|| texts().auth.handle_good.to_owned())
    }

    fn display_name_error(self) -> Option<String> {
        let parsed = DisplayName::parse(&self.display_name.read());
        let is_said = self.submission.was_tried() || !self.display_name.read().trim().is_empty();
        parsed
            .err()
            .filter(|_| is_said)
            .map(|error| explain_name(error).to_owned())
            .or_else(|| self.submission.field_error("display_name"))
    }

    fn password_error(self) -> Option<String> {
        let was_tried = self.submission.was_tried();
        let logins = [self.handle.get(), self.email.text.get()];
        let parsed = Password::parse_new(
            &self.password.read(),
            &logins.each_ref().map(|login| login.trim()),
        );
        // Somebody who is still typing knows that it is too short.
        parsed
            .err()
            .filter(|error| was_tried || *error != PasswordError::TooShort)
            .map(|error| explain_password(error).to_owned())
            .or_else(|| self.submission.field_error("password"))
            .or_else(|| self.strength.error())
    }

    fn password_praise(self) -> Option<String> {
        let logins = [self.handle.get(), self.email.text.get()];
        self.strength.praise(&logins.each_ref().map(|login| login.trim()))
    }

    fn other_error(self) -> Option<String> {
        if self.is_taken() {
            None
        } else {
            self.submission
                .general_error(&["handle", "display_name", "password", "email"])
        }
    }

    fn is_taken(self) -> bool {
        self.submission
            .error()
            .is_some_and(|error| error.kind() == Some(ErrorKind::HandleTaken))
    }
}

/// Whether typing on cannot mend it.
fn is_final(error: HandleError, form: SignUpForm) -> bool {
    match error {
        HandleError::TooShort => false,
        HandleError::TooLong | HandleError::Reserved => true,
        HandleError::StartsWithoutLetter | HandleError::InvalidCharacter => {
            !form.handle.read().trim().is_empty()
        }
    }
}

//! A new password, by the link that was mailed.

use damso_domain::{Password, PasswordError};
use damso_protocol::{ConfirmPasswordResetRequest, ErrorKind};
use leptos::{ev::SubmitEvent, prelude::*};

use super::code::{CodeEntry, CodeField, CodeSwitch};
use super::frame::EntranceCard;
use super::reset::BackToSignIn;
use super::strength::Strength;
use crate::api::{ApiClient, ApiError};
use crate::app::{Navigator, News, Place};
use crate::features::form::{FormError, Submission};
use crate::i18n::{access_texts, explain_password};
use crate::session::Session;
use crate::ui::{Button, FieldKind, TextField};

/// The new password, twice, and a code of those whose mailbox alone is not enough.
#[component]
pub fn NewPasswordPage(
    /// Of the link.
    token: String,
) -> impl IntoView {
    let form = NewPasswordForm::new(token);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    let is_link_invalid = Memo::new(move |_| form.refusal() == Some(ErrorKind::LinkInvalid));
    move || {
        if is_link_invalid.get() {
            return view! { <InvalidLink /> }.into_any();
        }
        view! {
            <EntranceCard title=move || form.title() text=move || form.text()>
                <form on:submit=submit novalidate>
                    {move || {
                        if form.needs_code.get() {
                            view! { <CodeField entry=form.code /> }.into_any()
                        } else {
                            view! { <PasswordFields form /> }.into_any()
                        }
                    }}
                    <FormError text=Signal::derive(move || form.other_error()) />
                    <Button submits=true wide=true busy=form.submission.is_busy()>
                        {move || access_texts().change_password}
                    </Button>
                    <Show when=move || form.needs_code.get()>
                        <div class="entrance__ways">
                            <CodeSwitch entry=form.code />
                        </div>
                    </Show>
                </form>
                <BackToSignIn />
            </EntranceCard>
        }
        .into_any()
    }
}

#[component]
fn PasswordFields(form: NewPasswordForm) -> impl IntoView {
    view! {
        <TextField
            label=move || access_texts().new_password
            value=form.password
            kind=FieldKind::NewPassword
            error=Signal::derive(move || form.password_error())
            hint=Signal::derive(move || form.strength.hint())
            praise=Signal::derive(move || form.strength.praise(&[]))
            autofocus=true
        />
        <TextField
            label=move || access_texts().new_password_again
            value=form.again
            kind=FieldKind::NewPassword
            error=Signal::derive(move || form.again_error())
        />
    }
}

/// A way to another link.
#[component]
fn InvalidLink() -> impl IntoView {
    let navigator = Navigator::expect();
    view! {
        <EntranceCard
            title=move || access_texts().link_invalid_title
            text=move || access_texts().link_invalid_text
            is_answer=true
        >
            <Button wide=true on:click=move |_| navigator.forget_token()>
                {move || access_texts().new_link}
            </Button>
            <BackToSignIn />
        </EntranceCard>
    }
}

#[derive(Clone, Copy)]
struct NewPasswordForm {
    api: ApiClient,
    session: Session,
    news: News,
    navigator: Navigator,
    token: StoredValue<String>,
    password: RwSignal<String>,
    strength: Strength,
    again: RwSignal<String>,
    needs_code: RwSignal<bool>,
    code: CodeEntry,
    submission: Submission,
}

impl NewPasswordForm {
    fn new(token: String) -> Self {
        let submission = Submission::new();
        let password = RwSignal::new(String::new());
        let form = Self {
            api: expect_context(),
            session: expect_context(),
            news: News::expect(),
            navigator: Navigator::expect(),
            token: StoredValue::new(token),
            password,
            strength: Strength::of(password, Vec::new),
            again: RwSignal::new(String::new()),
            needs_code: RwSignal::new(false),
            code: CodeEntry::new(submission),
            submission,
        };
        Effect::watch(
            move || (form.password.track(), form.again.track(), form.code.track()),
            move |_, _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    fn title(self) -> &'static str {
        if self.needs_code.get() {
            access_texts().second_title
        } else {
            access_texts().new_title
        }
    }

    fn text(self) -> &'static str {
        if self.needs_code.get() {
            self.code.instruction()
        } else {
            access_texts().new_text
        }
    }

    fn submit(self) {
        self.submission.note_try();
        if let Some(request) = untrack(|| self.request()) {
            self.submission
                .run(async move { self.send(&request).await }, |()| ());
        }
    }

    fn request(self) -> Option<ConfirmPasswordResetRequest> {
        let new_password = self.password.get();
        let is_right = Password::parse_new(&new_password, &[]).is_ok() && new_password == self.again.get();
        let code = if self.needs_code.get() {
            Some(self.code.value()?)
        } else {
            None
        };
        is_right.then(|| ConfirmPasswordResetRequest {
            token: self.token.get_value(),
            new_password,
            code,
        })
    }

    /// Sends, and goes where the answer leads to.
    async fn send(self, request: &ConfirmPasswordResetRequest) -> Result<(), ApiError> {
        let outcome = self.api.confirm_password_reset(request).await;
        match outcome.as_ref().map_err(ApiError::kind) {
            Ok(()) => {
                // If this browser was signed in to that account, it is not any more.
                self.session.look_again().await;
                self.news.tell(|| access_texts().password_changed);
                self.navigator.replace(Place::SignIn);
                Ok(())
            }
            Err(Some(ErrorKind::SecondFactorRequired)) => {
                self.submission.reset();
                self.needs_code.try_set(true);
                Ok(())
            }
            // The password is refused: back to where it can be changed.
            Err(Some(ErrorKind::InvalidFields)) => {
                self.needs_code.try_set(false);
                outcome
            }
            Err(_) => outcome,
        }
    }

    fn password_error(self) -> Option<String> {
        let was_tried = self.submission.was_tried();
        // Somebody who is still typing knows that it is too short.
        Password::parse_new(&self.password.read(), &[])
            .err()
            .filter(|error| was_tried || *error != PasswordError::TooShort)
            .map(|error| explain_password(error).to_owned())
            .or_else(|| self.submission.field_error("new_password"))
            .or_else(|| self.strength.error())
    }

    fn again_error(self) -> Option<String> {
        let differs = self.submission.was_tried() && self.password.get() != self.again.get();
        differs.then(|| access_texts().passwords_differ.to_owned())
    }

    fn other_error(self) -> Option<String> {
        match self.refusal() {
            Some(ErrorKind::SecondFactorInvalid | ErrorKind::LinkInvalid) => None,
            _ => self.submission.general_error(&["new_password"]),
        }
    }

    fn refusal(self) -> Option<ErrorKind> {
        self.submission.error().and_then(|error| error.kind())
    }
}

//! The form for those who have an account.

use damso_protocol::{ErrorKind, FieldErrorKind, PasskeyAssertion, SignInRequest};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};

use super::code::CodeEntry;
use super::frame::EntranceCard;
use super::load_mailed;
use super::passkey::{PasskeyQuestion, Trouble};
use super::second_step::SecondStep;
use super::server::Server;
use crate::api::ApiError;
use crate::app::{Load, News, Place, prefetch};
use crate::features::form::{FormError, Submission};
use crate::i18n::{access_texts, explain, explain_field, texts};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, FieldKind, Icon, IconName, TextField};
use crate::webauthn::{self, Manner};

/// Login and password, a passkey in their place, and the second factor of those who have one.
#[component]
pub fn SignInPage() -> impl IntoView {
    let form = SignInForm::new();
    form.offer_when_possible();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    prefetch(SOON);
    view! {
        <EntranceCard title=move || form.title() text=move || form.text()>
            <NewsLine />
            <form on:submit=submit novalidate>
                {move || match form.step.get() {
                    Step::First => view! { <FirstStep form /> }.into_any(),
                    Step::Second => view! { <SecondStep form /> }.into_any(),
                }}
            </form>
        </EntranceCard>
    }
}

/// What people open from here.
const SOON: &[Load] = &[|| Box::pin(load_mailed())];

/// What the form before has to say.
#[component]
fn NewsLine() -> impl IntoView {
    let news = News::expect();
    on_cleanup(move || news.forget());
    view! {
        <div role="status">
            {move || {
                news.text()
                    .map(|text| {
                        view! {
                            <p class="entrance__news">
                                <Icon name=IconName::Check />
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn FirstStep(form: SignInForm) -> impl IntoView {
    view! {
        <TextField
            label=move || access_texts().login
            value=form.login
            kind=FieldKind::SignIn
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
        <Button submits=true wide=true busy=form.is_busy_with(Way::Typed) disabled=form.submission.is_busy()>
            {move || texts().auth.sign_in}
        </Button>
        <PasskeyButton form words=move || access_texts().passkey_sign_in />
        <p class="entrance__foot">
            {move || texts().auth.no_account_yet} " "
            <a href=Place::SignUp.path()>{move || texts().auth.sign_up}</a>
            <span class="entrance__dot" aria-hidden="true">"·"</span>
            <a href=Place::Reset.path()>{move || access_texts().forgot}</a>
        </p>
    }
}

/// A passkey, in place of the password or of the code.
#[component]
pub fn PasskeyButton(
    /// The form it is in.
    form: SignInForm,
    /// What is on it.
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    let server = Server::expect();
    // Nearly every server has them where a browser has; so the card does not jump when the server has answered.
    let is_there = Memo::new(move |_| server.has_passkeys() != Some(false));
    view! {
        <Show when=move || is_there.get()>
            <Button
                kind=ButtonKind::Secondary
                wide=true
                icon=IconName::Key
                busy=form.is_busy_with(Way::Passkey)
                disabled=form.submission.is_busy()
                on:click=move |_| form.submit_passkey()
            >
                {move || words.get()}
            </Button>
        </Show>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Who it is, and the password.
    First,
    /// What the password alone is not enough without.
    Second,
}

/// What somebody pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What was typed is sent.
    Typed,
    /// A passkey was asked for.
    Passkey,
}

/// Both steps. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct SignInForm {
    session: Session,
    step: RwSignal<Step>,
    login: RwSignal<String>,
    password: RwSignal<String>,
    /// The code of the second step.
    pub code: CodeEntry,
    way: RwSignal<Way>,
    question: PasskeyQuestion,
    /// What is on its way, and what went wrong.
    pub submission: Submission,
}

impl SignInForm {
    fn new() -> Self {
        let submission = Submission::new();
        let form = Self {
            session: expect_context(),
            step: RwSignal::new(Step::First),
            login: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
            code: CodeEntry::new(submission),
            way: RwSignal::new(Way::Typed),
            question: PasskeyQuestion::new(),
            submission,
        };
        Effect::watch(
            move || (form.login.track(), form.password.track(), form.code.track()),
            move |_, _, _| form.forget_errors(),
            false,
        );
        form
    }

    fn title(self) -> &'static str {
        match self.step.get() {
            Step::First => texts().auth.sign_in_title,
            Step::Second => access_texts().second_title,
        }
    }

    fn text(self) -> &'static str {
        match self.step.get() {
            Step::First => texts().auth.sign_in_text,
            Step::Second => self.code.instruction(),
        }
    }

    /// Sends what was typed. The guard at the root leads on as soon as the session has begun.
    fn submit(self) {
        self.submission.note_try();
        let request = match self.step.get_untracked() {
            Step::First => self.request(),
            Step::Second => untrack(|| self.code.value()).and_then(|code| {
                let code = Some(code);
                Some(SignInRequest {
                    code,
                    ..self.request()?
                })
            }),
        };
        if let Some(request) = request {
            self.run(Way::Typed, async move { self.send(&request).await });
        }
    }

    /// Asks for a passkey: in place of the password, or of the code.
    pub fn submit_passkey(self) {
        self.submission.reset();
        self.run(Way::Passkey, async move {
            let outcome = match self.question.ask(Manner::Asked).await {
                Ok(assertion) => self.send_passkey(assertion).await,
                Err(error) => Err(error),
            };
            if outcome.is_err() {
                // The question took the place of the offer.
                self.offer();
            }
            outcome
        });
    }

    fn run(self, way: Way, sending: impl Future<Output = Result<(), ApiError>> + 'static) {
        self.way.set(way);
        self.question.forget_trouble();
        self.submission.run(sending, |()| ());
    }

    async fn send_passkey(self, assertion: PasskeyAssertion) -> Result<(), ApiError> {
        match self.step.try_get_untracked() {
            Some(Step::Second) => {
                let request = self.request().ok_or(ApiError::Cancelled)?;
                let passkey_assertion = Some(assertion);
                let request = SignInRequest {
                    passkey_assertion,
                    ..request
                };
                let outcome = self.send(&request).await;
                if outcome.as_ref().err().and_then(ApiError::kind) == Some(ErrorKind::SecondFactorInvalid) {
                    self.question.note(Trouble::OtherAccount);
                    return Err(ApiError::Cancelled);
                }
                outcome
            }
            _ => self.session.sign_in_with_passkey(assertion).await,
        }
    }

    /// Sends, and goes to the step that the answer leads to.
    async fn send(self, request: &SignInRequest) -> Result<(), ApiError> {
        let outcome = self.session.sign_in(request).await;
        match outcome.as_ref().map_err(ApiError::kind) {
            Err(Some(ErrorKind::SecondFactorRequired)) => {
                self.code.clear();
                self.submission.reset();
                self.step.try_set(Step::Second);
                Ok(())
            }
            // The password is another one by now.
            Err(Some(ErrorKind::InvalidCredentials)) => {
                self.way.try_set(Way::Typed);
                self.step.try_set(Step::First);
                outcome
            }
            _ => outcome,
        }
    }

    /// Back to who it is.
    pub fn start_over(self) {
        self.password.set(String::new());
        self.submission.reset();
        self.question.forget_trouble();
        self.step.set(Step::First);
        self.offer();
    }

    /// Has the browser offer passkeys beside the first field, once it is known that the server takes them.
    fn offer_when_possible(self) {
        let server = Server::expect();
        let has_passkeys = Memo::new(move |_| server.has_passkeys() == Some(true));
        Effect::new(move |_| {
            if has_passkeys.get() {
                self.offer();
            }
        });
    }

    fn offer(self) {
        spawn_local(async move {
            let is_first = || self.step.try_get_untracked() == Some(Step::First);
            if is_first()
                && webauthn::can_offer().await
                && let Ok(assertion) = self.question.ask(Manner::Offered).await
                && is_first()
            {
                self.run(Way::Passkey, async move { self.send_passkey(assertion).await });
            }
        });
    }

    fn forget_errors(self) {
        self.submission.clear_error();
        self.question.forget_trouble();
    }

    /// What to send; `None` when something is missing, which the fields then say.
    fn request(self) -> Option<SignInRequest> {
        let login = self.login.try_get_untracked()?.trim().to_owned();
        let password = self.password.try_get_untracked()?;
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
        let is_refused =
            self.refusal() == Some(ErrorKind::InvalidCredentials) && self.way.get() == Way::Typed;
        self.missing(self.password)
            .or_else(|| is_refused.then(|| self.wrong_credentials().to_owned()))
            .or_else(|| self.submission.field_error("password"))
    }

    fn wrong_credentials(self) -> &'static str {
        if self.login.with(|login| login.contains('@')) {
            access_texts().wrong_email
        } else {
            texts().auth.wrong_credentials
        }
    }

    /// What is not said beside a field.
    pub fn other_error(self) -> Option<String> {
        let Some(error) = self.submission.error() else {
            return self.question.trouble().map(str::to_owned);
        };
        match (error.kind(), self.way.get()) {
            (Some(ErrorKind::SecondFactorInvalid), _) | (Some(ErrorKind::InvalidCredentials), Way::Typed) => {
                None
            }
            // Its account is gone.
            (Some(ErrorKind::InvalidCredentials), Way::Passkey) => {
                Some(explain(ErrorKind::PasskeyInvalid).to_owned())
            }
            _ => self.submission.general_error(&["login", "password"]),
        }
    }

    /// Whether this is what is being waited for.
    pub fn is_busy_with(self, way: Way) -> Signal<bool> {
        let is_busy = self.submission.is_busy();
        Signal::derive(move || is_busy.get() && self.way.get() == way)
    }

    fn refusal(self) -> Option<ErrorKind> {
        self.submission.error().and_then(|error| error.kind())
    }

    fn missing(self, value: RwSignal<String>) -> Option<String> {
        let is_missing = self.submission.was_tried() && value.with(|value| value.trim().is_empty());
        is_missing.then(|| explain_field(FieldErrorKind::Empty).to_owned())
    }
}

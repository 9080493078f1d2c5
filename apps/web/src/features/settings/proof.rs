//! Showing once more that it is me: what a session alone is not enough for waits for it, and then goes on by itself.

use std::future::Future;

use damso_protocol::{ErrorKind, ReauthenticateRequest};
use js_sys::{Function, Promise};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::focus;
use super::password::UserName;
use super::trouble::Trouble;
use crate::api::{ApiClient, ApiError};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_field, security, texts};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, Choice, Dialog, FieldKind, Tabs, TextField};
use crate::webauthn::{self, Manner};

/// Asks for proofs. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct Proof {
    is_open: RwSignal<bool>,
    /// Those who wait for it. Each hears `true` once it is shown, and `false` when it is called off.
    waiting: StoredValue<Vec<Function>, LocalStorage>,
}

impl Proof {
    /// Makes it for the settings and hands it down from here. [`ProofDialog`] has to be drawn below.
    pub fn provide() -> Self {
        let proof = Self {
            is_open: RwSignal::new(false),
            waiting: StoredValue::new_local(Vec::new()),
        };
        provide_context(proof);
        // Closing the dialog calls off whatever has not been let go on before.
        Effect::watch(
            move || proof.is_open.get(),
            move |is_open, _, _| {
                if !is_open {
                    proof.answer(false);
                }
            },
            false,
        );
        // Nobody waits for a dialog that is gone.
        on_cleanup(move || proof.answer(false));
        proof
    }

    /// The one of the settings.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Does something. If the server wants a proof first, asks for it and does it again. Calling the dialog off is
    /// [`ApiError::Cancelled`], and nothing has changed.
    pub async fn with<T, F>(self, act: impl Fn() -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        // Before the button that was pressed is greyed out, which takes the focus from it.
        let pressed = focus::current();
        match act().await {
            Err(error) if error.kind() == Some(ErrorKind::ReauthenticationRequired) => {
                let answer = if self.ask().await {
                    act().await
                } else {
                    Err(ApiError::Cancelled)
                };
                pressed.into_iter().for_each(focus::give_back);
                answer
            }
            answer => {
                pressed.into_iter().for_each(focus::give_back);
                answer
            }
        }
    }

    async fn ask(self) -> bool {
        let shown = Promise::new(&mut |resolve, _| {
            self.waiting.try_update_value(|waiting| waiting.push(resolve));
        });
        if self.is_open.try_set(true).is_some() {
            return false;
        }
        JsFuture::from(shown).await.is_ok_and(|answer| answer.is_truthy())
    }

    fn answer(self, is_shown: bool) {
        let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        for resolve in waiting {
            // Resolving a promise does not throw.
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::from_bool(is_shown));
        }
    }

    fn go_on(self) {
        self.answer(true);
        self.is_open.try_set(false);
    }
}

/// How somebody shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Password,
    Code,
    Passkey,
}

impl Way {
    fn label(self) -> &'static str {
        match self {
            Self::Password => security().proof_password,
            Self::Code => security().proof_code,
            Self::Passkey => security().proof_passkey,
        }
    }
}

/// Asks for the password, or for a code or a passkey where the account has them.
#[component]
pub fn ProofDialog() -> impl IntoView {
    let proof = Proof::expect();
    view! {
        <Dialog open=proof.is_open title=move || security().proof_title>
            <ProofForm proof />
        </Dialog>
    }
}

#[derive(Clone, Copy)]
struct Draft {
    api: ApiClient,
    proof: Proof,
    way: RwSignal<Way>,
    ways: RwSignal<Vec<Way>>,
    password: RwSignal<String>,
    code: RwSignal<String>,
    submission: Submission,
    trouble: RwSignal<Option<Trouble>>,
}

#[component]
fn ProofForm(proof: Proof) -> impl IntoView {
    let session = expect_context::<Session>();
    let draft = Draft::new(expect_context(), proof);
    draft.find_ways();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        draft.submit();
    };
    let options = move || {
        let choice = |way: Way| Choice {
            value: way,
            label: way.label().to_owned(),
        };
        draft.ways.get().into_iter().map(choice).collect::<Vec<_>>()
    };
    view! {
        <form class="proof" on:submit=submit novalidate>
            <p class="dialog__text">{move || security().proof_text}</p>
            <Show when=move || { 1 < draft.ways.read().len() }>
                <Tabs label=move || security().proof_how options=Signal::derive(options) chosen=draft.way />
            </Show>
            {move || match draft.way.get() {
                Way::Password => view! {
                    <UserName session />
                    <TextField
                        label=move || texts().settings.current_password
                        value=draft.password
                        kind=FieldKind::CurrentPassword
                        error=Signal::derive(move || draft.password_error())
                        autofocus=true
                    />
                }
                .into_any(),
                Way::Code => view! {
                    <TextField
                        label=move || security().code
                        value=draft.code
                        kind=FieldKind::AnyCode
                        hint=Signal::derive(|| Some(security().proof_code_hint.to_owned()))
                        error=Signal::derive(move || code_error(draft.submission, draft.code))
                        autofocus=true
                    />
                }
                .into_any(),
                Way::Passkey => view! { <p class="proof__passkey">{move || security().proof_passkey_text}</p> }.into_any(),
            }}
            <FormError text=Signal::derive(move || draft.other_error()) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| proof.is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button submits=true busy=draft.submission.is_busy()>
                    {move || {
                        if draft.way.get() == Way::Passkey { security().proof_use_passkey } else { security().confirm }
                    }}
                </Button>
            </div>
        </form>
    }
}

impl Draft {
    fn new(api: ApiClient, proof: Proof) -> Self {
        let draft = Self {
            api,
            proof,
            way: RwSignal::new(Way::Password),
            ways: RwSignal::new(vec![Way::Password]),
            password: RwSignal::new(String::new()),
            code: RwSignal::new(String::new()),
            submission: Submission::new(),
            trouble: RwSignal::new(None),
        };
        Effect::watch(
            move || (draft.password.track(), draft.code.track(), draft.way.track()),
            move |_, _, _| {
                draft.submission.reset();
                draft.trouble.set(None);
            },
            false,
        );
        draft
    }

    /// The password is always good enough; the others are offered once it is known that there are any.
    fn find_ways(self) {
        let offer = move |way: Way| {
            self.ways.try_update(|ways| {
                ways.push(way);
                ways.sort_by_key(|way| *way as u8);
            });
        };
        spawn_local(async move {
            if self.api.totp().await.is_ok_and(|totp| totp.enabled_at.is_some()) {
                offer(Way::Code);
            }
        });
        if webauthn::is_supported() {
            spawn_local(async move {
                if self.api.passkeys().await.is_ok_and(|keys| !keys.items.is_empty()) {
                    offer(Way::Passkey);
                }
            });
        }
    }

    fn submit(self) {
        self.submission.note_try();
        let request = match self.way.get_untracked() {
            Way::Password => ReauthenticateRequest {
                password: Some(self.password.get_untracked()),
                ..ReauthenticateRequest::default()
            },
            Way::Code => ReauthenticateRequest {
                code: Some(self.code.get_untracked().trim().to_owned()),
                ..ReauthenticateRequest::default()
            },
            Way::Passkey => return self.use_passkey(),
        };
        let typed = request.password.as_ref().or(request.code.as_ref());
        if typed.is_some_and(String::is_empty) {
            return;
        }
        self.submission.run(
            async move { self.api.reauthenticate(&request).await },
            move |()| self.proof.go_on(),
        );
    }

    fn use_passkey(self) {
        self.trouble.set(None);
        let act = async move {
            match self.sign().await {
                Err(trouble) => {
                    self.trouble.try_set(Some(trouble));
                    Err(ApiError::Cancelled)
                }
                Ok(()) => Ok(()),
            }
        };
        self.submission.run(act, move |()| self.proof.go_on());
    }

    async fn sign(self) -> Result<(), Trouble> {
        let ceremony = self.api.start_passkey().await?;
        let assertion = webauthn::get(ceremony, Manner::Asked, None).await?;
        let request = ReauthenticateRequest {
            passkey_assertion: Some(assertion),
            ..ReauthenticateRequest::default()
        };
        Ok(self.api.reauthenticate(&request).await?)
    }

    fn password_error(self) -> Option<String> {
        let is_missing = self.submission.was_tried() && self.password.read().is_empty();
        let kind = is_missing.then_some(damso_protocol::FieldErrorKind::Empty);
        kind.map(|kind| explain_field(kind).to_owned())
            .or_else(|| self.submission.field_error("password"))
    }

    fn other_error(self) -> Option<String> {
        self.trouble
            .get()
            .map(|trouble| trouble.explain())
            .or_else(|| self.submission.general_error(&["password", "code"]))
    }
}

/// What is wrong with a code.
pub(super) fn code_error(submission: Submission, code: RwSignal<String>) -> Option<String> {
    if submission.was_tried() && code.read().trim().is_empty() {
        return Some(security().code_empty.to_owned());
    }
    let is_wrong = submission
        .error()
        .is_some_and(|error| error.field("code").is_some());
    is_wrong.then(|| security().code_wrong.to_owned())
}

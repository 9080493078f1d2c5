//! Deleting the account: what it means, what happens to messages, and what went.

use damso_protocol::{
    DeletedMessages, DeletionReport, DeletionRequest, ErrorKind, FieldErrorKind, PasskeyAssertion,
};
use leptos::task::spawn_local;
use leptos::{ev::SubmitEvent, prelude::*};
use wasm_split_helpers::wasm_split;

use super::SettingsGroup;
use super::password::UserName;
use super::trouble::Trouble;
use crate::api::{ApiClient, ApiError};
use crate::app::{Fetched, Navigator, Place};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_field, format, security, texts};
use crate::session::Session;
use crate::ui::{Button, ButtonKind, Choice, Dialog, FieldKind, Mark, RadioGroup, Tabs, TextField};
use crate::webauthn::{self, Manner};

/// What the last thing is that a deleted account sees. It outlives the session, so it is held at the root.
#[derive(Clone, Copy)]
pub struct Farewell(RwSignal<Option<DeletionReport>>);

impl Farewell {
    /// Makes it once, at the root, and hands it down from here.
    pub fn provide() -> Self {
        let farewell = Self(RwSignal::new(None));
        provide_context(farewell);
        farewell
    }

    /// The report, as long as it is to be shown; tracked.
    pub fn report(self) -> Option<DeletionReport> {
        self.0.get()
    }
}

/// Explains, and opens the dialog.
#[component]
pub fn DeletionSettings() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <SettingsGroup title=move || texts().settings.delete_account text=move || texts().settings.delete_text>
            <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(true)>
                <span class="text-danger">{move || texts().settings.delete_account}</span>
            </Button>
            <Dialog open=is_open title=move || texts().settings.delete_title>
                <DeletionForm is_open />
            </Dialog>
        </SettingsGroup>
    }
}

#[component]
fn DeletionForm(is_open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let farewell = expect_context::<Farewell>();
    let form = DeletionDraft::new(expect_context());
    form.look_around();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if form.is_complete() {
            form.submission.run(form.send(session), move |report| {
                farewell.0.set(Some(report));
                session.end();
            });
        }
    };
    let report_to = move || {
        form.sends_mail
            .get()
            .then(|| session.me().and_then(|me| me.email))
            .flatten()
            .map(|email| (security().delete_report)(&email))
    };
    let consequence = |at: usize| view! { <li>{move || texts().settings.delete_consequences[at]}</li> };
    view! {
        <form on:submit=submit novalidate>
            <ul class="consequences">{[0, 1, 2].map(consequence).collect_view()}</ul>
            <h3 class="settings__heading">{move || texts().settings.delete_messages}</h3>
            <RadioGroup
                label=move || texts().settings.delete_messages
                name="deleted-messages"
                options=Signal::derive(message_options)
                chosen=Signal::derive(move || Some(form.messages.get()))
                on_choose=move |messages| form.messages.set(messages)
            />
            <Show when=move || form.has_passkeys.get()>
                <h3 class="settings__heading settings__heading--next">{move || security().delete_with}</h3>
                <div class="deletion__ways">
                    <Tabs
                        label=move || security().delete_with
                        options=Signal::derive(ways)
                        chosen=form.by_passkey
                    />
                </div>
            </Show>
            <Show
                when=move || form.by_passkey.get()
                fallback=move || {
                    view! {
                        <UserName session />
                        <TextField
                            label=move || texts().settings.current_password
                            value=form.password
                            kind=FieldKind::CurrentPassword
                            error=Signal::derive(move || form.password_error())
                        />
                    }
                }
            >
                <p class="settings__hint">{move || security().proof_passkey_text}</p>
            </Show>
            <Show when=move || report_to().is_some()>
                <p class="settings__hint">{report_to}</p>
            </Show>
            <FormError text=Signal::derive(move || form.other_error()) />
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| is_open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button kind=ButtonKind::Danger submits=true busy=form.submission.is_busy()>
                    {move || texts().settings.delete_for_good}
                </Button>
            </div>
        </form>
    }
}

fn message_options() -> Vec<(Choice<DeletedMessages>, String)> {
    let settings = &texts().settings;
    vec![
        Choice::explained(DeletedMessages::Erase, settings.erase, settings.erase_detail),
        Choice::explained(DeletedMessages::Keep, settings.keep, settings.keep_detail),
    ]
}

/// Whether by a passkey.
fn ways() -> Vec<Choice<bool>> {
    vec![
        Choice::new(false, security().proof_password),
        Choice::new(true, security().proof_passkey),
    ]
}

#[derive(Clone, Copy)]
struct DeletionDraft {
    api: ApiClient,
    messages: RwSignal<DeletedMessages>,
    password: RwSignal<String>,
    by_passkey: RwSignal<bool>,
    has_passkeys: RwSignal<bool>,
    sends_mail: RwSignal<bool>,
    submission: Submission,
    trouble: RwSignal<Option<Trouble>>,
}

impl DeletionDraft {
    fn new(api: ApiClient) -> Self {
        let draft = Self {
            api,
            messages: RwSignal::new(DeletedMessages::Erase),
            password: RwSignal::new(String::new()),
            by_passkey: RwSignal::new(false),
            has_passkeys: RwSignal::new(false),
            sends_mail: RwSignal::new(false),
            submission: Submission::new(),
            trouble: RwSignal::new(None),
        };
        Effect::watch(
            move || (draft.password.track(), draft.by_passkey.track()),
            move |_, _, _| {
                draft.submission.clear_error();
                draft.trouble.set(None);
            },
            false,
        );
        draft
    }

    /// Whether there is another proof than the password, and whether a report will be mailed.
    fn look_around(self) {
        if webauthn::is_supported() {
            spawn_local(async move {
                let has_any = self.api.passkeys().await.is_ok_and(|keys| !keys.items.is_empty());
                self.has_passkeys.try_set(has_any);
            });
        }
        spawn_local(async move {
            let server = self.api.server().await;
            let sends = server.is_ok_and(|server| server.features.iter().any(|feature| feature == "mail"));
            self.sends_mail.try_set(sends);
        });
    }

    fn is_complete(self) -> bool {
        self.submission.note_try();
        self.trouble.set(None);
        self.by_passkey.get_untracked() || !self.password.read_untracked().is_empty()
    }

    async fn send(self, session: Session) -> Result<DeletionReport, ApiError> {
        let messages = self.messages.get_untracked();
        let request = if self.by_passkey.get_untracked() {
            DeletionRequest {
                password: None,
                passkey_assertion: Some(self.sign().await?),
                messages,
            }
        } else {
            DeletionRequest {
                password: Some(self.password.get_untracked()),
                passkey_assertion: None,
                messages,
            }
        };
        session.delete_account(&request).await
    }

    /// What the browser has to say of its failure is kept apart from what the server says.
    async fn sign(self) -> Result<PasskeyAssertion, ApiError> {
        let ceremony = self.api.start_passkey().await?;
        webauthn::get(ceremony, Manner::Asked, None)
            .await
            .map_err(|error| {
                self.trouble.try_set(Some(error.into()));
                ApiError::Cancelled
            })
    }

    fn password_error(self) -> Option<String> {
        let is_missing = self.submission.was_tried() && self.password.read().is_empty();
        let kind = if is_missing {
            Some(FieldErrorKind::Empty)
        } else {
            self.is_wrong().then_some(FieldErrorKind::Wrong)
        };
        kind.map(|kind| explain_field(kind).to_owned())
            .or_else(|| self.submission.field_error("password"))
    }

    fn other_error(self) -> Option<String> {
        if let Some(trouble) = self.trouble.get() {
            return Some(trouble.explain());
        }
        if self.by_passkey.get() {
            return self
                .submission
                .error()
                .map(|error| Trouble::from(error).explain());
        }
        if self.is_wrong() {
            None
        } else {
            self.submission.general_error(&["password"])
        }
    }

    fn is_wrong(self) -> bool {
        self.submission
            .error()
            .is_some_and(|error| error.kind() == Some(ErrorKind::InvalidCredentials))
    }
}

/// See [`DeletionReportPage`].
#[wasm_split(settings, fallible, preload(load_deletion_report))]
pub(crate) fn deletion_report(report: DeletionReport) -> Fetched<AnyView> {
    Ok(view! { <DeletionReportPage report /> }.into_any())
}

/// What went with the account.
#[component]
fn DeletionReportPage(
    /// As the server answered.
    report: DeletionReport,
) -> impl IntoView {
    let farewell = expect_context::<Farewell>();
    let navigator = Navigator::expect();
    let counts = report.removed;
    let rows = move || {
        (texts().settings.report)(&counts, &format::file_size(counts.bytes))
            .map(|(name, value)| view! { <tr><th scope="row">{name}</th><td>{value}</td></tr> })
            .collect_view()
    };
    let finish = move |_| {
        navigator.forget_wanted();
        navigator.replace(Place::Welcome);
        farewell.0.set(None);
    };
    view! {
        <main class="entrance">
            <div class="entrance__card">
                <Mark />
                <h1 class="entrance__title">{move || texts().settings.deleted_title}</h1>
                <p class="entrance__text">{move || texts().settings.deleted_text}</p>
                <table class="report">
                    <tbody>{rows}</tbody>
                </table>
                <p class="entrance__foot">{move || texts().settings.goodbye}</p>
                <Button wide=true on:click=finish>
                    {move || texts().common.close}
                </Button>
            </div>
        </main>
    }
}

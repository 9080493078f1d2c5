//! What others see of me.

use damso_domain::{Birthday, DisplayName, Handle, StatusMessage};
use damso_protocol::{ErrorKind, Me, UpdateMeRequest};
use leptos::{ev::SubmitEvent, prelude::*};

use super::SettingsGroup;
use super::avatar::AvatarEditor;
use super::birthday::{BirthdayChoice, BirthdayField, Chosen};
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain, explain_handle, explain_name, texts};
use crate::session::Session;
use crate::ui::{Button, FieldKind, TextField, Toasts};

/// Picture, name, handle and status message.
#[component]
pub fn ProfileSettings() -> impl IntoView {
    let session = expect_context::<Session>();
    // Filled in once; what is being typed is not overwritten when the profile changes elsewhere.
    let form = untrack(|| session.me()).map(|me| ProfileForm::new(&me));
    view! {
        <SettingsGroup title=move || texts().settings.picture>
            <AvatarEditor />
        </SettingsGroup>
        {form.map(|form| view! { <ProfileFields form session /> })}
    }
}

#[component]
fn ProfileFields(form: ProfileForm, session: Session) -> impl IntoView {
    let toasts = Toasts::expect();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let known = untrack(|| session.me()).and_then(|me| me.birthday);
        if let Some(request) = form.request(known) {
            form.submission
                .run(async move { session.update_profile(&request).await }, move |()| {
                    form.submission.reset();
                    toasts.show(texts().settings.profile_saved);
                });
        }
    };
    let is_unchanged = move || session.me().is_none_or(|me| form.is_unchanged(&me));
    view! {
        <SettingsGroup title=move || texts().settings.about>
            <form on:submit=submit novalidate>
                <TextField
                    label=move || texts().auth.display_name
                    value=form.display_name
                    kind=FieldKind::Name
                    error=Signal::derive(move || form.display_name_error())
                    max_chars=DisplayName::MAX_CHARS
                />
                <TextField
                    label=move || texts().settings.status_message
                    value=form.status_message
                    error=Signal::derive(move || form.status_error())
                    placeholder=move || texts().settings.status_placeholder
                    max_chars=StatusMessage::MAX_CHARS
                />
                <TextField
                    label=move || texts().auth.handle
                    value=form.handle
                    kind=FieldKind::Handle
                    error=Signal::derive(move || form.handle_error())
                    hint=Signal::derive(|| Some(texts().settings.handle_changed_hint.to_owned()))
                />
                <BirthdayField choice=form.birthday error=Signal::derive(move || form.birthday_error()) />
                <FormError text=Signal::derive(move || form.other_error()) />
                <div class="settings__actions">
                    <Button
                        submits=true
                        busy=form.submission.is_busy()
                        disabled=Signal::derive(is_unchanged)
                    >
                        {move || texts().common.save}
                    </Button>
                </div>
            </form>
        </SettingsGroup>
    }
}

#[derive(Clone, Copy)]
struct ProfileForm {
    display_name: RwSignal<String>,
    status_message: RwSignal<String>,
    handle: RwSignal<String>,
    birthday: BirthdayChoice,
    submission: Submission,
}

impl ProfileForm {
    fn new(me: &Me) -> Self {
        let form = Self {
            display_name: RwSignal::new(me.display_name.clone()),
            status_message: RwSignal::new(me.status_message.clone()),
            handle: RwSignal::new(me.handle.clone()),
            birthday: BirthdayChoice::new(me.birthday),
            submission: Submission::new(),
        };
        Effect::watch(
            move || {
                (
                    form.display_name.track(),
                    form.status_message.track(),
                    form.handle.track(),
                    form.birthday.track(),
                )
            },
            move |_, _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    fn is_unchanged(self, me: &Me) -> bool {
        *self.display_name.read() == me.display_name
            && *self.status_message.read() == me.status_message
            && *self.handle.read() == me.handle
            && self.birthday.is(me.birthday)
    }

    /// What is to be changed. A birthday that stays is left out: friends' devices are told of it.
    fn request(self, known: Option<Birthday>) -> Option<UpdateMeRequest> {
        self.submission.note_try();
        let birthday = match untrack(|| self.birthday.get()) {
            Chosen::Nothing => None,
            Chosen::Day(birthday) => Some(birthday),
            Chosen::Incomplete | Chosen::Wrong => return None,
        };
        Some(UpdateMeRequest {
            display_name: Some(
                DisplayName::parse(&self.display_name.read_untracked())
                    .ok()?
                    .into_string(),
            ),
            status_message: Some(
                StatusMessage::parse(&self.status_message.read_untracked())
                    .ok()?
                    .into_string(),
            ),
            handle: Some(Handle::parse(&self.handle.read_untracked()).ok()?.into_string()),
            locale: None,
            birthday: (birthday != known).then(|| birthday.as_ref().map(Birthday::to_string)),
        })
    }

    fn display_name_error(self) -> Option<String> {
        let broken_rule = DisplayName::parse(&self.display_name.read()).err();
        broken_rule
            .map(|error| explain_name(error).to_owned())
            .or_else(|| self.submission.field_error("display_name"))
    }

    fn status_error(self) -> Option<String> {
        let broken_rule = StatusMessage::parse(&self.status_message.read()).err();
        broken_rule
            .map(|error| explain_name(error).to_owned())
            .or_else(|| self.submission.field_error("status_message"))
    }

    fn handle_error(self) -> Option<String> {
        let broken_rule = Handle::parse(&self.handle.read()).err();
        broken_rule
            .map(|error| explain_handle(error).to_owned())
            .or_else(|| {
                self.is_taken()
                    .then(|| explain(ErrorKind::HandleTaken).to_owned())
            })
            .or_else(|| self.submission.field_error("handle"))
    }

    /// Said only once somebody has tried: a choice takes three steps.
    fn birthday_error(self) -> Option<String> {
        let broken_rule = self.birthday.error().filter(|_| self.submission.was_tried());
        broken_rule.or_else(|| self.submission.field_error("birthday"))
    }

    fn other_error(self) -> Option<String> {
        if self.is_taken() {
            return None;
        }
        self.submission
            .general_error(&["display_name", "status_message", "handle", "birthday"])
    }

    fn is_taken(self) -> bool {
        self.submission
            .error()
            .is_some_and(|error| error.kind() == Some(ErrorKind::HandleTaken))
    }
}

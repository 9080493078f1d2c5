//! Changing the password.

use damso_domain::{Password, PasswordError};
use damso_protocol::{ChangePasswordRequest, ErrorKind, FieldErrorKind};
use leptos::{ev::SubmitEvent, prelude::*};

use super::SettingsGroup;
use crate::features::auth::Strength;
use crate::features::form::{FormError, Submission};
use crate::i18n::{explain_field, explain_password, texts};
use crate::session::Session;
use crate::ui::{Button, FieldKind, TextField, Toasts};

/// The current password, the new one, and what happens to other devices.
#[component]
pub fn PasswordSettings() -> impl IntoView {
    let session = expect_context::<Session>();
    let toasts = Toasts::expect();
    let form = PasswordForm::new(session);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(request) = form.request() {
            form.submission.run(
                async move { session.change_password(&request).await },
                move |()| {
                    form.clear();
                    toasts.show(texts().settings.password_changed);
                },
            );
        }
    };
    view! {
        <SettingsGroup
            title=move || texts().settings.password_title
            text=move || texts().settings.password_text
        >
            <form on:submit=submit novalidate>
                <UserName session />
                <TextField
                    label=move || texts().settings.current_password
                    value=form.current
                    kind=FieldKind::CurrentPassword
                    error=Signal::derive(move || form.current_error())
                />
                <TextField
                    label=move || texts().settings.new_password
                    value=form.new
                    kind=FieldKind::NewPassword
                    error=Signal::derive(move || form.new_error())
                    hint=Signal::derive(move || form.strength.hint())
                    praise=Signal::derive(move || form.strength.praise(&[&form.handle()]))
                />
                <FormError text=Signal::derive(move || form.other_error()) />
                <div class="settings__actions">
                    <Button submits=true busy=form.submission.is_busy()>
                        {move || texts().settings.change_password}
                    </Button>
                </div>
            </form>
        </SettingsGroup>
    }
}

/// Tells password managers whose password it is.
#[component]
pub(super) fn UserName(session: Session) -> impl IntoView {
    view! {
        <input
            class="sr-only"
            type="text"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            prop:value=move || session.me().map(|me| me.handle).unwrap_or_default()
        />
    }
}

#[derive(Clone, Copy)]
struct PasswordForm {
    current: RwSignal<String>,
    new: RwSignal<String>,
    strength: Strength,
    submission: Submission,
    session: Session,
}

impl PasswordForm {
    fn new(session: Session) -> Self {
        let new = RwSignal::new(String::new());
        let known = move || {
            let me = session.me();
            me.into_iter()
                .flat_map(|me| [Some(me.handle), Some(me.display_name), me.email])
                .flatten()
                .collect()
        };
        let form = Self {
            current: RwSignal::new(String::new()),
            new,
            strength: Strength::of(new, known),
            submission: Submission::new(),
            session,
        };
        Effect::watch(
            move || (form.current.track(), form.new.track()),
            move |_, _, _| form.submission.clear_error(),
            false,
        );
        form
    }

    fn handle(self) -> String {
        self.session.me().map(|me| me.handle).unwrap_or_default()
    }

    fn request(self) -> Option<ChangePasswordRequest> {
        self.submission.note_try();
        let current_password = self.current.get_untracked();
        let new_password = untrack(|| Password::parse_new(&self.new.read(), &[&self.handle()])).ok()?;
        (!current_password.is_empty()).then(|| ChangePasswordRequest {
            current_password,
            new_password: new_password.expose().to_owned(),
        })
    }

    fn clear(self) {
        self.current.try_set(String::new());
        self.new.try_set(String::new());
        self.submission.reset();
    }

    fn current_error(self) -> Option<String> {
        let is_missing = self.submission.was_tried() && self.current.read().is_empty();
        let kind = if is_missing {
            Some(FieldErrorKind::Empty)
        } else {
            self.is_wrong().then_some(FieldErrorKind::Wrong)
        };
        kind.map(|kind| explain_field(kind).to_owned())
            .or_else(|| self.submission.field_error("current_password"))
    }

    fn new_error(self) -> Option<String> {
        let parsed = Password::parse_new(&self.new.read(), &[&self.handle()]);
        let was_tried = self.submission.was_tried();
        parsed
            .err()
            .filter(|error| was_tried || *error != PasswordError::TooShort)
            .map(|error| explain_password(error).to_owned())
            .or_else(|| self.submission.field_error("new_password"))
            .or_else(|| self.strength.error())
    }

    fn other_error(self) -> Option<String> {
        if self.is_wrong() {
            return None;
        }
        self.submission
            .general_error(&["current_password", "new_password"])
    }

    fn is_wrong(self) -> bool {
        self.submission
            .error()
            .is_some_and(|error| error.kind() == Some(ErrorKind::InvalidCredentials))
    }
}

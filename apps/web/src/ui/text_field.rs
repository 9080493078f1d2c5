//! A labelled line of text, with what is wrong said beside it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::{html, prelude::*};

use super::{Icon, IconButton, IconName};
use crate::i18n::texts;

/// What is typed into a field: it decides the keyboard, and what the browser offers to fill in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Anything.
    #[default]
    Text,
    /// A handle to find somebody by: no capitals, no corrections.
    Handle,
    /// The handle of one's own account.
    Login,
    /// What one signs in by: a handle or an address, or a passkey that the browser offers there.
    SignIn,
    /// An e-mail address.
    Email,
    /// A code of six digits from an app.
    OneTimeCode,
    /// A code of letters and digits that was kept for a rainy day.
    RecoveryCode,
    /// A person's name.
    Name,
    /// The password of the account.
    CurrentPassword,
    /// A password that is being chosen.
    NewPassword,
    /// A code of six digits from an app, or a recovery code with its letters.
    AnyCode,
}

impl FieldKind {
    const fn is_password(self) -> bool {
        matches!(self, Self::CurrentPassword | Self::NewPassword)
    }

    const fn is_code(self) -> bool {
        matches!(self, Self::OneTimeCode | Self::RecoveryCode)
    }

    const fn is_verbatim(self) -> bool {
        !matches!(self, Self::Text | Self::Name)
    }

    /// Which keys a phone shows. The type stays text: what a browser makes of an address is not what was typed.
    const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::SignIn | Self::Email => Some("email"),
            Self::OneTimeCode => Some("numeric"),
            _ => None,
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Text | Self::Handle | Self::RecoveryCode => "off",
            Self::Login => "username",
            Self::SignIn => "username webauthn",
            Self::Email => "email",
            Self::OneTimeCode | Self::AnyCode => "one-time-code",
            Self::Name => "name",
            Self::CurrentPassword => "current-password",
            Self::NewPassword => "new-password",
        }
    }
}

/// A name for elements that point at each other, different from every other in the page.
fn unique_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("field-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A labelled line of text.
///
/// The value is written into the element only when it differs from what is there, so that typing Hangul is
/// never disturbed.
#[component]
pub fn TextField(
    /// What is asked for; also the field's name.
    #[prop(into)]
    label: Signal<String>,
    /// What has been typed.
    value: RwSignal<String>,
    /// What is typed into it.
    #[prop(optional)]
    kind: FieldKind,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// A word of help while nothing is wrong.
    #[prop(optional, into)]
    hint: Signal<Option<String>>,
    /// What is right with it: said in place of the hint.
    #[prop(optional, into)]
    praise: Signal<Option<String>>,
    /// An example, shown while the field is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
    /// The most characters; shows a counter close to it.
    #[prop(optional)]
    max_chars: Option<usize>,
    /// Takes the focus when it appears.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let is_revealed = RwSignal::new(false);
    let id = StoredValue::new(unique_id());
    let note_id = StoredValue::new(unique_id());
    write_when_different(node, value);
    if autofocus {
        node.on_load(|input| {
            // Later, because inside a dialog the browser chooses a focus of its own while it opens.
            request_animation_frame(move || drop(input.focus()));
        });
    }
    let type_name = move || {
        if kind.is_password() && !is_revealed.get() {
            "password"
        } else {
            "text"
        }
    };
    view! {
        <div class="field" class=("field--wrong", move || error.with(Option::is_some))>
            <label class="field__label" for=id.get_value()>
                <span>{move || label.get()}</span>
                {move || max_chars.map(|max| view! { <Count value max /> })}
            </label>
            <div class="field__box">
                <input
                    class="field__input"
                    id=id.get_value()
                    node_ref=node
                    type=type_name
                    class=("field__input--code", kind.is_code())
                    autocomplete=kind.autocomplete()
                    inputmode=kind.input_mode()
                    autocapitalize=kind.is_verbatim().then_some("none")
                    spellcheck=kind.is_verbatim().then_some("false")
                    placeholder=move || placeholder.get()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=note_id.get_value()
                    on:input:target=move |event| value.set(event.target().value())
                />
                <Show when=move || kind.is_password()>
                    <IconButton
                        icon=Signal::derive(move || {
                            if is_revealed.get() { IconName::EyeOff } else { IconName::Eye }
                        })
                        label=move || {
                            if is_revealed.get() { texts().common.hide_password } else { texts().common.show_password }
                        }
                        on:click=move |_| is_revealed.update(|is_revealed| *is_revealed = !*is_revealed)
                    />
                </Show>
            </div>
            <p class="field__note" id=note_id.get_value() aria-live="polite">
                <Note error hint praise />
            </p>
        </div>
    }
}

/// A labelled text of several lines, empty at first.
#[component]
pub fn TextArea(
    /// What is asked for; also the field's name.
    #[prop(into)]
    label: Signal<String>,
    /// What has been typed.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The most characters; shows a counter close to it.
    max_chars: usize,
) -> impl IntoView {
    let id = StoredValue::new(unique_id());
    let note_id = StoredValue::new(unique_id());
    view! {
        <div class="field" class=("field--wrong", move || error.with(Option::is_some))>
            <label class="field__label" for=id.get_value()>
                <span>{move || label.get()}</span>
                <Count value max=max_chars />
            </label>
            <div class="field__box">
                <textarea
                    class="field__input field__input--lines"
                    id=id.get_value()
                    rows="3"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=note_id.get_value()
                    on:input:target=move |event| value.set(event.target().value())
                ></textarea>
            </div>
            <p class="field__note" id=note_id.get_value() aria-live="polite">
                <Note error hint=Signal::default() praise=Signal::default() />
            </p>
        </div>
    }
}

/// How much has been typed, close to the most.
#[component]
fn Count(value: RwSignal<String>, max: usize) -> impl IntoView {
    let used = move || value.with(|value| value.trim().chars().count());
    move || {
        Some(used()).filter(|used| max * 3 / 4 <= *used).map(|used| {
            view! {
                <span class="field__count num" class=("field__count--over", max < used) aria-hidden="true">
                    {format!("{used}/{max}")}
                </span>
            }
        })
    }
}

/// Keeps the element in step with the signal without ever writing what is already there.
fn write_when_different(node: NodeRef<html::Input>, value: RwSignal<String>) {
    Effect::new(move |_| {
        let (Some(input), value) = (node.get(), value.get()) else {
            return;
        };
        if input.value() != value {
            input.set_value(&value);
        }
    });
}

#[component]
fn Note(
    error: Signal<Option<String>>,
    hint: Signal<Option<String>>,
    praise: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        if let Some(error) = error.get() {
            view! { <span class="field__error">{error}</span> }.into_any()
        } else if let Some(praise) = praise.get() {
            view! {
                <span class="field__praise">
                    <Icon name=IconName::Check />
                    {praise}
                </span>
            }
            .into_any()
        } else {
            view! { <span class="field__hint">{hint.get()}</span> }.into_any()
        }
    }
}

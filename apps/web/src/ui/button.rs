//! Things to press.
//!
//! They are transparent: listeners that are put on an erased component get lost when the screen around it is
//! replaced by another one of the same shape.

use leptos::prelude::*;

use super::{Icon, IconName};

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do here.
    #[default]
    Primary,
    /// Another thing to do here.
    Secondary,
    /// No frame: beside text.
    Plain,
    /// Takes something away for good.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Secondary => "button button--secondary",
            Self::Plain => "button button--plain",
            Self::Danger => "button button--danger",
        }
    }
}

/// A button with words on it. `on:click` on the component is put on the `<button>`.
#[component(transparent)]
pub fn Button(
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: ButtonKind,
    /// Sends the form it is in.
    #[prop(optional)]
    submits: bool,
    /// Smaller, for rows.
    #[prop(optional)]
    small: bool,
    /// As wide as what is around it.
    #[prop(optional)]
    wide: bool,
    /// Not to be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// At work: shows that, and cannot be pressed again meanwhile.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Stands before the words.
    #[prop(optional)]
    icon: Option<IconName>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=kind.class()
            class=("button--small", small)
            class=("button--wide", wide)
            type=if submits { "submit" } else { "button" }
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
        >
            {icon.map(|name| view! { <Icon name /> })}
            <span class="button__text">{children()}</span>
            <Show when=move || busy.get()>
                <span class="button__progress" aria-hidden="true"></span>
            </Show>
        </button>
    }
}

/// A button with an icon on it. The label is its name and its tooltip.
#[component(transparent)]
pub fn IconButton(
    /// What is drawn.
    #[prop(into)]
    icon: Signal<IconName>,
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// Sends the form it is in.
    #[prop(optional)]
    submits: bool,
    /// Not to be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            class="icon-button"
            type=if submits { "submit" } else { "button" }
            aria-label=move || label.get()
            title=move || label.get()
            disabled=move || disabled.get()
        >
            <Icon name=icon />
        </button>
    }
}

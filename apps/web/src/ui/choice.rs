//! Choosing: switches, one of several, and tabs.

use leptos::ev::Targeted;
use leptos::prelude::*;

/// One of several things to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// What it is called.
    pub label: String,
}

impl<T> Choice<T> {
    /// Something, and what it is called.
    pub fn new(value: T, label: &str) -> Self {
        let label = label.to_owned();
        Self { value, label }
    }

    /// With a sentence about it.
    pub fn explained(value: T, label: &str, detail: &str) -> (Self, String) {
        (Self::new(value, label), detail.to_owned())
    }
}

/// On or off, at once.
#[component]
pub fn Switch(
    /// What it switches; its name.
    #[prop(into)]
    label: Signal<String>,
    /// A sentence about it.
    #[prop(optional, into)]
    detail: Signal<String>,
    /// Whether it is on.
    #[prop(into)]
    on: Signal<bool>,
    /// Called with what it should be.
    #[prop(into)]
    on_change: Callback<bool>,
    /// Not to be touched now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let change = move |event: Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
        let input = event.target();
        on_change.run(input.checked());
        // It shows what is, also where pressing it has changed nothing, or nothing yet.
        input.set_checked(on.get_untracked());
    };
    view! {
        <label class="switch">
            <span class="switch__label">
                {move || label.get()}
                <span class="switch__detail">{move || detail.get()}</span>
            </span>
            <input
                class="switch__input"
                type="checkbox"
                role="switch"
                prop:checked=move || on.get()
                disabled=move || disabled.get()
                on:change:target=change
            />
        </label>
    }
}

/// One of several, each with more to say than a word.
#[component]
pub fn RadioGroup<T>(
    /// What is chosen; its name.
    #[prop(into)]
    label: Signal<String>,
    /// Ties the buttons together; different from every other group on the page.
    name: &'static str,
    /// What there is: the value, what it is called and a sentence about it.
    #[prop(into)]
    options: Signal<Vec<(Choice<T>, String)>>,
    /// What is chosen now.
    #[prop(into)]
    chosen: Signal<Option<T>>,
    /// Called with what should be.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let option = move |(choice, detail): (Choice<T>, String)| {
        let (shown, given) = (choice.value.clone(), choice.value);
        let is_chosen = move || chosen.with(|chosen| chosen.as_ref() == Some(&shown));
        view! {
            <label class="radio">
                <input
                    class="radio__input"
                    type="radio"
                    name=name
                    prop:checked=is_chosen
                    on:change=move |_| on_choose.run(given.clone())
                />
                <span class="radio__text">
                    <span class="radio__label">{choice.label}</span>
                    <span class="radio__detail">{detail}</span>
                </span>
            </label>
        }
    };
    view! {
        <fieldset class="radios">
            <legend class="sr-only">{move || label.get()}</legend>
            {move || options.get().into_iter().map(&option).collect_view()}
        </fieldset>
    }
}

/// Chips above a list, of which one is chosen.
#[component]
pub fn Tabs<T>(
    /// What they choose; the name of the group.
    #[prop(into)]
    label: Signal<String>,
    /// What there is.
    #[prop(into)]
    options: Signal<Vec<Choice<T>>>,
    /// What is chosen.
    chosen: RwSignal<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let chip = move |choice: Choice<T>| {
        let (shown, given) = (choice.value.clone(), choice.value);
        let is_chosen = move || chosen.with(|chosen| *chosen == shown);
        view! {
            <button
                class="chip"
                type="button"
                aria-pressed=move || if is_chosen() { "true" } else { "false" }
                on:click=move |_| chosen.set(given.clone())
            >
                {choice.label}
            </button>
        }
    };
    view! {
        <div class="chips" role="group" aria-label=move || label.get()>
            {move || options.get().into_iter().map(chip).collect_view()}
        </div>
    }
}

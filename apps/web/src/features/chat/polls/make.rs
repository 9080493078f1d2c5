//! The dialog in which a poll is made.

use damso_domain::{PollOptions, PollQuestion};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::{html, prelude::*};

use super::draft::{Closing, OptionField};
use super::{PollDraft, Polling};
use crate::features::form::{FormError, Submission};
use crate::i18n::polls;
use crate::ui::{Button, ButtonKind, Dialog, IconButton, IconName, Switch, TextField};

/// Asks what is to be asked. Closing it keeps what was written.
#[component]
pub(in crate::features::chat) fn PollDialog() -> impl IntoView {
    let polling = Polling::expect();
    view! {
        <Dialog open=polling.makes title=move || polls().title>
            <PollForm polling />
        </Dialog>
    }
}

#[component]
fn PollForm(polling: Polling) -> impl IntoView {
    let draft = polling.draft;
    let submission = Submission::new();
    let wrong = move |part: fn(super::draft::Wrong) -> Option<String>| {
        Signal::derive(move || part(draft.wrong()).filter(|_| submission.was_tried()))
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        submission.note_try();
        let Some(request) = draft.request() else { return };
        submission.run(
            async move { polling.chats.create_poll(polling.id, &request).await },
            move |()| {
                polling.makes.try_set(false);
                draft.clear();
            },
        );
    };
    view! {
        <form class="poll-form" on:submit=submit novalidate>
            <TextField
                label=move || polls().question
                value=draft.question
                placeholder=move || polls().question_example
                error=wrong(|wrong| wrong.question)
                max_chars=PollQuestion::MAX_CHARS
                autofocus=true
            />
            <OptionFields draft error=wrong(|wrong| wrong.options) />
            <Switch
                label=move || polls().is_multiple
                on=draft.is_multiple
                on_change=move |on| draft.is_multiple.set(on)
            />
            <Switch
                label=move || polls().is_anonymous
                detail=move || polls().anonymous_detail
                on=draft.is_anonymous
                on_change=move |on| draft.is_anonymous.set(on)
            />
            <ClosingField draft error=wrong(|wrong| wrong.closing) />
            <FormError text=Signal::derive(move || submission.general_error(&[])) />
            <Button submits=true wide=true busy=submission.is_busy()>
                {move || polls().submit}
            </Button>
        </form>
    }
}

/// What can be chosen: a line each.
#[component]
fn OptionFields(draft: PollDraft, error: Signal<Option<String>>) -> impl IntoView {
    let node = NodeRef::<html::Fieldset>::new();
    let count = Memo::new(move |_| draft.options.read().len());
    // The new line is in the page by then.
    let focus = move |at: usize| {
        request_animation_frame(move || {
            let lines = node.get_untracked();
            let lines = lines.and_then(|node| node.query_selector_all(".poll-form__text").ok());
            super::view::focus_at(lines, at);
        });
    };
    let add = move || {
        if draft.add() {
            focus(count.get_untracked() - 1);
        }
    };
    let place = move |number: u32| {
        let options = draft.options.read();
        let found = options.iter().position(|option| option.number == number);
        found.unwrap_or_default()
    };
    let on_key = move |event: &KeyboardEvent, at: usize| {
        if event.key() != "Enter" || event.is_composing() {
            return;
        }
        // To the next line, instead of sending what is not finished.
        event.prevent_default();
        if at + 1 < count.get_untracked() {
            focus(at + 1);
        } else {
            add();
        }
    };
    let remove = move |number: u32| {
        let at = untrack(move || place(number));
        draft.remove(number);
        focus(at.min(count.get_untracked().saturating_sub(1)));
    };
    view! {
        <fieldset class="field poll-form__options" class=("field--wrong", move || error.with(Option::is_some)) node_ref=node>
            <legend class="field__label">{move || polls().options}</legend>
            <For each=move || draft.options.get() key=|option| option.number let(option)>
                {
                    let OptionField { number, text } = option;
                    let typed = text.get_untracked();
                    view! {
                <div class="field__box poll-form__option">
                    <input
                        class="field__input poll-form__text"
                        type="text"
                        autocomplete="off"
                        aria-label=move || (polls().option)(place(number) + 1)
                        placeholder=move || (polls().option)(place(number) + 1)
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        prop:value=typed
                        on:input:target=move |event| text.set(event.target().value())
                        on:keydown=move |event| on_key(&event, untrack(move || place(number)))
                    />
                    <Show when=move || PollOptions::MIN_COUNT < count.get()>
                        <IconButton
                            icon=IconName::Close
                            label=Signal::derive(move || (polls().remove_option)(place(number) + 1))
                            on:click=move |_| remove(number)
                        />
                    </Show>
                </div>
                    }
                }
            </For>
            <p class="field__note" aria-live="polite">
                {move || error.get().map(|error| view! { <span class="field__error">{error}</span> })}
            </p>
            <Show when=move || count.get() < PollOptions::MAX_COUNT>
                <Button kind=ButtonKind::Secondary icon=IconName::Plus on:click=move |_| add()>
                    {move || polls().add_option}
                </Button>
            </Show>
        </fieldset>
    }
}

/// When nobody can vote any more.
#[component]
fn ClosingField(draft: PollDraft, error: Signal<Option<String>>) -> impl IntoView {
    let choose = move |chosen: String| {
        let at = chosen.parse().unwrap_or(0_usize);
        draft
            .closing
            .set(Closing::ALL.get(at).copied().unwrap_or_default());
    };
    let option = move |(at, closing): (usize, Closing)| {
        view! {
            <option value=at.to_string() selected=move || draft.closing.get() == closing>
                {move || closing.label()}
            </option>
        }
    };
    view! {
        <div class="field" class=("field--wrong", move || error.with(Option::is_some))>
            <label class="field__label" for="poll-closes">
                {move || polls().closes}
            </label>
            <div class="field__box">
                <select
                    class="field__input"
                    id="poll-closes"
                    on:change:target=move |event| choose(event.target().value())
                >
                    {Closing::ALL.into_iter().enumerate().map(option).collect_view()}
                </select>
            </div>
            <Show when=move || draft.closing.get() == Closing::Own>
                <div class="field__box poll-form__time">
                    <input
                        class="field__input"
                        type="datetime-local"
                        aria-label=move || polls().own_time_label
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        prop:value=draft.own_time.get_untracked()
                        on:input:target=move |event| draft.own_time.set(event.target().value())
                    />
                </div>
            </Show>
            <p class="field__note" aria-live="polite">
                {move || error.get().map(|error| view! { <span class="field__error">{error}</span> })}
            </p>
        </div>
    }
}

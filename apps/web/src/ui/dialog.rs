//! Dialogs on the native `<dialog>`: it traps the focus, closes on Escape and gives the focus back.

use leptos::{ev, html, prelude::*};

use super::{Button, ButtonKind, IconButton, IconName};
use crate::i18n::texts;

/// A dialog. What is in it exists only while it is open, so every opening starts afresh.
#[component]
pub fn Dialog(
    /// Whether it is open; also set to `false` by Escape, the cross and a press outside.
    open: RwSignal<bool>,
    /// Its heading and name.
    #[prop(into)]
    title: Signal<String>,
    /// Whether only what is in it closes it: for what nobody sees again.
    #[prop(optional, into)]
    is_held: Signal<bool>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    // The effect runs after the dialog is in the page, and again at each change.
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // It fails only when the dialog is not in the page, and then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => (),
        }
    });
    // A press that began inside, for example to select text, does not close it.
    let pressed_outside = StoredValue::new(false);
    let is_outside = move |event: &ev::MouseEvent| {
        node.get_untracked()
            .is_some_and(|dialog| event.target().as_deref() == Some(dialog.as_ref()))
    };
    view! {
        <dialog
            class="dialog"
            node_ref=node
            aria-label=move || title.get()
            on:close=move |_| {
                // Some browsers close it all the same, as for a second Escape.
                if is_held.get_untracked() && open.get_untracked() {
                    node.get_untracked().into_iter().for_each(|dialog| drop(dialog.show_modal()));
                } else {
                    open.set(false);
                }
            }
            on:keydown=move |event| {
                if event.key() == "Escape" && is_held.get_untracked() {
                    event.prevent_default();
                }
            }
            on:mousedown=move |event| pressed_outside.set_value(is_outside(&event))
            on:click=move |event| {
                if pressed_outside.get_value() && is_outside(&event) && !is_held.get_untracked() {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                <div class="dialog__box">
                    <header class="dialog__head">
                        <h2 class="dialog__title">{move || title.get()}</h2>
                        <Show when=move || !is_held.get()>
                            <IconButton
                                icon=IconName::Close
                                label=move || texts().common.close
                                on:click=move |_| open.set(false)
                            />
                        </Show>
                    </header>
                    <div class="dialog__body">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
}

/// Asks before something that cannot be undone.
#[component]
pub fn ConfirmDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What will happen.
    #[prop(into)]
    text: Signal<String>,
    /// What the button that does it says.
    #[prop(into)]
    action: Signal<String>,
    /// Does it; the dialog is closed before.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title>
            <p class="dialog__text">{move || text.get()}</p>
            <div class="dialog__actions">
                <Button kind=ButtonKind::Secondary on:click=move |_| open.set(false)>
                    {move || texts().common.cancel}
                </Button>
                <Button
                    kind=ButtonKind::Danger
                    on:click=move |_| {
                        open.set(false);
                        on_confirm.run(());
                    }
                >
                    {move || action.get()}
                </Button>
            </div>
        </Dialog>
    }
}

//! The button that sends. The right mouse button on it, or holding it, shows the other way to send.

use std::time::Duration;

use leptos::ev::{MouseEvent, PointerEvent};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::{Manner, Writing};
use crate::i18n::{sending, texts};
use crate::ui::{IconButton, IconName, Menu, MenuAnchor, MenuItem};

/// How long a finger stays for the menu.
const HOLD: Duration = Duration::from_millis(500);

#[component]
pub(super) fn SendButton(writing: Writing, can_send: Memo<bool>, is_editing: Memo<bool>) -> impl IntoView {
    let menu = RwSignal::new(None::<MenuAnchor>);
    let hold = StoredValue::new(None::<TimeoutHandle>);
    // Where the menu opens once the finger is lifted: one that opened under it would be closed by that.
    let held_at = RwSignal::new(None::<MenuAnchor>);
    // The press that ends a hold sends nothing.
    let was_held = StoredValue::new(false);
    let open = move |anchor: MenuAnchor| {
        if can_send.get_untracked() && !is_editing.get_untracked() {
            menu.set(Some(anchor));
        }
    };
    let let_go = move || {
        if let Some(Some(hold)) = hold.try_update_value(Option::take) {
            hold.clear();
        }
    };
    let press = move |event: PointerEvent| {
        // The box keeps the focus, and with it the keyboard of a phone.
        event.prevent_default();
        was_held.set_value(false);
        if event.pointer_type() != "touch" {
            return;
        }
        let anchor = MenuAnchor::below_target(&event);
        let held = move || {
            was_held.try_set_value(true);
            held_at.try_set(Some(anchor));
        };
        hold.set_value(set_timeout_with_handle(held, HOLD).ok());
    };
    let lift = move |_: PointerEvent| {
        let_go();
        if let Some(anchor) = held_at.get_untracked() {
            held_at.set(None);
            request_animation_frame(move || open(anchor));
        }
    };
    let give_up = move |_: PointerEvent| {
        let_go();
        held_at.set(None);
    };
    let click = move |event: MouseEvent| {
        if was_held.get_value() {
            was_held.set_value(false);
            event.prevent_default();
        }
    };
    let context_menu = move |event: MouseEvent| {
        event.prevent_default();
        // A finger that holds asks for it too.
        if hold.with_value(Option::is_none) {
            open(MenuAnchor::below_target(&event));
        }
    };
    on_cleanup(let_go);
    view! {
        <span
            class="composer__send"
            class=("composer__send--ready", move || can_send.get())
            on:contextmenu=context_menu
            class=("composer__send--held", move || held_at.read().is_some())
            on:pointerup=lift
            on:pointercancel=give_up
            on:pointerleave=give_up
        >
            <IconButton
                icon=Signal::derive(move || if is_editing.get() { IconName::Check } else { IconName::Send })
                label=move || if is_editing.get() { texts().reactions.save } else { texts().chat.send }
                submits=true
                disabled=Signal::derive(move || !can_send.get())
                on:pointerdown=press
                on:click=click
            />
            <Menu anchor=menu label=move || sending().ways>
                <MenuItem icon=IconName::Mute on:click=move |_| writing.send(Manner::Silent)>
                    {move || sending().silently}
                </MenuItem>
            </Menu>
        </span>
    }
}

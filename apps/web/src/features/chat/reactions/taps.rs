//! A double click or a double tap on a message.

use damso_domain::Seq;
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use super::Reactor;

/// How long after the first tap the second may come, in milliseconds.
const PATIENCE_MILLIS: f64 = 350.0;
/// How far from the first it may be, in pixels.
const REACH: f64 = 28.0;

/// Listens for two taps in one place. A `Copy` handle.
#[derive(Clone, Copy)]
pub(crate) struct Taps {
    reactor: Reactor,
    /// When and where the last tap was.
    last: StoredValue<(f64, f64, f64)>,
}

impl Taps {
    pub fn new() -> Self {
        Self {
            reactor: Reactor::expect(),
            last: StoredValue::new((f64::NEG_INFINITY, 0.0, 0.0)),
        }
    }

    /// A second press within a moment would select a word.
    pub fn on_mouse_down(event: &MouseEvent) {
        if 1 < event.detail() && !is_control(event.target()) {
            event.prevent_default();
        }
    }

    /// Two clicks of a mouse, as the system counts them.
    pub fn on_double_click(self, event: &MouseEvent, seq: Option<Seq>) {
        // Where fingers make these too, the taps have been counted already.
        let is_tapped = js_sys::Date::now() - self.last.get_value().0 < PATIENCE_MILLIS * 2.0;
        if let (Some(seq), false, false) = (seq, is_control(event.target()), is_tapped) {
            self.reactor.toggle_heart(seq);
        }
    }

    /// A finger leaves the screen: browsers differ in what they make of two taps, so they are counted here.
    pub fn on_pointer_up(self, event: &PointerEvent, seq: Option<Seq>) {
        if event.pointer_type() != "touch" || is_control(event.target()) {
            return;
        }
        let (now, x, y) = (
            js_sys::Date::now(),
            f64::from(event.client_x()),
            f64::from(event.client_y()),
        );
        let (before, last_x, last_y) = self.last.get_value();
        let is_second = now - before < PATIENCE_MILLIS && (x - last_x).hypot(y - last_y) < REACH;
        self.last.set_value((now, x, y));
        if let (true, Some(seq)) = (is_second, seq) {
            // A third tap is not the second of another pair.
            self.last.set_value((now, f64::NEG_INFINITY, 0.0));
            self.reactor.toggle_heart(seq);
        }
    }
}

/// Links, pictures and buttons have a meaning of their own.
fn is_control(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    let control = element.and_then(|element| element.closest("a, button").ok().flatten());
    control.is_some()
}

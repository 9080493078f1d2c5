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
/// For how long after a finger the browser may still tell of clicks that it makes of it, in milliseconds.
const ECHO_MILLIS: f64 = 700.0;

/// Listens for two taps in one place. A `Copy` handle.
#[derive(Clone, Copy)]
pub(crate) struct Taps {
    reactor: Reactor,
    /// When a finger last left the message.
    touched_at: StoredValue<f64>,
    /// When and where the last tap was.
    last: StoredValue<(f64, f64, f64)>,
}

impl Taps {
    pub fn new() -> Self {
        Self {
            reactor: Reactor::expect(),
            touched_at: StoredValue::new(f64::NEG_INFINITY),
            last: StoredValue::new((f64::NEG_INFINITY, 0.0, 0.0)),
        }
    }

    /// A second press within a moment would select a word.
    pub fn on_mouse_down(event: &MouseEvent) {
        if 1 < event.detail() && !is_control(event.target()) {
            event.prevent_default();
        }
    }

    /// Notes that it was a finger.
    pub fn on_pointer_up(self, event: &PointerEvent) {
        if event.pointer_type() == "touch" {
            self.touched_at.set_value(js_sys::Date::now());
        }
    }

    fn is_touched(self) -> bool {
        js_sys::Date::now() - self.touched_at.get_value() < ECHO_MILLIS
    }

    /// Two clicks of a mouse, as the system counts them. Only some browsers make them of two taps.
    pub fn on_double_click(self, event: &MouseEvent, seq: Option<Seq>) {
        if let (Some(seq), false, false) = (seq, is_control(event.target()), self.is_touched()) {
            self.reactor.toggle_heart(seq);
        }
    }

    /// Counts the taps of a finger. Not before the browser has made a click of the second one: the heart appears below
    /// the message, just where that click would then fall.
    pub fn on_click(self, event: &MouseEvent, seq: Option<Seq>) {
        if !self.is_touched() || is_control(event.target()) {
            return;
        }
        let (now, x, y) = (
            event.time_stamp(),
            f64::from(event.client_x()),
            f64::from(event.client_y()),
        );
        let (before, last_x, last_y) = self.last.get_value();
        let is_second = now - before < PATIENCE_MILLIS && (x - last_x).hypot(y - last_y) < REACH;
        // A third tap is not the second of another pair.
        self.last
            .set_value((if is_second { f64::NEG_INFINITY } else { now }, x, y));
        if let (true, Some(seq)) = (is_second, seq) {
            self.reactor.toggle_heart(seq);
        }
    }
}

/// Links, pictures, buttons and what can be voted for have a meaning of their own.
fn is_control(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    let control = element.and_then(|element| element.closest("a, button, label").ok().flatten());
    control.is_some()
}

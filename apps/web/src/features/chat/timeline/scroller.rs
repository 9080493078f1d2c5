//! Where the screen stands in a conversation.
//!
//! The browser's own scroll anchoring is switched off, because not every engine has it: whenever the
//! content changes its size, the row that is being read is put back to where it was, before the next frame
//! is painted. At the end the end stays in view.

use std::time::Duration;

use damso_domain::{ConversationId, Seq};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver, ScrollBehavior, ScrollToOptions};

use super::rows::{DIVIDER_ID, Rows};
use crate::app::is_looked_at;
use crate::features::chat::replying::Jump;
use crate::stores::ChatStore;

/// Closer than this to the end counts as the end, in pixels.
const END: f64 = 48.0;
/// More is loaded when less than this lies beyond the edge, in pixels.
const NEAR_EDGE: f64 = 900.0;
/// How long something has to be shown before it counts as read.
const READ_AFTER: Duration = Duration::from_millis(300);
/// How far from the top the first unread message opens, as a share of the height.
const DIVIDER_AT: f64 = 0.25;

/// How far from the top a message that was sought comes to lie, as a share of the height.
const SOUGHT_AT: f64 = 0.3;

/// What must not move.
#[derive(Clone, Debug, PartialEq)]
enum Anchor {
    /// The conversation has just been opened: the divider, or the end, is about to be found.
    Opening { at_divider: bool },
    /// The end is in view, whatever comes.
    End,
    /// A message is about to be shown: its number.
    Seeking(Seq),
    /// A row is being read: its element, and how far below the upper edge it lies.
    Row { element_id: String, offset: f64 },
}

/// Where the screen stands. A `Copy` handle.
#[derive(Clone, Copy)]
pub(super) struct Scroller {
    id: ConversationId,
    chats: ChatStore,
    log: NodeRef<html::Div>,
    content: NodeRef<html::Div>,
    anchor: StoredValue<Anchor>,
    is_at_end: RwSignal<bool>,
    is_measuring: StoredValue<bool>,
    is_marking: StoredValue<bool>,
}

impl Scroller {
    pub fn new(
        id: ConversationId,
        log: NodeRef<html::Div>,
        content: NodeRef<html::Div>,
        at_divider: bool,
    ) -> Self {
        Self {
            id,
            chats: expect_context(),
            log,
            content,
            anchor: StoredValue::new(Anchor::Opening { at_divider }),
            is_at_end: RwSignal::new(true),
            is_measuring: StoredValue::new(false),
            is_marking: StoredValue::new(false),
        }
    }

    /// Whether the end is in view; tracked.
    pub fn is_at_end(self) -> bool {
        self.is_at_end.get()
    }

    /// Keeps the place from now on.
    pub fn watch(self, rows: Memo<Rows>, sent: RwSignal<u32>, jump: Jump) {
        self.chats.follow(self.id, true);
        Effect::new(move |_| {
            if let Some(seq) = jump.get() {
                self.jump_to(seq);
            }
        });
        self.observe_sizes();
        Effect::new(move |_| {
            rows.track();
            // Rows may change places without a change of height.
            request_animation_frame(move || self.restore());
        });
        Effect::new(move |before: Option<u32>| {
            let sent = sent.get();
            if before.is_some_and(|before| before != sent) {
                self.jump_to_end();
            }
            sent
        });
        // What came while nobody looked counts as read when somebody does again.
        let focus = window_event_listener(leptos::ev::focus, move |_| self.note_shown());
        let visibility = window_event_listener(leptos::ev::visibilitychange, move |_| self.note_shown());
        on_cleanup(move || {
            focus.remove();
            visibility.remove();
        });
    }

    /// To the newest message.
    pub fn jump_to_end(self) {
        self.anchor.set_value(Anchor::End);
        let has_more = self
            .chats
            .peek_timeline(self.id, damso_client_state::Timeline::has_more_after);
        if has_more == Some(true) {
            self.chats.load_newest(self.id);
        } else {
            self.restore();
        }
    }

    /// To a message, which is fetched with what is around it when it is not here.
    fn jump_to(self, seq: Seq) {
        self.anchor.set_value(Anchor::Seeking(seq));
        // What is on its way may come in place of what is here, as when the conversation has just been opened.
        let is_settled = self.chats.peek_timeline(self.id, |timeline| !timeline.is_busy());
        if is_settled == Some(true) && self.element_of(seq).is_some() {
            self.restore();
        } else {
            self.chats.load_around(self.id, seq);
        }
    }

    /// Puts a message that was sought where the eye falls, and points at it. While its page is on the way nothing moves.
    fn place_sought(self, log: &HtmlElement, seq: Seq) {
        let Some(row) = self.element_of(seq) else {
            let is_coming = self
                .chats
                .peek_timeline(self.id, damso_client_state::Timeline::is_busy);
            // It is not there any more.
            if is_coming != Some(true) {
                self.capture();
            }
            return;
        };
        let above = row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top();
        let wanted = f64::from(log.client_height()) * SOUGHT_AT;
        scroll_to(
            log,
            f64::from(log.scroll_top()) + above - wanted,
            ScrollBehavior::Instant,
        );
        self.capture();
        point_at(&row);
    }

    fn element_of(self, seq: Seq) -> Option<Element> {
        let number = seq.to_string();
        let is_sought = |row: &Element| row.get_attribute("data-seq").as_ref() == Some(&number);
        self.row_elements().into_iter().find(is_sought)
    }

    /// Looks once a frame at the most.
    pub fn on_scroll(self) {
        if self.is_measuring.get_value() {
            return;
        }
        self.is_measuring.set_value(true);
        request_animation_frame(move || {
            if self.is_measuring.try_set_value(false).is_none() {
                self.capture();
                self.load_near_edges();
                self.note_shown();
            }
        });
    }

    fn observe_sizes(self) {
        let on_resize = Closure::<dyn FnMut()>::new(move || self.restore());
        let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) else {
            return;
        };
        let observer = StoredValue::new_local((observer, on_resize));
        Effect::new(move |_| {
            if let (Some(log), Some(content)) = (self.log.get(), self.content.get()) {
                observer.with_value(|(observer, _)| {
                    observer.observe(&log);
                    observer.observe(&content);
                });
            }
        });
        on_cleanup(move || {
            observer.try_with_value(|(observer, _)| observer.disconnect());
        });
    }

    /// Puts what is being read back to where it was.
    fn restore(self) {
        // The conversation may have been closed since this was asked for.
        let Some(Some(log)) = self.log.try_get_untracked() else {
            return;
        };
        let log: &HtmlElement = &log;
        match self.anchor.get_value() {
            Anchor::Opening { at_divider } => self.place_opening(log, at_divider),
            Anchor::Seeking(seq) => self.place_sought(log, seq),
            Anchor::End => scroll_to(log, f64::from(log.scroll_height()), ScrollBehavior::Instant),
            Anchor::Row { element_id, offset } => match row_offset(log, &element_id) {
                Some(now) if 0.5 < (now - offset).abs() => {
                    scroll_to(
                        log,
                        f64::from(log.scroll_top()) + now - offset,
                        ScrollBehavior::Instant,
                    );
                }
                Some(_) => (),
                // The row itself is gone: what is there now is what is being read.
                None => self.capture(),
            },
        }
        self.load_near_edges();
        self.note_shown();
    }

    fn place_opening(self, log: &HtmlElement, at_divider: bool) {
        let is_loaded = self
            .chats
            .peek_timeline(self.id, damso_client_state::Timeline::is_loaded);
        if is_loaded != Some(true) {
            return;
        }
        match row_offset(log, DIVIDER_ID).filter(|_| at_divider) {
            Some(offset) => {
                let above = f64::from(log.client_height()) * DIVIDER_AT;
                scroll_to(
                    log,
                    f64::from(log.scroll_top()) + offset - above,
                    ScrollBehavior::Instant,
                );
            }
            None => scroll_to(log, f64::from(log.scroll_height()), ScrollBehavior::Instant),
        }
        self.capture();
    }

    /// Remembers what is being read.
    fn capture(self) {
        let Some(Some(log)) = self.log.try_get_untracked() else {
            return;
        };
        let remaining = f64::from(log.scroll_height() - log.scroll_top() - log.client_height());
        let has_more = self
            .chats
            .peek_timeline(self.id, damso_client_state::Timeline::has_more_after);
        let is_at_end = remaining <= END && has_more != Some(true);
        let anchor = if is_at_end {
            Some(Anchor::End)
        } else {
            self.first_visible(&log)
        };
        if let Some(anchor) = anchor {
            self.anchor.set_value(anchor);
        }
        if self.is_at_end.get_untracked() != is_at_end {
            self.is_at_end.set(is_at_end);
            self.chats.follow(self.id, is_at_end);
        }
    }

    fn first_visible(self, log: &HtmlElement) -> Option<Anchor> {
        let top = log.get_bounding_client_rect().top();
        let row = self
            .row_elements()
            .into_iter()
            .find(|row| top < row.get_bounding_client_rect().bottom())?;
        Some(Anchor::Row {
            element_id: row.id(),
            offset: row.get_bounding_client_rect().top() - top,
        })
    }

    fn row_elements(self) -> Vec<Element> {
        let Some(Some(content)) = self.content.try_get_untracked() else {
            return Vec::new();
        };
        let children = content.children();
        (0..children.length())
            .filter_map(|at| children.item(at))
            .filter(|row| !row.id().is_empty())
            .collect()
    }

    fn load_near_edges(self) {
        let Some(Some(log)) = self.log.try_get_untracked() else {
            return;
        };
        if matches!(self.anchor.get_value(), Anchor::Opening { .. }) {
            return;
        }
        let above = f64::from(log.scroll_top());
        let below = f64::from(log.scroll_height() - log.scroll_top() - log.client_height());
        if above < NEAR_EDGE {
            self.chats.load_before(self.id);
        }
        if below < NEAR_EDGE {
            self.chats.load_after(self.id);
        }
    }

    /// What is shown to somebody who looks counts as read after a moment.
    fn note_shown(self) {
        if self.is_marking.try_get_value() != Some(false) || !is_looked_at() {
            return;
        }
        self.is_marking.set_value(true);
        let mark = move || {
            if self.is_marking.try_set_value(false).is_some() || !is_looked_at() {
                return;
            }
            if let Some(seq) = self.last_shown() {
                self.chats.mark_read(self.id, seq);
            }
        };
        set_timeout(mark, READ_AFTER);
    }

    fn last_shown(self) -> Option<Seq> {
        if matches!(self.anchor.get_value(), Anchor::Opening { .. }) {
            return None;
        }
        let bottom = self.log.try_get_untracked()??.get_bounding_client_rect().bottom();
        let is_shown = |row: &&Element| row.get_bounding_client_rect().top() + SHOWN_PIXELS < bottom;
        let rows = self.row_elements();
        rows.iter()
            .rev()
            .filter(is_shown)
            .find_map(|row| row.get_attribute("data-seq")?.parse().ok())
            .map(Seq::new)
    }
}

/// As much of a row has to be in view before it counts as shown.
const SHOWN_PIXELS: f64 = 24.0;

/// Lets a row light up for a moment, and tells those who do not see it by moving the focus there.
fn point_at(row: &Element) {
    let (classes, row) = (row.class_list(), row.clone());
    // Fails for a name with spaces alone.
    let _ = classes.add_1(FOUND);
    if let Some(row) = row.dyn_ref::<HtmlElement>() {
        // It fails only for an element that is not in the page any more.
        let _ = row.focus();
    }
    let fade = move || {
        let _ = classes.remove_1(FOUND);
    };
    set_timeout(fade, FOUND_FOR);
}

/// A message that was sought.
const FOUND: &str = "message--found";
/// How long it is pointed at, as long as its animation.
const FOUND_FOR: Duration = Duration::from_millis(1_600);

/// How far below the upper edge of the log a row lies.
fn row_offset(log: &Element, element_id: &str) -> Option<f64> {
    let row = document().get_element_by_id(element_id)?;
    Some(row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top())
}

fn scroll_to(log: &Element, top: f64, behavior: ScrollBehavior) {
    let options = ScrollToOptions::new();
    options.set_top(top);
    options.set_behavior(behavior);
    log.scroll_to_with_scroll_to_options(&options);
}

//! Going through the grid by keys.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Gives an element the focus.
pub(super) fn focus(element: Option<Element>) {
    if let Some(Ok(element)) = element.map(JsCast::dyn_into::<HtmlElement>) {
        // It fails only for an element that is not in the page any more.
        let _ = element.focus();
    }
}

/// A step through the grid by an arrow key.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Back,
    On,
    Up,
    Down,
    First,
    Last,
}

impl Step {
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Back,
            "ArrowRight" => Self::On,
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }

    /// The cell that it leads to; above the first row is the search field. `None` when no cell has the focus.
    pub fn lead(self, body: &HtmlElement) -> Option<Element> {
        let focused = document().active_element()?;
        let list = body.query_selector_all(".emoji__cell").ok()?;
        let all: Vec<HtmlElement> = (0..list.length())
            .filter_map(|at| list.get(at)?.dyn_into().ok())
            .collect();
        let at = all.iter().position(|cell| cell.is_same_node(Some(&focused)))?;
        let top = all.first()?.offset_top();
        let columns = all.iter().take_while(|cell| cell.offset_top() == top).count();
        let last = all.len() - 1;
        let to = match self {
            Self::Back => at.saturating_sub(1),
            Self::On => (at + 1).min(last),
            Self::Up if at < columns => return body.parent_element()?.query_selector("input").ok()?,
            Self::Up => at - columns,
            Self::Down => (at + columns).min(last),
            Self::First => 0,
            Self::Last => last,
        };
        all.into_iter().nth(to).map(Into::into)
    }
}

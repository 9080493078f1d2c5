//! Menus on the native popover: on top of everything, closed by Escape and a press elsewhere.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{Icon, IconName};

/// How close to the edge of the window a menu may come, in pixels.
const MARGIN: f64 = 8.0;

/// What can be chosen, ticked or not.
const ITEM: &str = "[role^=menuitem]";

/// Where a menu opens, in pixels of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MenuAnchor {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl MenuAnchor {
    /// At the pointer: for a context menu.
    pub fn at_pointer(event: &ev::MouseEvent) -> Self {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        // A context menu that was asked for by the keyboard has no place of its own.
        if x == 0.0 && y == 0.0 {
            return Self::below_target(event);
        }
        Self {
            left: x,
            right: x,
            top: y,
            bottom: y,
        }
    }

    /// Below the control that an event came from.
    pub fn below_target(event: &ev::Event) -> Self {
        let target = event.current_target().or_else(|| event.target());
        target
            .and_then(|target| target.dyn_into::<Element>().ok())
            .map_or(
                Self {
                    left: MARGIN,
                    right: MARGIN,
                    top: MARGIN,
                    bottom: MARGIN,
                },
                |element| Self::below(&element),
            )
    }

    /// Below an element.
    pub fn below(element: &Element) -> Self {
        let rect = element.get_bounding_client_rect();
        Self {
            left: rect.left(),
            right: rect.right(),
            top: rect.top(),
            bottom: rect.bottom(),
        }
    }
}

/// A menu of [`MenuItem`]s.
#[component]
pub fn Menu(
    /// Where it is open; `None` while it is closed. Telling it anew fits the menu to changed items.
    anchor: RwSignal<Option<MenuAnchor>>,
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// The items; they exist only while it is open.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let (Some(menu), place) = (node.get(), anchor.get()) else {
            return;
        };
        match place {
            // Both fail only when the popover already is as it should be.
            Some(place) => {
                drop(menu.show_popover());
                // Before the next paint, and after the items have been drawn.
                request_animation_frame(move || {
                    move_to(&menu, place);
                    if !menu.contains(document().active_element().as_deref()) {
                        focus_item(&menu, Step::First);
                    }
                });
            }
            None => drop(menu.hide_popover()),
        }
    });
    view! {
        <div
            class="menu"
            role="menu"
            popover="auto"
            node_ref=node
            aria-label=move || label.get()
            on:toggle=move |_| {
                let is_closed = node
                    .get_untracked()
                    .is_some_and(|menu| !menu.matches(":popover-open").unwrap_or(false));
                if is_closed && anchor.get_untracked().is_some() {
                    anchor.set(None);
                }
            }
            on:keydown=move |event| {
                if let (Some(menu), Some(step)) = (node.get_untracked(), Step::from_key(&event.key())) {
                    event.prevent_default();
                    focus_item(&menu, step);
                }
            }
            on:click=move |event| {
                let is_item = event
                    .target()
                    .and_then(|target| target.dyn_into::<Element>().ok())
                    .is_some_and(|element| element.closest(ITEM).ok().flatten().is_some());
                // Hidden at once, while the item still has the focus, so that the focus goes back to
                // where it was. The toggle event then empties the menu.
                if let (true, Some(menu)) = (is_item, node.get_untracked()) {
                    drop(menu.hide_popover());
                }
            }
        >
            <Show when=move || anchor.get().is_some()>{children()}</Show>
        </div>
    }
}

/// One thing to do. `on:click` on the component is put on the `<button>`; the menu closes by itself.
///
/// Transparent for the reason that buttons are.
#[component(transparent)]
pub fn MenuItem(
    /// Stands before the words.
    icon: IconName,
    /// Takes something away.
    #[prop(optional)]
    danger: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button class="menu__item" class=("menu__item--danger", danger) type="button" role="menuitem" tabindex="-1">
            <Icon name=icon />
            <span>{children()}</span>
        </button>
    }
}

/// Which item the focus goes to.
#[derive(Clone, Copy)]
enum Step {
    First,
    Last,
    Next,
    Previous,
}

impl Step {
    fn from_key(key: &str) -> Option<Self> {
        match key {
            "ArrowDown" | "ArrowRight" => Some(Self::Next),
            "ArrowUp" | "ArrowLeft" => Some(Self::Previous),
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            _ => None,
        }
    }

    const fn target(self, current: Option<u32>, count: u32) -> u32 {
        match (self, current) {
            (Self::First, _) | (Self::Next, None) => 0,
            (Self::Last, _) | (Self::Previous, None | Some(0)) => count - 1,
            (Self::Next, Some(at)) => (at + 1) % count,
            (Self::Previous, Some(at)) => at - 1,
        }
    }
}

fn focus_item(menu: &Element, step: Step) {
    let Ok(items) = menu.query_selector_all(ITEM) else {
        return;
    };
    if items.length() == 0 {
        return;
    }
    let focused = document().active_element();
    let current = (0..items.length()).find(|&at| items.get(at).as_ref() == focused.as_deref());
    let item = items.get(step.target(current, items.length()));
    if let Some(item) = item.and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        drop(item.focus());
    }
}

/// Below the anchor and inside the window; above it where there is no room below.
fn move_to(menu: &HtmlElement, anchor: MenuAnchor) {
    let rect = menu.get_bounding_client_rect();
    let side =
        |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64()).unwrap_or(0.0);
    let (width, height) = (side(window().inner_width()), side(window().inner_height()));
    let left = if anchor.left + rect.width() + MARGIN <= width {
        anchor.left
    } else {
        anchor.right - rect.width()
    };
    let fits_below = anchor.bottom + rect.height() + MARGIN <= height;
    let top = if fits_below {
        anchor.bottom
    } else {
        anchor.top - rect.height()
    };
    let clamp = |at: f64, room: f64| at.min(room - MARGIN).max(MARGIN);
    let style = menu.style();
    for (name, value) in [
        ("left", clamp(left, width - rect.width())),
        ("top", clamp(top, height - rect.height())),
    ] {
        // Fails only for a read-only declaration, which an element's own is not.
        drop(style.set_property(name, &format!("{}px", value.round() as i32)));
    }
}

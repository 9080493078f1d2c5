//! A row that is swiped and held with a finger. What that does is in the row's menu as well.

use std::time::Duration;

use leptos::ev::{MouseEvent, PointerEvent};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::ui::{Icon, IconName, MenuAnchor};

/// From here on a move is a swipe and not a tap, in pixels.
const SLOP: f64 = 10.0;
/// A swipe this far does what it shows, in pixels.
const FAR_ENOUGH: f64 = 72.0;
/// How far a row can be swiped, in pixels.
const FARTHEST: f64 = 104.0;
/// A finger that rests for so long asks for the menu.
const HOLD: Duration = Duration::from_millis(500);

/// What shows behind a row that is swiped.
type Side = (IconName, &'static str);

/// A finger on the row.
#[derive(Clone, Copy)]
struct Touch {
    x: f64,
    y: f64,
    hold: Option<TimeoutHandle>,
    is_swipe: bool,
}

/// A row that does one thing when it is swiped to the left, another one to the right, and a third when it is held.
#[component]
pub(super) fn Swipeable(
    /// What a swipe to the left shows.
    left: Signal<Side>,
    /// What a swipe to the right shows.
    right: Signal<Side>,
    /// It was swiped to the left.
    #[prop(into)]
    on_left: Callback<()>,
    /// It was swiped to the right.
    #[prop(into)]
    on_right: Callback<()>,
    /// It was held, here.
    #[prop(into)]
    on_hold: Callback<MenuAnchor>,
    /// The row.
    children: Children,
) -> impl IntoView {
    let moved = RwSignal::new(0.0_f64);
    let touch = StoredValue::new(None::<Touch>);
    // The press that ends a swipe or a hold opens nothing.
    let swallows_click = StoredValue::new(false);
    let let_go = move || {
        let held = touch.try_update_value(Option::take).flatten();
        if let Some(hold) = held.and_then(|touch| touch.hold) {
            hold.clear();
        }
        held
    };
    let begin = move |event: PointerEvent| {
        swallows_click.set_value(false);
        if event.pointer_type() != "touch" || !event.is_primary() {
            return;
        }
        let anchor = MenuAnchor::at_pointer(&event);
        let hold = set_timeout_with_handle(
            move || {
                touch.try_set_value(None);
                swallows_click.try_set_value(true);
                on_hold.try_run(anchor);
            },
            HOLD,
        );
        touch.set_value(Some(Touch {
            x: f64::from(event.client_x()),
            y: f64::from(event.client_y()),
            hold: hold.ok(),
            is_swipe: false,
        }));
    };
    let drag = move |event: PointerEvent| {
        let Some(mut at) = touch.get_value() else { return };
        let (x, y) = (
            f64::from(event.client_x()) - at.x,
            f64::from(event.client_y()) - at.y,
        );
        if !at.is_swipe {
            if x.abs().max(y.abs()) < SLOP {
                return;
            }
            let_go();
            if x.abs() <= y.abs() {
                return;
            }
            at = Touch {
                hold: None,
                is_swipe: true,
                ..at
            };
            touch.set_value(Some(at));
        }
        moved.set(x.clamp(-FARTHEST, FARTHEST));
    };
    let end = move |_: PointerEvent| {
        let was_swipe = let_go().is_some_and(|touch| touch.is_swipe);
        if !was_swipe {
            return;
        }
        swallows_click.set_value(true);
        let far = moved.get_untracked();
        moved.set(0.0);
        if far <= -FAR_ENOUGH {
            on_left.run(());
        } else if FAR_ENOUGH <= far {
            on_right.run(());
        }
    };
    let cancel = move |_: PointerEvent| {
        let_go();
        moved.set(0.0);
    };
    let click = move |event: MouseEvent| {
        if swallows_click.get_value() {
            swallows_click.set_value(false);
            event.prevent_default();
            event.stop_propagation();
        }
    };
    on_cleanup(move || {
        let_go();
    });
    let is_moving = Memo::new(move |_| 0.0 < moved.get().abs());
    view! {
        <div
            class="swipe"
            class=("swipe--moving", move || is_moving.get())
            on:pointerdown=begin
            on:pointermove=drag
            on:pointerup=end
            on:pointercancel=cancel
            on:click:capture=click
        >
            {move || is_moving.get().then(|| view! { <Behind moved left right /> })}
            <div class="swipe__row" style:translate=move || is_moving.get().then(|| format!("{}px", moved.get()))>
                {children()}
            </div>
        </div>
    }
}

/// What shows behind the row while it is swiped.
#[component]
fn Behind(moved: RwSignal<f64>, left: Signal<Side>, right: Signal<Side>) -> impl IntoView {
    let is_left = Memo::new(move |_| moved.get() < 0.0);
    let is_far = Memo::new(move |_| FAR_ENOUGH <= moved.get().abs());
    let side = move || if is_left.get() { left.get() } else { right.get() };
    view! {
        <div
            class="swipe__side"
            class=("swipe__side--left", move || is_left.get())
            class=("swipe__side--far", move || is_far.get())
            aria-hidden="true"
        >
            <Icon name=Signal::derive(move || side().0) />
            <span>{move || side().1}</span>
        </div>
    }
}

//! A list beside what was chosen from it, and a drawer beside that; one at a time where it is narrow.

use leptos::prelude::*;

/// Which pane a narrow screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// The list, with the bottom tabs.
    List,
    /// What was chosen.
    Detail,
    /// The drawer beside what was chosen.
    Drawer,
}

impl Showing {
    const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Detail => "detail",
            Self::Drawer => "drawer",
        }
    }
}

/// The panes of one area. `list` and `detail` bring their own elements: a `section.pane` and a `main.stage`;
/// the drawer is an `aside.drawer`.
#[component]
pub fn Panes(
    /// Which one a narrow screen shows; the drawer exists on wide screens only while it is shown.
    #[prop(into)]
    showing: Signal<Showing>,
    /// The list on the left.
    #[prop(into)]
    list: ViewFn,
    /// What was chosen from it.
    #[prop(into)]
    detail: ViewFn,
    /// More about what was chosen.
    #[prop(optional, into)]
    drawer: ViewFn,
) -> impl IntoView {
    let has_drawer = Memo::new(move |_| showing.get() == Showing::Drawer);
    view! {
        <div class="panes" data-showing=move || showing.get().as_str()>
            {list.run()}
            {detail.run()}
            <Show when=move || has_drawer.get()>{drawer.run()}</Show>
        </div>
    }
}

//! Shapes of what is being loaded, so that nothing jumps when it comes.

use leptos::prelude::*;

use crate::i18n::texts;

/// Rows of a list with faces.
#[component]
pub fn SkeletonRows(
    /// How many.
    #[prop(default = 6)]
    count: usize,
) -> impl IntoView {
    let row = |_| {
        view! {
            <div class="skeleton-row">
                <span class="skeleton skeleton--face"></span>
                <span class="skeleton-row__lines">
                    <span class="skeleton skeleton--name"></span>
                    <span class="skeleton skeleton--text"></span>
                </span>
            </div>
        }
    };
    view! {
        <div class="skeleton-rows" role="status" aria-label=move || texts().common.loading>
            {(0..count).map(row).collect_view()}
        </div>
    }
}

/// Lines of text.
#[component]
pub fn SkeletonLines(
    /// How many.
    #[prop(default = 3)]
    count: usize,
) -> impl IntoView {
    let line = |_| view! { <span class="skeleton skeleton--line"></span> };
    view! {
        <div class="skeleton-lines" role="status" aria-label=move || texts().common.loading>
            {(0..count).map(line).collect_view()}
        </div>
    }
}

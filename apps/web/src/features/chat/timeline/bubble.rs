//! The words of a message.

use damso_client_state::links::{Piece, split};
use leptos::prelude::*;

/// Words in a bubble; web addresses lead there.
#[component]
pub(super) fn TextBubble(text: String) -> impl IntoView {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned().into_any(),
        Piece::Link(link) => {
            let (address, link) = (link.to_owned(), link.to_owned());
            view! {
                <a class="bubble__link" href=address target="_blank" rel="noopener noreferrer">
                    {link}
                </a>
            }
            .into_any()
        }
    };
    view! {
        <p class="bubble" dir="auto">
            {split(&text).into_iter().map(piece).collect_view()}
        </p>
    }
}

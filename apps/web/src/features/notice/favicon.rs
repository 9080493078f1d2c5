//! The number of unread messages on the tab's own picture.

use leptos::prelude::document;

/// The mark as in `favicon.svg`, drawn here so that the number can be drawn over it.
const MARK: &str = "<rect width='40' height='40' rx='13' fill='%23bd3d15'/><path d='M11 12h14a3 3 0 0 1 3 3v5M11 12v10a3 3 0 0 0 3 3h2v4l5-4h8' fill='none' stroke='%23fff' stroke-width='3.2' stroke-linecap='round' stroke-linejoin='round'/>";
/// Larger numbers do not fit.
const MOST: i64 = 99;

/// Draws the number, or takes it away.
pub(super) fn show(unread: i64) {
    let Ok(Some(link)) = document().query_selector("link[rel=icon]") else {
        return;
    };
    // It fails for no name of an attribute that is written here.
    let _ = link.set_attribute("href", &picture(unread));
}

fn picture(unread: i64) -> String {
    if unread <= 0 {
        return "/favicon.svg".to_owned();
    }
    let number = if MOST < unread {
        format!("{MOST}+")
    } else {
        unread.to_string()
    };
    let size = if number.len() < 3 { 19 } else { 15 };
    format!(
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>{MARK}\
         <rect x='12' y='14' width='28' height='26' rx='11' fill='%23fff'/>\
         <text x='26' y='{}' text-anchor='middle' font-family='sans-serif' font-weight='700' font-size='{size}' \
         fill='%23bd3d15'>{number}</text></svg>",
        if size == 19 { 34 } else { 32 },
    )
}

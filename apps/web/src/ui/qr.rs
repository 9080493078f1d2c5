//! A text as a QR code.

use std::fmt::Write;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// The light frame that readers need around it.
const MARGIN: i32 = 4;

/// A text as a QR code: dark on light in every theme, because many readers know it only so.
#[component]
pub fn Qr(
    /// What it says.
    text: String,
    /// What it is for.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    // What does not fit is longer than any address of ours.
    QrCode::encode_text(&text, QrCodeEcc::Medium).ok().map(|code| {
        let side = code.size() + 2 * MARGIN;
        view! {
            <svg
                class="qr"
                role="img"
                aria-label=move || label.get()
                viewBox=format!("0 0 {side} {side}")
                shape-rendering="crispEdges"
            >
                <path d=path(&code) />
            </svg>
        }
    })
}

/// One rectangle for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if start < x {
                let length = x - start;
                let (left, top) = (start + MARGIN, y + MARGIN);
                // Writing into a text does not fail.
                let _ = write!(path, "M{left} {top}h{length}v1h-{length}z");
            }
            x += 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_draws_each_dark_module_once() {
        let text = "otpauth://totp/damso:minji?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=damso";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        let drawn: usize = path(&code)
            .split('h')
            .skip(1)
            .filter_map(|part| part.split('v').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
    }
}

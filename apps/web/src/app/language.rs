//! Which language the page speaks: the account's, else what was chosen here, else the browser's.

use damso_domain::Locale;
use leptos::prelude::*;

use crate::i18n;
use crate::session::Session;
use crate::stored;

const KEY: &str = "damso.locale";

/// Starts with the language of this browser, follows the account's, and says so on the page.
pub fn follow(session: Session) {
    i18n::set_locale(initial());
    let account_locale = Memo::new(move |_| session.me().map(|me| me.locale));
    Effect::new(move |_| {
        if let Some(locale) = account_locale.get() {
            choose(locale);
        }
    });
    Effect::new(move |_| {
        if let Some(page) = document().document_element() {
            // A constant name and a plain value: it cannot fail.
            let _ = page.set_attribute("lang", i18n::locale().as_str());
        }
    });
}

/// Changes the language and remembers it for the next time nobody is signed in.
pub fn choose(locale: Locale) {
    stored::set(KEY, Some(locale.as_str()));
    i18n::set_locale(locale);
}

fn initial() -> Locale {
    let chosen = stored::get(KEY).and_then(|tag| Locale::from_tag(&tag));
    chosen.or_else(of_browser).unwrap_or_default()
}

/// The first of the languages a person reads that the client speaks; English for those who read neither.
fn of_browser() -> Option<Locale> {
    let tags = window().navigator().languages();
    let known = tags
        .iter()
        .filter_map(|tag| tag.as_string())
        .find_map(|tag| Locale::from_tag(&tag));
    known.or_else(|| (0 < tags.length()).then_some(Locale::En))
}

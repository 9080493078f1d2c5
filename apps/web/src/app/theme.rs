//! Light, dark, or as the system is.

use leptos::prelude::*;

use crate::stored;

/// Where the script that runs before the first paint looks as well.
const KEY: &str = "damso.theme";

/// What a person chose for this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system is, also when it changes.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl ThemeChoice {
    /// In the order of the settings.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of `data-theme`; without one the stylesheet follows the system.
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn read() -> Self {
        let stored = stored::get(KEY);
        Self::ALL
            .into_iter()
            .find(|choice| choice.attribute() == stored.as_deref())
            .unwrap_or_default()
    }
}

/// The theme of this page. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<ThemeChoice>);

impl Theme {
    /// Makes it once, at the root, hands it down from here and keeps the page in step with it.
    pub fn provide() -> Self {
        let theme = Self(RwSignal::new(ThemeChoice::read()));
        Effect::new(move |_| show(theme.choice()));
        provide_context(theme);
        theme
    }

    /// The one of this page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// What was chosen; tracked.
    pub fn choice(self) -> ThemeChoice {
        self.0.get()
    }

    /// Chooses, for this device.
    pub fn choose(self, choice: ThemeChoice) {
        stored::set(KEY, choice.attribute());
        self.0.set(choice);
    }
}

fn show(choice: ThemeChoice) {
    let Some(page) = document().document_element() else {
        return;
    };
    // Neither can fail for a name like this one.
    let _ = match choice.attribute() {
        Some(theme) => page.set_attribute("data-theme", theme),
        None => page.remove_attribute("data-theme"),
    };
}

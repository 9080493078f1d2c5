//! What one screen has to say on the next one.

use leptos::prelude::*;

/// What one screen has to say on the next one. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub struct News(RwSignal<Option<fn() -> &'static str>>);

impl News {
    /// Makes it once, at the root, and hands it down from here.
    pub fn provide() {
        provide_context(Self(RwSignal::new(None)));
    }

    /// The one of this page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Says it there.
    pub fn tell(self, text: fn() -> &'static str) {
        self.0.set(Some(text));
    }

    /// What there is to say; tracked.
    pub fn text(self) -> Option<&'static str> {
        self.0.get().map(|text| text())
    }

    /// It has been said.
    pub fn forget(self) {
        self.0.try_set(None);
    }
}

//! Pictures, one at a time, on the whole screen.

use leptos::ev::KeyboardEvent;
use leptos::{html, prelude::*};

use crate::app::{Navigator, Place};
use crate::i18n::{on_top, texts};
use crate::ui::{Icon, IconButton, IconName};

/// A picture to look at.
#[derive(Clone, PartialEq)]
pub(super) struct Picture {
    /// As it is shown.
    pub url: String,
    /// As it was sent.
    pub download_url: Option<String>,
    /// What a download is called.
    pub name: String,
    /// The message it is of, unless one looks at it there.
    pub said_at: Option<Place>,
}

/// What the viewer shows. A `Copy` handle, handed down by context.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    pictures: RwSignal<Vec<Picture>>,
    at: RwSignal<usize>,
    is_open: RwSignal<bool>,
}

impl Viewer {
    pub fn new() -> Self {
        Self {
            pictures: RwSignal::new(Vec::new()),
            at: RwSignal::new(0),
            is_open: RwSignal::new(false),
        }
    }

    /// Shows one of several.
    pub fn open(self, pictures: Vec<Picture>, at: usize) {
        self.at.set(at.min(pictures.len().saturating_sub(1)));
        self.pictures.set(pictures);
        self.is_open.set(true);
    }

    fn step(self, by: isize) {
        let count = self.pictures.read_untracked().len();
        self.at.update(|at| {
            *at = at
                .checked_add_signed(by)
                .filter(|next| *next < count)
                .unwrap_or(*at);
        });
    }

    fn current(self) -> Option<Picture> {
        self.pictures.read().get(self.at.get()).cloned()
    }

    /// Which of how many, where there are several.
    fn place(self) -> Option<String> {
        let count = self.pictures.read().len();
        (1 < count).then(|| format!("{} / {count}", self.at.get() + 1))
    }

    fn has(self, by: isize) -> bool {
        self.at
            .get()
            .checked_add_signed(by)
            .is_some_and(|next| next < self.pictures.read().len())
    }

    fn on_key(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "ArrowLeft" => self.step(-1),
            "ArrowRight" => self.step(1),
            _ => (),
        }
    }
}

/// The viewer itself.
#[component]
pub(super) fn PhotoViewer() -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (viewer.is_open.get(), dialog.open()) {
            // It fails only when the dialog is not in the page, and then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => (),
        }
    });
    view! {
        <dialog
            class="viewer"
            node_ref=node
            aria-label=move || texts().chat.photo
            on:close=move |_| viewer.is_open.set(false)
            on:keydown=move |event| viewer.on_key(&event)
        >
            <Show when=move || viewer.is_open.get()>
                <ViewerStage viewer />
            </Show>
        </dialog>
    }
}

#[component]
fn ViewerStage(viewer: Viewer) -> impl IntoView {
    let picture = Memo::new(move |_| viewer.current());
    let close = move || viewer.is_open.set(false);
    let download = move || {
        let picture = picture.get()?;
        let url = picture.download_url?;
        let label = (texts().chat.download)(&picture.name);
        Some(view! {
            <a class="icon-button" href=url download=picture.name aria-label=label.clone() title=label>
                <Icon name=IconName::Download />
            </a>
        })
    };
    let navigator = Navigator::expect();
    let to_message = move || {
        let place = picture.get()?.said_at?;
        Some(view! {
            <IconButton
                icon=IconName::Chat
                label=move || on_top().to_message
                on:click=move |_| navigator.go(place)
            />
        })
    };
    view! {
        <div class="viewer__bar">
            <span class="viewer__name truncate">{move || picture.get().map(|picture| picture.name)}</span>
            <span class="viewer__place">{move || viewer.place()}</span>
            {to_message}
            {download}
            <IconButton
                icon=IconName::Close
                label=move || texts().chat.close_photo
                attr:autofocus=true
                on:click=move |_| close()
            />
        </div>
        // The dark around the picture closes it, as the cross and Escape do.
        <div class="viewer__stage" on:click=move |_| close()>
            <img
                class="viewer__image"
                src=move || picture.get().map(|picture| picture.url)
                alt=move || picture.get().map(|picture| picture.name)
                on:click=|event| event.stop_propagation()
            />
        </div>
        <Show when=move || viewer.has(-1)>
            <span class="viewer__step viewer__step--back">
                <IconButton
                    icon=IconName::Back
                    label=move || texts().chat.previous_photo
                    on:click=move |_| viewer.step(-1)
                />
            </span>
        </Show>
        <Show when=move || viewer.has(1)>
            <span class="viewer__step viewer__step--forward">
                <IconButton
                    icon=IconName::Forward
                    label=move || texts().chat.next_photo
                    on:click=move |_| viewer.step(1)
                />
            </span>
        </Show>
    }
}

//! Pictures of a message, in boxes whose size is known before they are loaded.

use damso_client_state::EchoFile;
use damso_client_state::placeholder::average_colour;
use damso_domain::AttachmentState;
use damso_protocol::{Attachment, Variant};
use leptos::prelude::*;

use crate::api::attachment_url;
use crate::app::Place;
use crate::features::chat::viewer::{Picture, Viewer};
use crate::i18n::texts;

/// The largest box of a single picture, in pixels.
const MOST_WIDTH: f64 = 320.0;
const MOST_HEIGHT: f64 = 360.0;
/// The smallest side of it, so that a strip can still be pressed.
const LEAST_SIDE: f64 = 96.0;

/// A picture, stored or on its way.
#[derive(Clone, PartialEq)]
pub(in crate::features::chat) struct Photo {
    name: String,
    width: Option<i32>,
    height: Option<i32>,
    colour: Option<String>,
    /// In an album.
    small: Option<String>,
    /// Alone, and in the viewer.
    large: Option<String>,
    /// As it was sent.
    original: Option<String>,
    /// Where it was said, for who looks at it elsewhere.
    said_at: Option<Place>,
}

impl Photo {
    pub fn of_attachment(file: &Attachment) -> Self {
        let is_ready = file.state == AttachmentState::Ready;
        let url = |variant: Variant| is_ready.then(|| attachment_url(file.id, variant));
        // Smaller copies of an animation stand still.
        let is_animated = file.media_type == "image/gif";
        Self {
            name: file.file_name.clone(),
            width: file.width,
            height: file.height,
            colour: file
                .placeholder
                .as_deref()
                .and_then(average_colour)
                .map(|[r, g, b]| format!("rgb({r} {g} {b})")),
            small: url(Variant::Thumbnail),
            large: url(if is_animated {
                Variant::Original
            } else {
                Variant::Preview
            }),
            original: url(Variant::Original),
            said_at: None,
        }
    }

    /// The viewer leads there.
    pub fn said_at(self, place: Place) -> Self {
        Self {
            said_at: Some(place),
            ..self
        }
    }

    pub fn of_echo(file: &EchoFile) -> Self {
        let uploaded = file
            .uploaded
            .as_ref()
            .filter(|_| file.preview_url.is_none())
            .map(Self::of_attachment);
        uploaded.unwrap_or_else(|| Self {
            name: file.file_name.clone(),
            width: file.width,
            height: file.height,
            colour: None,
            small: file.preview_url.clone(),
            large: file.preview_url.clone(),
            original: None,
            said_at: None,
        })
    }

    fn picture(&self) -> Option<Picture> {
        let url = self.large.clone()?;
        Some(Picture {
            url,
            download_url: self.original.clone(),
            name: self.name.clone(),
            said_at: self.said_at,
        })
    }

    /// The box of a single picture, in pixels.
    fn size(&self) -> (f64, f64) {
        let side = |pixels: Option<i32>| f64::from(pixels.unwrap_or(4).max(1));
        let (width, height) = (side(self.width), side(self.height));
        let known = if self.width.is_some() && self.height.is_some() {
            (width, height)
        } else {
            (320.0, 240.0)
        };
        let scale = (MOST_WIDTH / known.0).min(MOST_HEIGHT / known.1).min(1.0);
        (
            (known.0 * scale).max(LEAST_SIDE),
            (known.1 * scale).max(LEAST_SIDE),
        )
    }
}

/// One picture in its own shape, or several as an album.
#[component]
pub(super) fn Album(photos: Memo<Vec<Photo>>) -> impl IntoView {
    let count = Memo::new(move |_| photos.read().len());
    let size = Memo::new(move |_| photos.with(|photos| photos.first().map_or((320.0, 240.0), Photo::size)));
    let tile = move |at: usize| {
        let photo = Memo::new(move |_| photos.with(|photos| photos.get(at).cloned()));
        view! { <PhotoTile photo photos at /> }
    };
    // Tiles stay while the pictures behind them change from the local to the stored copy.
    move || match count.get() {
        1 => view! {
            <div
                class="photo"
                style:width=move || format!("{}px", size.get().0)
                style:aspect-ratio=move || format!("{} / {}", size.get().0, size.get().1)
            >
                {tile(0)}
            </div>
        }
        .into_any(),
        many => {
            let class = format!(
                "album album--{}",
                if many < 5 {
                    many.to_string()
                } else {
                    "many".to_owned()
                }
            );
            view! { <div class=class>{(0..many).map(tile).collect_view()}</div> }.into_any()
        }
    }
}

/// One of several pictures.
#[component]
pub(in crate::features::chat) fn PhotoTile(
    photo: Memo<Option<Photo>>,
    photos: Memo<Vec<Photo>>,
    at: usize,
) -> impl IntoView {
    let viewer = expect_context::<Viewer>();
    let count = Memo::new(move |_| photos.read().len());
    let url = move || {
        photo.with(|photo| {
            photo.as_ref().and_then(|photo| {
                if count.get() == 1 {
                    photo.large.clone()
                } else {
                    photo.small.clone()
                }
            })
        })
    };
    let colour = move || {
        photo
            .with(|photo| photo.as_ref().and_then(|photo| photo.colour.clone()))
            .unwrap_or_default()
    };
    let open = move |_| {
        let pictures: Vec<_> =
            photos.with_untracked(|photos| photos.iter().filter_map(Photo::picture).collect());
        if !pictures.is_empty() {
            viewer.open(pictures, at);
        }
    };
    let has_url = Memo::new(move |_| url().is_some());
    view! {
        <button
            class="photo__tile"
            type="button"
            style:background-color=colour
            disabled=move || !has_url.get()
            aria-label=move || (texts().chat.open_photo)(at + 1, count.get())
            on:click=open
        >
            <Show
                when=move || has_url.get()
                fallback=|| view! { <span class="photo__wait">{move || texts().chat.preparing}</span> }
            >
                <img
                    class="photo__image"
                    src=move || url().unwrap_or_default()
                    alt=""
                    loading="lazy"
                    draggable="false"
                />
            </Show>
        </button>
    }
}

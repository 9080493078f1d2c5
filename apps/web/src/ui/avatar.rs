//! Faces: a picture, or the first letter of a name on a colour of its own.

use damso_domain::{ImageId, UserId};
use damso_protocol::{Me, User};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Icon, IconName};
use crate::api::image_url;

/// How many colours there are.
const COLOURS: usize = 6;

/// What an avatar needs to know of a person or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Chooses the colour, the same on every screen.
    pub id: Uuid,
    /// Its first letter stands in for a picture.
    pub name: String,
    /// The picture, if there is one.
    pub image: Option<ImageId>,
}

impl Face {
    /// A face without a picture.
    pub fn named(id: Uuid, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            image: None,
        }
    }

    /// Somebody of whom nothing but the id is known yet.
    pub fn unknown(id: UserId) -> Self {
        Self::named(id.as_uuid(), "")
    }

    /// The class that gives its colour.
    pub fn colour_class(&self) -> &'static str {
        const CLASSES: [&str; COLOURS] = [
            "avatar--c1",
            "avatar--c2",
            "avatar--c3",
            "avatar--c4",
            "avatar--c5",
            "avatar--c6",
        ];
        let sum: usize = self.id.as_bytes().iter().map(|&byte| usize::from(byte)).sum();
        CLASSES[sum % COLOURS]
    }

    fn letter(&self) -> Option<String> {
        self.name
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().collect())
    }
}

impl From<&User> for Face {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.as_uuid(),
            name: user.display_name.clone(),
            image: user.avatar.as_ref().map(|image| image.id),
        }
    }
}

impl From<&Me> for Face {
    fn from(me: &Me) -> Self {
        Self {
            id: me.id.as_uuid(),
            name: me.display_name.clone(),
            image: me.avatar.as_ref().map(|image| image.id),
        }
    }
}

/// How large a face is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// 28 pixels: inside a line.
    Tiny,
    /// 36 pixels: beside messages.
    Small,
    /// 48 pixels: in lists.
    #[default]
    Medium,
    /// 64 pixels.
    Large,
    /// 88 pixels: on a card.
    Huge,
}

impl AvatarSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Tiny => "avatar--tiny",
            Self::Small => "avatar--small",
            Self::Medium => "avatar--medium",
            Self::Large => "avatar--large",
            Self::Huge => "avatar--huge",
        }
    }

    /// In pixels of the picture, for dense screens.
    const fn picture(self) -> u16 {
        match self {
            Self::Tiny | Self::Small | Self::Medium | Self::Large => 128,
            Self::Huge => 512,
        }
    }
}

/// The face of one person or group. The name stands beside it, so it has none of its own.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    face: Signal<Face>,
    /// How large.
    #[prop(optional)]
    size: AvatarSize,
) -> impl IntoView {
    // A picture that cannot be loaded gives way to the letter until there is another one.
    let broken = RwSignal::new(None::<ImageId>);
    let image = Memo::new(move |_| {
        face.with(|face| face.image)
            .filter(|id| broken.get() != Some(*id))
    });
    let letter = Memo::new(move |_| face.with(Face::letter));
    let class = move || format!("avatar {} {}", size.class(), face.with(Face::colour_class));
    view! {
        <span class=class aria-hidden="true">
            {move || match (image.get(), letter.get()) {
                (Some(id), _) => {
                    view! {
                        <img
                            class="avatar__image"
                            src=image_url(id, size.picture())
                            alt=""
                            draggable="false"
                            on:error=move |_| broken.set(Some(id))
                        />
                    }
                        .into_any()
                }
                (None, Some(letter)) => letter.into_any(),
                (None, None) => view! { <Icon name=IconName::Person /> }.into_any(),
            }}
        </span>
    }
}

/// The face of a group: its picture, or two of its members one over the other.
#[component]
pub fn GroupAvatar(
    /// Its picture and name.
    #[prop(into)]
    face: Signal<Face>,
    /// Its members; the first two are drawn.
    #[prop(into)]
    members: Signal<Vec<Face>>,
    /// How large.
    #[prop(optional)]
    size: AvatarSize,
) -> impl IntoView {
    let pair = Memo::new(move |_| match members.get().as_slice() {
        [first, second, ..] if face.with(|face| face.image.is_none()) => {
            Some([first.clone(), second.clone()])
        }
        _ => None,
    });
    move || match pair.get() {
        Some([first, second]) => view! {
            <span class=format!("duo {}", size.class()) aria-hidden="true">
                <Avatar face=first size=AvatarSize::Tiny />
                <Avatar face=second size=AvatarSize::Tiny />
            </span>
        }
        .into_any(),
        None => view! { <Avatar face size /> }.into_any(),
    }
}

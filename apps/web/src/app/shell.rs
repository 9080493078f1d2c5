//! What is around every screen of somebody who is signed in: the rail or the tabs, and what stands above.

use leptos::prelude::*;

use super::{Area, Navigator, Place, SettingsSection};
use crate::i18n::texts;
use crate::session::Session;
use crate::ui::{Avatar, AvatarSize, Banner, Face, Icon, IconName, Mark};

/// The frame: navigation, news about the connection, and the panes of one area.
#[component]
pub fn Shell(
    /// Messages that nobody has read, in all chats that are not muted.
    #[prop(into)]
    unread: Signal<i64>,
    /// Whether messages can go out at the moment.
    #[prop(into)]
    is_offline: Signal<bool>,
    /// The panes.
    children: Children,
) -> impl IntoView {
    let navigator = Navigator::expect();
    // Only the list of an area shows the tabs on a narrow screen; a conversation needs the room.
    let is_deep = Memo::new(move |_| is_deep(navigator.place()));
    view! {
        <div class="shell" class=("shell--deep", move || is_deep.get())>
            <a class="skip-link" href="#main">
                {move || texts().common.skip_to_content}
            </a>
            <Rail unread />
            <div class="shell__stage">
                <Banner when=is_offline icon=IconName::Offline text=move || texts().common.offline />
                <div class="shell__panes">{children()}</div>
            </div>
            <BottomTabs unread />
        </div>
    }
}

/// Whether a place is one level below the list of its area.
const fn is_deep(place: Place) -> bool {
    matches!(
        place,
        Place::Friend(_)
            | Place::Chat(_)
            | Place::Message(..)
            | Place::ChatDrawer(_)
            | Place::Search
            | Place::SearchIn(_)
            | Place::Found(..)
            | Place::SettingsSection(_)
    )
}

/// The navigation on a wide screen.
#[component]
fn Rail(unread: Signal<i64>) -> impl IntoView {
    view! {
        <nav class="rail" aria-label=move || texts().common.navigation>
            <Mark />
            <RailLink area=Area::Friends unread=Signal::stored(0) />
            <RailLink area=Area::Chats unread />
            <span class="rail__space"></span>
            <RailLink area=Area::Settings unread=Signal::stored(0) />
            <MyFace />
        </nav>
    }
}

#[component]
fn RailLink(area: Area, unread: Signal<i64>) -> impl IntoView {
    view! {
        <a
            class="rail__link"
            href=area.home().path()
            title=move || area.label()
            aria-label=move || label_with_count(area, unread.get())
            aria-current=current(area)
        >
            <Icon name=area.icon() />
            <UnreadDot unread />
        </a>
    }
}

/// My face leads to my profile.
#[component]
fn MyFace() -> impl IntoView {
    let me = expect_context::<Session>().me_signal();
    let face = Memo::new(move |_| me.with(|me| me.as_ref().map(Face::from)));
    move || {
        face.get().map(|face| {
            view! {
                <a
                    class="rail__me"
                    href=Place::SettingsSection(SettingsSection::Profile).path()
                    title=move || texts().common.my_profile
                    aria-label=move || texts().common.my_profile
                >
                    <Avatar face size=AvatarSize::Small />
                </a>
            }
        })
    }
}

/// The navigation on medium and narrow screens.
#[component]
fn BottomTabs(unread: Signal<i64>) -> impl IntoView {
    let tab = move |area: Area, unread: Signal<i64>| {
        view! {
            <a
                class="tabs__tab"
                href=area.home().path()
                aria-label=move || label_with_count(area, unread.get())
                aria-current=current(area)
            >
                <Icon name=area.icon() />
                <span>{move || area.label()}</span>
                <UnreadDot unread />
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label=move || texts().common.navigation>
            {tab(Area::Friends, Signal::stored(0))}
            {tab(Area::Chats, unread)}
            {tab(Area::Settings, Signal::stored(0))}
        </nav>
    }
}

/// The number is drawn by the stylesheet: for readers it is part of the link's name.
#[component]
fn UnreadDot(unread: Signal<i64>) -> impl IntoView {
    let digits = move || {
        if 99 < unread.get() {
            "99+".to_owned()
        } else {
            unread.get().to_string()
        }
    };
    view! {
        <Show when=move || { 0 < unread.get() }>
            <span class="unread-dot" data-count=digits aria-hidden="true"></span>
        </Show>
    }
}

/// Says to readers which link leads to where one is.
fn current(area: Area) -> impl Fn() -> Option<&'static str> {
    let navigator = Navigator::expect();
    move || (navigator.place().area() == area).then_some("page")
}

fn label_with_count(area: Area, unread: i64) -> String {
    if 0 < unread {
        format!("{}, {}", area.label(), (texts().common.unread_total)(unread))
    } else {
        area.label().to_owned()
    }
}

impl Area {
    /// Where its link leads.
    const fn home(self) -> Place {
        match self {
            Self::Entrance | Self::Mailed | Self::Invite => Place::Welcome,
            Self::Friends | Self::Unknown => Place::Friends,
            Self::Chats => Place::Chats,
            Self::Settings => Place::Settings,
        }
    }

    /// What it is called.
    fn label(self) -> &'static str {
        let common = &texts().common;
        match self {
            Self::Entrance | Self::Mailed | Self::Invite | Self::Unknown => common.app_name,
            Self::Friends => common.friends,
            Self::Chats => common.chats,
            Self::Settings => common.settings,
        }
    }

    const fn icon(self) -> IconName {
        match self {
            Self::Friends | Self::Entrance | Self::Mailed | Self::Invite | Self::Unknown => IconName::People,
            Self::Chats => IconName::Chat,
            Self::Settings => IconName::Settings,
        }
    }
}

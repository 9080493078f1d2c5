//! Icons, drawn with one stroke in the colour of the text around them.

use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident = $path:literal),+ $(,)?) => {
        /// Every icon there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IconName {
            $($(#[$doc])* $name),+
        }

        impl IconName {
            /// The path on a square of 24.
            const fn path(self) -> &'static str {
                match self { $(Self::$name => $path),+ }
            }
        }
    };
}

icons! {
    /// A speech bubble: chats.
    Chat = "M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z",
    /// Two people: friends, members.
    People = "M5.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M2.5 20c.6-3.7 3.2-5.5 6.5-5.5s5.9 1.8 6.5 5.5M16 5.3a3.3 3.3 0 0 1 0 6.4M18 14.8c2 .7 3.2 2.4 3.5 5.2",
    /// One person: a profile.
    Person = "M8 8.5a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
    /// One person and a plus: add somebody.
    AddPerson = "M6.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M3.5 20c.6-3.7 3.2-5.5 6.5-5.5 1.3 0 2.5.3 3.5.8M18.5 14.5v6M15.5 17.5h6",
    /// One person and a minus: remove somebody.
    RemovePerson = "M6.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M3.5 20c.6-3.7 3.2-5.5 6.5-5.5 1.3 0 2.5.3 3.5.8M15.5 17.5h6",
    /// A magnifying glass.
    Search = "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M16 16l4.5 4.5",
    /// Two sliders: settings.
    Settings = "M4 7h9.5M18.5 7H20M4 17h1.5M10.5 17H20M13.5 7a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M5.5 17a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0",
    /// A plus: make something new.
    Plus = "M12 5v14M5 12h14",
    /// Three lines: what belongs to this conversation.
    Menu = "M5 7h14M5 12h14M5 17h14",
    /// Three dots: what can be done with this.
    More = "M5.5 11.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M12 11.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M18.5 11.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1",
    /// A paper clip: attach.
    Clip = "m20 11-8.3 8.3a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.3a1.6 1.6 0 0 1-2.3-2.3L14.5 7",
    /// Three bars of different length: a poll.
    Poll = "M5 6h14M5 12h9M5 18h5",
    /// A smiling face.
    Smile = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M8.5 14a4.2 4.2 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
    /// A clock: used recently.
    Clock = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7.5V12l3 2",
    /// An arrow upwards: send.
    Send = "M12 19V5M6 11l6-6 6 6",
    /// An arrow downwards: to the end.
    ArrowDown = "M12 5v14M6 13l6 6 6-6",
    /// A pin.
    Pin = "M9 4h6l-1 6 3 3.5H7L10 10zM12 13.5V20",
    /// A box with a lid: put away.
    Archive = "M4 4.5h16V9H4zM5.5 9v10.5h13V9M10 12.5h4",
    /// A folder.
    Folder = "M3.5 6.5a1.5 1.5 0 0 1 1.5-1.5h4.5l2 2.5H19a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z",
    /// A crossed-out bell.
    Mute = "M6 10a6 6 0 0 1 9.5-4.9M18 10c0 4 1.5 5.5 1.5 5.5H9M4.5 15.5S6 14 6 11M10.5 19a1.7 1.7 0 0 0 3 0M4 4l16 16",
    /// A bell.
    Bell = "M6 10a6 6 0 0 1 12 0c0 4 1.5 5.5 1.5 5.5h-15S6 14 6 10M10.5 19a1.7 1.7 0 0 0 3 0",
    /// A sheet of paper: a file.
    File = "M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12.5h6M9 16h6",
    /// A picture.
    Image = "M6.5 4.5h11a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2M4.5 16l4-4 3.5 3.5 3-3 4.5 4.5M13.5 9h.01",
    /// A camera: change a picture.
    Camera = "M4 8.5h3.5l1.5-2.5h6l1.5 2.5H20V19H4zM8.7 13.5a3.3 3.3 0 1 0 6.6 0a3.3 3.3 0 1 0-6.6 0",
    /// An arrow into a tray: download.
    Download = "M12 4v11M7 10.5l5 5 5-5M5 20h14",
    /// An angle to the left: back.
    Back = "M14.5 5 8 12l6.5 7",
    /// An angle to the right: further.
    Forward = "M9.5 5 16 12l-6.5 7",
    /// An angle downwards: unfold.
    Unfold = "m5 9.5 7 6.5 7-6.5",
    /// An angle upwards: fold.
    Fold = "m5 14.5 7-6.5 7 6.5",
    /// A key.
    Key = "M4 14a4 4 0 1 0 8 0a4 4 0 1 0-8 0M11 11l8.5-7M16.5 6.5l2.5 3",
    /// A star.
    Star = "m12 4 2.5 5.2 5.5.8-4 4 1 5.6-5-2.7-5 2.7 1-5.6-4-4 5.5-.8z",
    /// A cake with a candle: a birthday.
    Cake = "M3.5 20h17M5.5 20v-6.5a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2V20M5.5 16c2.2 1.6 4.3 1.6 6.5 0s4.3-1.6 6.5 0M12 11.5V8M12 5.2V4.5",
    /// A crown: who runs a group.
    Crown = "M4.5 8.5 8 12l4-6.5 4 6.5 3.5-3.5L18 18.5H6z",
    /// A megaphone: a notice.
    Notice = "M4 10v4l11 4.5v-13zM15 9a3.5 3.5 0 0 1 0 6M7 15.5l1 4h2.5l-1-3",
    /// A crossed-out circle: block.
    Block = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M6 6l12 12",
    /// A flag: report.
    Flag = "M6 21V4M6 4.5c4-2.5 7.5 2.5 12 0v9c-4.5 2.5-8-2.5-12 0",
    /// A cross: close.
    Close = "m6 6 12 12M18 6 6 18",
    /// A tick.
    Check = "m5 12.5 4.5 4.5L19 7.5",
    /// A triangle with an exclamation mark.
    Warning = "M12 4.5 20.5 19h-17zM12 10v4M12 16.6h.01",
    /// A waste bin.
    Trash = "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5",
    /// An arrow out of a tray: share.
    Share = "M12 15V4M7.5 8 12 3.5 16.5 8M5 12v8h14v-8",
    /// Two sheets: copy.
    Copy = "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
    /// Two links of a chain: a link.
    Link = "M10.5 13.5a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M13.5 10.5a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
    /// An arrow that turns back: reply.
    Reply = "M9.5 6 4 11.5 9.5 17M4 11.5h9.5c4 0 6.5 2.5 6.5 7",
    /// An arrow that turns to the right: forward a message.
    PassOn = "M14.5 6 20 11.5 14.5 17M20 11.5h-9.5c-4 0-6.5 2.5-6.5 7",
    /// A circular arrow: try again.
    Retry = "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4",
    /// A pencil.
    Edit = "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5z",
    /// An eye: show.
    Eye = "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M9.2 12a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0",
    /// A crossed-out eye: hide.
    EyeOff = "M9.5 6c.8-.3 1.6-.5 2.5-.5 6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.8M6 8a16 16 0 0 0-3.5 4S6 18.5 12 18.5c1.5 0 2.8-.4 4-1M10 10a2.8 2.8 0 0 0 4 4M4 4l16 16",
    /// An arrow out of a door: sign out, leave.
    Leave = "M14 4.5H6v15h8M10.5 12H20.5M17 8.5l3.5 3.5-3.5 3.5",
    /// A globe: language.
    Globe = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17",
    /// The sun: the light theme.
    Sun = "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1",
    /// The moon: the dark theme.
    Moon = "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
    /// A screen: a signed-in device.
    Device = "M4 5.5h16v11H4zM9 20h6M12 16.5V20",
    /// A padlock: the account.
    Lock = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    /// A shield with a tick: what makes the account safe.
    Shield = "M12 3.5 19 6v5.5c0 4.4-2.9 7.7-7 9-4.1-1.3-7-4.6-7-9V6zM9 11.8l2.2 2.2 4-4.2",
    /// A letter: an address.
    Mail = "M5.5 5.5h13a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2M4 7.5l8 6 8-6",
    /// A telephone: an app that makes codes.
    Phone = "M8.5 3h7A1.5 1.5 0 0 1 17 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 19.5v-15A1.5 1.5 0 0 1 8.5 3M11 18h2",
    /// A brush: appearance.
    Palette = "M12 3.5a8.5 8.5 0 1 0 0 17c1.3 0 2-.8 2-1.8 0-1.4-1-1.7-1-2.8 0-.9.8-1.4 1.8-1.4h2.2c2 0 3.5-1.5 3.5-3.5 0-4.2-3.8-7.5-8.5-7.5M7.5 12h.01M9.5 8h.01M14 7.5h.01",
    /// A cloud with a stroke through it: no connection.
    Offline = "M8 7.2A6 6 0 0 1 17.5 10a4 4 0 0 1 2.5 6.8M16.5 18.5H7a4.5 4.5 0 0 1-.6-8.9M4 4l16 16",
    /// A waving hand of lines: an empty place.
    Sparkle = "M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8zM19 17v3M17.5 18.5h3",
}

/// An icon. It has no name of its own: the control around it has one.
#[component]
pub fn Icon(
    /// Which one; may change.
    #[prop(into)]
    name: Signal<IconName>,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=move || name.get().path() />
        </svg>
    }
}

/// The mark of Damso: two people's words on one persimmon.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <rect class="mark__ground" width="40" height="40" rx="13" />
            <path class="mark__stroke" d="M11 12h14a3 3 0 0 1 3 3v5M11 12v10a3 3 0 0 0 3 3h2v4l5-4h8" />
        </svg>
    }
}

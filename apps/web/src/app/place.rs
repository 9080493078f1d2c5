//! Every place in the client and its address.

use damso_domain::{ConversationId, Seq, UserId};

/// A part of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettingsSection {
    /// Picture, name, handle, status message.
    Profile,
    /// Address, password, sign-out, deletion.
    Account,
    /// Second factors, passkeys, what has happened.
    Security,
    /// What others see.
    Privacy,
    /// Notifications and the sound.
    Notifications,
    /// Signed-in devices.
    Sessions,
    /// The copy of everything.
    Data,
    /// The theme.
    Appearance,
    /// The language.
    Language,
}

impl SettingsSection {
    /// In the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Profile,
        Self::Account,
        Self::Security,
        Self::Privacy,
        Self::Notifications,
        Self::Sessions,
        Self::Data,
        Self::Appearance,
        Self::Language,
    ];

    const fn segment(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Account => "account",
            Self::Security => "security",
            Self::Privacy => "privacy",
            Self::Notifications => "notifications",
            Self::Sessions => "sessions",
            Self::Data => "data",
            Self::Appearance => "appearance",
            Self::Language => "language",
        }
    }
}

/// The code of an invite link, as an address carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InviteCode([u8; Self::LENGTH]);

impl InviteCode {
    /// Of 128 bits in base64.
    const LENGTH: usize = 22;

    /// Takes what may be one; whether it is, only the server knows.
    pub fn parse(raw: &str) -> Option<Self> {
        let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let bytes: [u8; Self::LENGTH] = raw.as_bytes().try_into().ok()?;
        bytes.iter().all(is_code).then_some(Self(bytes))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A place in the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Before anybody has signed in.
    Welcome,
    /// The form for those who have an account.
    SignIn,
    /// The form for those who have none.
    SignUp,
    /// Where a forgotten password is replaced.
    Reset,
    /// Where a mailed link confirms an address.
    Verify,
    /// What an invite link leads to.
    Invite(InviteCode),
    /// The friends list.
    Friends,
    /// Somebody's profile beside the friends list.
    Friend(UserId),
    /// The list of chats.
    Chats,
    /// A conversation.
    Chat(ConversationId),
    /// A conversation at a message, as a link to that message leads there.
    Message(ConversationId, Seq),
    /// A conversation with its drawer.
    ChatDrawer(ConversationId),
    /// Finding people, chats and messages.
    Search,
    /// Finding messages of one conversation.
    SearchIn(ConversationId),
    /// A conversation at a message that was found.
    Found(ConversationId, Seq),
    /// The menu of the settings.
    Settings,
    /// One part of the settings.
    SettingsSection(SettingsSection),
    /// An address that leads nowhere.
    Unknown,
}

/// What stays on the screen while one moves about in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Welcome, sign-in and sign-up.
    Entrance,
    /// What mailed links open, whoever is signed in.
    Mailed,
    /// What invite links open, whoever is signed in.
    Invite,
    /// Friends and their profiles.
    Friends,
    /// Chats and conversations.
    Chats,
    /// Settings.
    Settings,
    /// Nowhere.
    Unknown,
}

impl Place {
    /// The place at an address.
    pub fn from_path(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            [] | ["friends"] => Self::Friends,
            ["welcome"] => Self::Welcome,
            ["sign-in"] => Self::SignIn,
            ["sign-up"] => Self::SignUp,
            ["reset"] => Self::Reset,
            ["verify"] => Self::Verify,
            ["invite", code] => InviteCode::parse(code).map_or(Self::Unknown, Self::Invite),
            ["friends", id] => id.parse().map_or(Self::Unknown, Self::Friend),
            ["chats"] => Self::Chats,
            ["chats", id] => id.parse().map_or(Self::Unknown, Self::Chat),
            ["chats", id, "drawer"] => id.parse().map_or(Self::Unknown, Self::ChatDrawer),
            ["chats", id, seq] => match (id.parse(), seq.parse()) {
                (Ok(id), Ok(seq)) => Self::Message(id, Seq::new(seq)),
                _ => Self::Unknown,
            },
            ["search"] => Self::Search,
            ["search", id] => id.parse().map_or(Self::Unknown, Self::SearchIn),
            ["search", id, seq] => match (id.parse(), seq.parse()) {
                (Ok(id), Ok(seq)) => Self::Found(id, Seq::new(seq)),
                _ => Self::Unknown,
            },
            ["settings"] => Self::Settings,
            ["settings", name] => SettingsSection::ALL
                .into_iter()
                .find(|section| section.segment() == *name)
                .map_or(Self::Unknown, Self::SettingsSection),
            _ => Self::Unknown,
        }
    }

    /// Its address.
    pub fn path(self) -> String {
        match self {
            Self::Invite(code) => format!("/invite/{}", code.as_str()),
            Self::Welcome => "/welcome".to_owned(),
            Self::SignIn => "/sign-in".to_owned(),
            Self::SignUp => "/sign-up".to_owned(),
            Self::Reset => "/reset".to_owned(),
            Self::Verify => "/verify".to_owned(),
            Self::Friends => "/friends".to_owned(),
            Self::Friend(id) => format!("/friends/{id}"),
            Self::Chats => "/chats".to_owned(),
            Self::Chat(id) => format!("/chats/{id}"),
            Self::Message(id, seq) => format!("/chats/{id}/{seq}"),
            Self::ChatDrawer(id) => format!("/chats/{id}/drawer"),
            Self::Search => "/search".to_owned(),
            Self::SearchIn(id) => format!("/search/{id}"),
            Self::Found(id, seq) => format!("/search/{id}/{seq}"),
            Self::Settings => "/settings".to_owned(),
            Self::SettingsSection(section) => format!("/settings/{}", section.segment()),
            Self::Unknown => "/".to_owned(),
        }
    }

    /// What stays on the screen while one moves about in it.
    pub const fn area(self) -> Area {
        match self {
            Self::Welcome | Self::SignIn | Self::SignUp => Area::Entrance,
            Self::Reset | Self::Verify => Area::Mailed,
            Self::Invite(_) => Area::Invite,
            Self::Friends | Self::Friend(_) => Area::Friends,
            Self::Chats
            | Self::Chat(_)
            | Self::Message(..)
            | Self::ChatDrawer(_)
            | Self::Search
            | Self::SearchIn(_)
            | Self::Found(..) => Area::Chats,
            Self::Settings | Self::SettingsSection(_) => Area::Settings,
            Self::Unknown => Area::Unknown,
        }
    }

    /// The conversation that is open there.
    pub const fn conversation(self) -> Option<ConversationId> {
        match self {
            Self::Chat(id)
            | Self::Message(id, _)
            | Self::ChatDrawer(id)
            | Self::SearchIn(id)
            | Self::Found(id, _) => Some(id),
            _ => None,
        }
    }

    /// Whether it belongs to the search.
    pub const fn is_search(self) -> bool {
        matches!(self, Self::Search | Self::SearchIn(_) | Self::Found(..))
    }

    /// Where a narrow screen's back button leads.
    #[must_use]
    pub const fn parent(self) -> Self {
        match self {
            Self::Chat(_) | Self::Message(..) | Self::Search => Self::Chats,
            Self::Found(..) => Self::Search,
            Self::ChatDrawer(id) | Self::SearchIn(id) => Self::Chat(id),
            Self::SettingsSection(_) => Self::Settings,
            Self::SignIn | Self::SignUp => Self::Welcome,
            Self::Reset | Self::Verify => Self::SignIn,
            Self::Welcome
            | Self::Invite(_)
            | Self::Friends
            | Self::Friend(_)
            | Self::Chats
            | Self::Settings
            | Self::Unknown => Self::Friends,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_at_its_address() {
        let conversation = ConversationId::new();
        let places = [
            Place::Welcome,
            Place::SignIn,
            Place::SignUp,
            Place::Reset,
            Place::Verify,
            Place::Invite(InviteCode::parse("uJ3mKf2Q0mE6wY1v-8_ZrA").unwrap()),
            Place::Friends,
            Place::Friend(UserId::new()),
            Place::Chats,
            Place::Chat(conversation),
            Place::Message(conversation, Seq::new(7)),
            Place::ChatDrawer(conversation),
            Place::Search,
            Place::SearchIn(conversation),
            Place::Found(conversation, Seq::new(7)),
            Place::Settings,
        ];
        for place in places
            .into_iter()
            .chain(SettingsSection::ALL.map(Place::SettingsSection))
        {
            assert_eq!(Place::from_path(&place.path()), place);
        }
    }

    #[test]
    fn addresses_are_read_kindly() {
        for (path, expected) in [
            ("/", Place::Friends),
            ("", Place::Friends),
            ("/chats/", Place::Chats),
            ("/chats/not-an-id", Place::Unknown),
            ("/chats/0/drawer", Place::Unknown),
            ("/settings/secrets", Place::Unknown),
            ("/chats/7/7", Place::Unknown),
            ("/search/7", Place::Unknown),
            ("/welcome/back", Place::Unknown),
            ("/invite", Place::Unknown),
            ("/invite/short", Place::Unknown),
            ("/invite/uJ3mKf2Q0mE6wY1v%8_ZrA", Place::Unknown),
        ] {
            assert_eq!(Place::from_path(path), expected, "{path}");
        }
    }
}

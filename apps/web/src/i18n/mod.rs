//! Every text of the client, in every language, side by side: a missing one does not compile.

mod access;
mod auth;
mod blocks;
mod chat;
mod chat_list;
mod common;
mod data;
mod emoji;
mod errors;
mod folders;
pub mod format;
mod formats;
mod forwarding;
mod friends;
mod invites;
mod mentions;
mod mutual;
mod on_top;
mod polls;
mod reach;
mod reactions;
mod reports;
mod search;
mod security;
mod sending;
mod settings;
mod shared_media;

use std::sync::LazyLock;

use damso_domain::Locale;
use leptos::prelude::*;
use leptos::reactive::graph::Observer;

pub use access::{AccessTexts, access_texts, explain_weakness};
pub use auth::AuthTexts;
pub use blocks::BlockTexts;
pub use chat::ChatTexts;
pub use chat_list::ChatListTexts;
pub use common::CommonTexts;
pub use data::data;
pub use emoji::emoji;
pub use errors::{
    ErrorTexts, explain, explain_error, explain_field, explain_handle, explain_name, explain_password,
};
pub use folders::folder_texts;
pub use formats::formats;
pub use forwarding::forwarding;
pub use friends::FriendsTexts;
pub use invites::invites;
pub use mentions::mentions;
pub use mutual::mutual;
pub use on_top::on_top;
pub use polls::polls;
pub use reach::reach;
pub use reactions::ReactionTexts;
pub use reports::ReportTexts;
pub use search::search_texts;
pub use security::security;
pub use sending::sending;
pub use settings::SettingsTexts;
pub use shared_media::shared_media;

/// Everything the client says in one language.
pub struct Texts {
    /// Which.
    pub locale: Locale,
    /// What many screens say.
    pub common: CommonTexts,
    /// Signing in and up.
    pub auth: AuthTexts,
    /// Friends and requests.
    pub friends: FriendsTexts,
    /// Blocking.
    pub blocks: BlockTexts,
    /// Reporting.
    pub reports: ReportTexts,
    /// Chats and messages.
    pub chat: ChatTexts,
    /// The list of chats.
    pub chat_list: ChatListTexts,
    /// Reactions, and messages that were changed.
    pub reactions: ReactionTexts,
    /// Settings and the own profile.
    pub settings: SettingsTexts,
    /// What went wrong.
    pub errors: ErrorTexts,
}

static KO: Texts = Texts {
    locale: Locale::Ko,
    common: CommonTexts::KO,
    auth: AuthTexts::KO,
    friends: FriendsTexts::KO,
    blocks: BlockTexts::KO,
    reports: ReportTexts::KO,
    chat: ChatTexts::KO,
    chat_list: ChatListTexts::KO,
    reactions: ReactionTexts::KO,
    settings: SettingsTexts::KO,
    errors: ErrorTexts::KO,
};

static EN: Texts = Texts {
    locale: Locale::En,
    common: CommonTexts::EN,
    auth: AuthTexts::EN,
    friends: FriendsTexts::EN,
    blocks: BlockTexts::EN,
    reports: ReportTexts::EN,
    chat: ChatTexts::EN,
    chat_list: ChatListTexts::EN,
    reactions: ReactionTexts::EN,
    settings: SettingsTexts::EN,
    errors: ErrorTexts::EN,
};

/// The page has one language, and event handlers ask for it outside every reactive owner, where there is no
/// context; so it lives beside the tree of components instead of in it.
static LOCALE: LazyLock<ArcRwSignal<Locale>> = LazyLock::new(ArcRwSignal::default);

/// The texts in the current language. Inside a reactive closure a change of language runs it again.
pub fn texts() -> &'static Texts {
    of(locale())
}

/// The current language, tracked like [`texts`].
pub fn locale() -> Locale {
    if Observer::get().is_some() {
        LOCALE.get()
    } else {
        LOCALE.get_untracked()
    }
}

/// Changes the language of the page.
pub fn set_locale(locale: Locale) {
    if LOCALE.get_untracked() != locale {
        LOCALE.set(locale);
    }
}

fn of(locale: Locale) -> &'static Texts {
    match locale {
        Locale::Ko => &KO,
        Locale::En => &EN,
    }
}

//! What the screens of a signed-in person share: plain state behind `Copy` handles.
//!
//! Components read the handles' signals and call methods named as intents. Facts come in through the
//! socket and through answers, and go through `damso-client-state`.

mod boot;
mod chats;
mod core;
mod drafts;
mod folded;
mod folders;
mod groups;
pub(crate) mod local;
mod outbox;
mod pages;
mod people;
mod polls;
mod reactions;
mod role;
mod settings;
mod storage;
mod uploads;

use leptos::prelude::*;

pub use chats::ChatStore;
pub use groups::MUTED_FOR_EVER;
pub use outbox::{Manner, Words, wait_before_sending, waits_before_sending};
pub use people::PeopleStore;
pub use settings::SettingsStore;
pub use uploads::{PendingFile, UploadState};

use self::core::Core;
use crate::api::ApiClient;
use crate::session::Session;

/// Makes the stores of one session, connects, and hands them down from here. They end with the owner.
pub fn provide(api: ApiClient, session: Session) -> (ChatStore, PeopleStore) {
    let core = StoredValue::new_local(Core::start(api, session));
    on_cleanup(move || {
        if let Some(core) = core.try_get_value() {
            core.stop();
        }
    });
    let stores = (ChatStore::new(core), PeopleStore::new(core));
    provide_context(stores.0);
    provide_context(stores.1);
    provide_context(SettingsStore::new(core));
    stores
}

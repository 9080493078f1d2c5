//! What works behind the screens: the connection, catching up, sending, what this browser keeps, and the
//! other tabs that show the same.
//!
//! What only [`Local`] reaches is a chunk of its own, and a first visit shows its lists before that is there.
//! The rest of the client asks for all of it through that trait, so that the chunk stays apart.

mod connection;
mod copy;
mod database;
mod engine;
mod locks;
mod sending;
mod sync;
mod tabs;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use damso_client_state::TabMessage;
use damso_domain::{ClientKey, ConversationId, UserId};
use damso_protocol::Me;
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_split_helpers::wasm_split;

use super::core::Core;
use super::storage;
use crate::app::Fetched;

/// What is to be caught up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// The lists have just been loaded: what came meanwhile, and what changed since.
    Loaded,
    /// A conversation, unless what is missing comes within a moment.
    Gap(ConversationId),
    /// Everything, in a moment.
    Soon,
    /// Everything, within some seconds.
    Spread,
}

/// What works behind the screens.
pub(crate) trait Local {
    /// Catches up.
    fn catch_up(&self, what: CatchUp);
    /// Sends what waits in a conversation, or anywhere, as soon as its turn comes.
    fn hand_over(&self, id: Option<ConversationId>);
    /// The network, or the person, is back.
    fn wake(&self);
    /// This is on the screen of this tab now.
    fn show(&self, shown: Vec<ConversationId>);
    /// I am typing.
    fn typing(&self, id: ConversationId);
    /// Something that is kept may have changed: writes it in a moment.
    fn touch(&self);
    /// Keeps a message of the outbox, and then says whether that worked.
    fn keep(&self, key: ClientKey, json: String, then: Box<dyn FnOnce(bool)>);
    /// Keeps it no longer.
    fn forget(&self, key: ClientKey);
    /// Tells the other tabs.
    fn tell(&self, message: &TabMessage);
    /// Closes everything.
    fn stop(&self);
}

/// Reads what is kept, finds out which tab leads, and connects or follows.
#[wasm_split(local, fallible, preload(load_local))]
pub(super) fn begin(core: Rc<Core>) -> Fetched<()> {
    spawn_local(engine::begin(core));
    Ok(())
}

/// A search for whose copy is kept here.
pub(crate) type FindOwner = Pin<Box<dyn Future<Output = Option<Me>>>>;

/// Whose copy is kept under this id, if it can be read.
#[wasm_split(local, fallible)]
pub(crate) fn find_owner(user: UserId) -> Fetched<FindOwner> {
    Ok(Box::pin(engine::find_owner(user)))
}

/// Forgets everything of somebody whose session has ended.
pub(crate) fn erase(user: UserId) {
    storage::forget_user(user);
    if let Ok(Some(factory)) = window().indexed_db() {
        // Other tabs that have it open close it when they hear of this.
        let _ = factory.delete_database(&database_name(user));
    }
}

/// Whether there is a copy to begin with, instead of loading everything. Only a hint.
pub(super) fn may_have_copy(user: UserId) -> bool {
    storage::get(&storage::key_of(user, COPY)).is_some()
}

/// Notes whether there is one.
fn note_copy(user: UserId, is_there: bool) {
    storage::set(&storage::key_of(user, COPY), is_there.then_some("1"));
}

const COPY: &str = "copy";

fn database_name(user: UserId) -> String {
    format!("damso.{user}")
}

//! The first load of a session.

use std::rc::Rc;
use std::time::Duration;

use damso_protocol::{Block, Conversation, Direction, Friend, FriendRequest, User};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::core::{Core, Part};
use super::local::CatchUp;
use super::storage;
use crate::api::{ApiClient, ApiError};

/// How long to wait before loading is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// What changes only with a profile is not read again within this time.
const REFRESH_MILLIS: f64 = 60_000.0;

/// Reads the lists of conversations, friends and requests. Facts that arrive meanwhile wait.
pub(super) fn load(core: &Rc<Core>) {
    core.change(&[], damso_client_state::Model::begin_sync);
    let core = core.clone();
    spawn_local(async move {
        let result = load_all(&core).await;
        if !core.is_running() {
            return;
        }
        match result {
            Ok(()) => {
                core.refreshed_at.set(js_sys::Date::now());
                core.settle_drafts();
                // What changed between the first page and the last, and before the socket was open.
                core.catch_up(CatchUp::Loaded);
            }
            Err(ApiError::Unauthenticated) => (),
            Err(_) => core.later(RETRY, load),
        }
    });
}

/// Reads what no sync brings: the profiles of friends, which have no number of mine, and the server's limits.
pub(super) fn refresh(core: &Rc<Core>) {
    if js_sys::Date::now() < core.refreshed_at.get() + REFRESH_MILLIS {
        return;
    }
    core.refreshed_at.set(js_sys::Date::now());
    let core = core.clone();
    spawn_local(async move {
        if let Ok(friends) = all_friends(core.api).await {
            let users = friends.into_iter().map(|friend| friend.user);
            core.change(&[Part::People], |model| model.people.learn_all(users));
        }
        load_limits(&core).await;
    });
}

/// Only a hint for the composer: the server checks again.
async fn load_limits(core: &Rc<Core>) {
    if core.limits.borrow().is_none()
        && let Ok(server) = core.api.server().await
    {
        *core.limits.borrow_mut() = Some(server.limits);
    }
}

async fn load_all(core: &Rc<Core>) -> Result<(), ApiError> {
    let api = core.api;
    let (conversations, users) = all_conversations(api).await?;
    core.change(&[Part::Chats, Part::People], |model| {
        model.people.learn_all(users);
        model.chats.load(conversations);
    });
    let friends = all_friends(api).await?;
    let mut requests = all_requests(api, Direction::Incoming).await?;
    requests.extend(all_requests(api, Direction::Outgoing).await?);
    let blocks = all_blocks(api).await?;
    let folders = api.folders().await?.items;
    core.change(&[Part::Chats], |model| model.chats.set_folders(folders));
    core.change(&[Part::People], |model| {
        model.people.load(friends, requests);
        model.people.load_blocks(blocks);
    });
    load_limits(core).await;
    Ok(())
}

async fn all_conversations(api: ApiClient) -> Result<(Vec<Conversation>, Vec<User>), ApiError> {
    let (mut conversations, mut users) = (Vec::new(), Vec::new());
    let mut cursor = None;
    loop {
        let page = api.conversations(cursor.as_deref()).await?;
        conversations.extend(page.items);
        users.extend(page.users);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok((conversations, users));
        }
    }
}

async fn all_friends(api: ApiClient) -> Result<Vec<Friend>, ApiError> {
    let mut friends = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.friends(cursor.as_deref()).await?;
        friends.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(friends);
        }
    }
}

async fn all_blocks(api: ApiClient) -> Result<Vec<Block>, ApiError> {
    let mut blocks = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.blocks(cursor.as_deref()).await?;
        blocks.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(blocks);
        }
    }
}

async fn all_requests(api: ApiClient, direction: Direction) -> Result<Vec<FriendRequest>, ApiError> {
    let mut requests = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.friend_requests(direction, cursor.as_deref()).await?;
        requests.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(requests);
        }
    }
}

/// A server that asks for a newer client has one: reloads, once for each version that it asks for.
pub(super) fn reload_if_outdated(min_version: &str) {
    if version(min_version) <= version(env!("CARGO_PKG_VERSION")) {
        return;
    }
    if storage::get(RELOADED_FOR).as_deref() != Some(min_version) {
        storage::set(RELOADED_FOR, Some(min_version));
        // It fails only in a document without a window.
        let _ = window().location().reload();
    }
}

const RELOADED_FOR: &str = "damso.reloaded-for";

fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

//! What one does with people, with the words that follow.

use damso_domain::{FriendRequestId, UserId};
use damso_protocol::UpdateFriendRequest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiError;
use crate::app::{Navigator, Place};
use crate::features::chat::name_by_id;
use crate::i18n::{explain_error, texts};
use crate::stores::{ChatStore, PeopleStore};
use crate::ui::Toasts;

/// What one does with people. A `Copy` handle.
#[derive(Clone, Copy)]
pub struct FriendActions {
    people: PeopleStore,
    chats: ChatStore,
    navigator: Navigator,
    toasts: Toasts,
}

impl FriendActions {
    /// From the stores of this page.
    pub fn expect() -> Self {
        Self {
            people: expect_context(),
            chats: expect_context(),
            navigator: Navigator::expect(),
            toasts: Toasts::expect(),
        }
    }

    /// Becomes friends with somebody who asked.
    pub fn accept(self, id: FriendRequestId, name: String) {
        spawn_local(async move {
            let result = self.people.accept(id).await;
            self.tell(result, move || (texts().friends.now_friends)(&name));
        });
    }

    /// Lets a request go; the other one is not told.
    pub fn decline(self, id: FriendRequestId) {
        spawn_local(async move {
            let result = self.people.decline(id).await;
            self.tell(result, || texts().friends.declined.to_owned());
        });
    }

    /// Takes a request of mine back.
    pub fn cancel(self, id: FriendRequestId) {
        spawn_local(async move {
            let result = self.people.cancel(id).await;
            self.tell(result, || texts().friends.cancelled.to_owned());
        });
    }

    /// Ends a friendship, and leaves the profile for the list.
    pub fn remove(self, id: UserId, name: String) {
        spawn_local(async move {
            let result = self.people.remove(id).await;
            if result.is_ok() && self.navigator.place_now() == Place::Friend(id) {
                self.navigator.replace(Place::Friends);
            }
            self.tell(result, move || (texts().friends.removed)(&name));
        });
    }

    /// Keeps a friend on top of my list, or not any more.
    pub fn set_favorite(self, id: UserId, is_favorite: bool) {
        let request = UpdateFriendRequest {
            is_favorite: Some(is_favorite),
            ..UpdateFriendRequest::default()
        };
        spawn_local(async move {
            if let Err(error) = self.people.update(id, &request).await {
                self.toasts.show(explain_error(&error));
            }
        });
    }

    /// Takes a friend out of my list; there is a way back.
    pub fn hide(self, id: UserId) {
        spawn_local(async move {
            let name = self.called(id);
            match self.people.update(id, &hiding(true)).await {
                Ok(()) => self.toasts.show_with(
                    (texts().friends.hidden_now)(&name),
                    texts().common.undo,
                    move || self.show_again(id),
                ),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    /// Brings a friend back into my list.
    pub fn show_again(self, id: UserId) {
        spawn_local(async move {
            let name = self.called(id);
            let result = self.people.update(id, &hiding(false)).await;
            self.tell(result, move || (texts().friends.shown_now)(&name));
        });
    }

    fn called(self, id: UserId) -> String {
        untrack(|| name_by_id(self.people, id))
    }

    /// Opens the conversation with somebody, or with myself.
    pub fn chat_with(self, id: UserId, busy: RwSignal<bool>) {
        busy.set(true);
        spawn_local(async move {
            match self.chats.open_direct(id).await {
                Ok(conversation) => self.navigator.go(Place::Chat(conversation)),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
            busy.try_set(false);
        });
    }

    fn tell<T>(self, result: Result<T, ApiError>, done: impl FnOnce() -> String) {
        self.toasts.show(match result {
            Ok(_) => done(),
            Err(error) => explain_error(&error),
        });
    }
}

fn hiding(is_hidden: bool) -> UpdateFriendRequest {
    UpdateFriendRequest {
        is_hidden: Some(is_hidden),
        ..UpdateFriendRequest::default()
    }
}

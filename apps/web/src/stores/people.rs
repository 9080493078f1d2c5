//! Friends, requests, and everybody else the client has heard of.

use std::rc::Rc;

use damso_client_state::Model;
use damso_domain::{CalendarDay, FriendRequestId, NameQuery, UserId};
use damso_protocol::{
    Block, BlockRequest, CreateFriendRequest, CreateReportRequest, CreatedReport, Friend, FriendRequest,
    FriendRequestState, Mutual, Presence, UpdateFriendRequest, User,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::core::{Core, Part};
use crate::api::ApiError;

/// People. A `Copy` handle, handed down by context.
///
/// What reads is tracked: used inside a reactive closure, it runs again when people change.
#[derive(Clone, Copy)]
pub struct PeopleStore {
    core: StoredValue<Rc<Core>, LocalStorage>,
}

impl PeopleStore {
    pub(super) const fn new(core: StoredValue<Rc<Core>, LocalStorage>) -> Self {
        Self { core }
    }

    fn core(self) -> Rc<Core> {
        self.core.get_value()
    }

    /// Whether friends and requests have been read.
    pub fn is_loaded(self) -> bool {
        self.core()
            .read(&[Part::People], |model| model.people.is_loaded())
    }

    /// One account, as far as it is known.
    pub fn user(self, id: UserId) -> Option<User> {
        self.core()
            .read(&[Part::People], |model| model.people.user(id).cloned())
    }

    /// What I call somebody: as I have named them as a friend, else by their own name.
    pub fn name(self, user: &User) -> String {
        self.core()
            .read(&[Part::People], |model| model.people.name(user).to_owned())
    }

    /// Whether a search finds somebody: by what I call them, by their own name or by their handle.
    pub fn is_found(self, user: &User, query: &NameQuery) -> bool {
        self.core()
            .read(&[Part::People], |model| model.people.is_found(user, query))
    }

    /// Those of some friends whom a search finds, in their order.
    pub fn found(self, friends: &[Friend], query: &NameQuery) -> Vec<Friend> {
        self.core().read(&[Part::People], |model| {
            let is_found = |friend: &&Friend| model.people.is_found(&friend.user, query);
            friends.iter().filter(is_found).cloned().collect()
        })
    }

    /// A friend; `None` for everybody else.
    pub fn friend(self, id: UserId) -> Option<Friend> {
        self.core().read(&[Part::People], |model| model.people.friend(id))
    }

    /// All my friends, also hidden ones, by what I call them.
    pub fn friends(self) -> Vec<Friend> {
        self.core().read(&[Part::People], |model| model.people.friends())
    }

    /// Friends whose birthday is today or soon, and in how many days.
    pub fn birthdays(self, today: CalendarDay) -> Vec<(u16, Friend)> {
        self.core()
            .read(&[Part::People], |model| model.people.birthdays(today))
    }

    /// Whether a friend is here; `None` for everybody else.
    pub fn presence(self, id: UserId) -> Option<Presence> {
        self.core()
            .read(&[Part::People], |model| model.people.presence(id).cloned())
    }

    /// Whether somebody is a friend of mine.
    pub fn is_friend(self, id: UserId) -> bool {
        self.core()
            .read(&[Part::People], |model| model.people.is_friend(id))
    }

    /// Requests that wait for my answer, the newest first.
    pub fn incoming(self) -> Vec<FriendRequest> {
        self.core().read(&[Part::People], |model| model.people.incoming())
    }

    /// Requests of mine that wait for an answer, the newest first.
    pub fn outgoing(self) -> Vec<FriendRequest> {
        self.core().read(&[Part::People], |model| model.people.outgoing())
    }

    /// Whom I block, by name.
    pub fn blocks(self) -> Vec<Block> {
        self.core().read(&[Part::People], |model| model.people.blocks())
    }

    /// Whether I block somebody.
    pub fn is_blocked(self, id: UserId) -> bool {
        self.core()
            .read(&[Part::People], |model| model.people.is_blocked(id))
    }

    /// Blocks somebody, who is no friend of mine any more.
    pub async fn block(self, id: UserId, hide_profile: bool) -> Result<(), ApiError> {
        let core = self.core();
        let block = core.api.block(id, &BlockRequest { hide_profile }).await?;
        core.change(&[Part::People], |model| {
            model.people.remove_friend(id);
            model.people.add_block(block);
        });
        Ok(())
    }

    /// Lets somebody be again.
    pub async fn unblock(self, id: UserId) -> Result<(), ApiError> {
        let core = self.core();
        core.api.unblock(id).await?;
        core.change(&[Part::People], |model| model.people.remove_block(id));
        Ok(())
    }

    /// Reports somebody, or what they wrote.
    pub async fn report(self, request: &CreateReportRequest) -> Result<CreatedReport, ApiError> {
        self.core().api.report(request).await
    }

    /// Looks somebody up by their handle.
    pub async fn find(self, handle: &str) -> Result<User, ApiError> {
        let core = self.core();
        let user = core.api.user_by_handle(handle).await?;
        core.learn_user(user.clone());
        Ok(user)
    }

    /// Reads somebody whom the client may not have heard of.
    pub fn need(self, id: UserId) {
        let core = self.core();
        if core.peek(|model| model.people.user(id).is_some()) {
            return;
        }
        spawn_local(async move {
            // Who cannot be read now stays unknown until something else mentions them.
            if let Ok(user) = core.api.user(id).await {
                core.learn_user(user);
            }
        });
    }

    /// What somebody and I have in common, as it is now.
    pub async fn mutual(self, id: UserId) -> Result<Mutual, ApiError> {
        let core = self.core();
        let mutual = core.api.mutual(id).await?;
        for friend in &mutual.friends {
            core.learn_user(friend.clone());
        }
        Ok(mutual)
    }

    /// Asks somebody to become a friend. The answer is accepted already when they had asked as well.
    pub async fn ask(self, request: &CreateFriendRequest) -> Result<FriendRequest, ApiError> {
        let core = self.core();
        let request = core.api.create_friend_request(request).await?;
        core.change(&[Part::People], |model| match request.state {
            FriendRequestState::Pending => model.people.add_request(request.clone()),
            // The friendship comes as an event, with its own date.
            FriendRequestState::Accepted => model.people.close_request(request.id),
        });
        Ok(request)
    }

    /// Becomes friends.
    pub async fn accept(self, id: FriendRequestId) -> Result<Friend, ApiError> {
        let core = self.core();
        let friend = core.api.accept_friend_request(id).await?;
        core.change(&[Part::People], |model| {
            model.people.close_request(id);
            model.people.add_friend(friend.clone());
        });
        Ok(friend)
    }

    /// Says no.
    pub async fn decline(self, id: FriendRequestId) -> Result<(), ApiError> {
        let core = self.core();
        core.api.decline_friend_request(id).await?;
        core.change(&[Part::People], |model| model.people.close_request(id));
        Ok(())
    }

    /// Takes back my own request.
    pub async fn cancel(self, id: FriendRequestId) -> Result<(), ApiError> {
        let core = self.core();
        core.api.cancel_friend_request(id).await?;
        core.change(&[Part::People], |model| model.people.close_request(id));
        Ok(())
    }

    /// Keeps a friend otherwise than before.
    pub async fn update(self, id: UserId, request: &UpdateFriendRequest) -> Result<(), ApiError> {
        let core = self.core();
        let asked_at = core.peek(Model::user_rev);
        let friend = core.api.update_friend(id, request).await?;
        core.change(&[Part::People], |model| {
            // Once my stream has moved, it tells of this, and perhaps of a later change that the answer does not know.
            if model.user_rev() == asked_at {
                model.people.update_friend(friend);
            }
        });
        Ok(())
    }

    /// Ends a friendship.
    pub async fn remove(self, id: UserId) -> Result<(), ApiError> {
        let core = self.core();
        core.api.remove_friend(id).await?;
        core.change(&[Part::People], |model| model.people.remove_friend(id));
        Ok(())
    }
}

//! Everybody the client has heard of, my friends, and the requests between us.

use std::collections::HashMap;

use damso_domain::{CalendarDay, FriendRequestId, MonthDay, NameQuery, Timestamp, UserId};
use damso_protocol::{Block, ChangedPresence, Friend, FriendRequest, Presence, User};

use crate::kept::KeptFriend;

/// Everybody the client has heard of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    me: Option<UserId>,
    users: HashMap<UserId, User>,
    friends: HashMap<UserId, Friendship>,
    requests: HashMap<FriendRequestId, FriendRequest>,
    blocks: HashMap<UserId, Blocked>,
    is_loaded: bool,
}

/// What I know of a friend beside their profile.
#[derive(Clone, Debug, PartialEq)]
struct Friendship {
    nickname: Option<String>,
    is_favorite: bool,
    is_hidden: bool,
    since: Timestamp,
    presence: Presence,
    birthday: Option<MonthDay>,
}

/// How I block somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Blocked {
    hide_profile: bool,
    since: Timestamp,
}

impl People {
    /// For the account that is signed in.
    pub fn of(me: UserId) -> Self {
        Self {
            me: Some(me),
            ..Self::default()
        }
    }

    /// Whether friends and requests have been read from the server.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// Takes over what was read from the server at the start.
    pub fn load(&mut self, friends: Vec<Friend>, requests: Vec<FriendRequest>) {
        self.friends.clear();
        self.requests.clear();
        for friend in friends {
            self.add_friend(friend);
        }
        for request in requests {
            self.add_request(request);
        }
        self.is_loaded = true;
    }

    /// Takes over whom I block, as it was read from the server.
    pub fn load_blocks(&mut self, blocks: Vec<Block>) {
        self.blocks.clear();
        blocks.into_iter().for_each(|block| self.add_block(block));
    }

    /// Takes over what an earlier visit has kept. The people themselves have been learnt before.
    pub(crate) fn restore(
        &mut self,
        friends: Vec<KeptFriend>,
        requests: Vec<FriendRequest>,
        blocks: impl IntoIterator<Item = (UserId, bool, Timestamp)>,
    ) {
        let friend = |kept| {
            let KeptFriend {
                id,
                nickname,
                is_favorite,
                is_hidden,
                since,
                birthday,
            } = kept;
            let friendship = Friendship {
                nickname,
                is_favorite,
                is_hidden,
                since,
                // Who is here comes anew with each connection.
                presence: Presence::NOT_TOLD,
                birthday,
            };
            (id, friendship)
        };
        self.friends = friends.into_iter().map(friend).collect();
        self.requests.clear();
        for request in requests {
            self.add_request(request);
        }
        let blocked = |(id, hide_profile, since)| (id, Blocked { hide_profile, since });
        self.blocks = blocks.into_iter().map(blocked).collect();
        self.is_loaded = true;
    }

    /// Whom I block, how and since when, in the order of their ids.
    pub(crate) fn block_dates(&self) -> Vec<(UserId, bool, Timestamp)> {
        let blocks = self.blocks.iter();
        let mut blocks: Vec<_> = blocks
            .map(|(id, blocked)| (*id, blocked.hide_profile, blocked.since))
            .collect();
        blocks.sort_unstable_by_key(|(id, ..)| *id);
        blocks
    }

    /// Who is a friend, in no particular order.
    pub(crate) fn friend_ids(&self) -> impl Iterator<Item = UserId> {
        self.friends.keys().copied()
    }

    /// How I keep my friends, in the order of their ids.
    pub(crate) fn kept_friends(&self) -> Vec<KeptFriend> {
        let kept = |(id, friend): (&UserId, &Friendship)| KeptFriend {
            id: *id,
            nickname: friend.nickname.clone(),
            is_favorite: friend.is_favorite,
            is_hidden: friend.is_hidden,
            since: friend.since,
            birthday: friend.birthday,
        };
        let mut friends: Vec<_> = self.friends.iter().map(kept).collect();
        friends.sort_unstable_by_key(|friend| friend.id);
        friends
    }

    /// All requests that wait for an answer, in the order of their ids.
    pub(crate) fn requests(&self) -> Vec<FriendRequest> {
        let mut requests: Vec<_> = self.requests.values().cloned().collect();
        requests.sort_by_key(|request| request.id);
        requests
    }

    /// One account.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    /// Of two copies the larger version wins. Says whether anything changed.
    pub fn learn(&mut self, user: User) -> bool {
        let is_newer = self
            .users
            .get(&user.id)
            .is_none_or(|known| known.version < user.version || is_new_end(known, &user));
        if is_newer {
            self.users.insert(user.id, user);
        }
        is_newer
    }

    /// See [`People::learn`].
    pub fn learn_all(&mut self, users: impl IntoIterator<Item = User>) -> bool {
        users
            .into_iter()
            .fold(false, |changed, user| self.learn(user) | changed)
    }

    /// What I call somebody: as I have named them as a friend, else by their own name.
    pub fn name<'a>(&'a self, user: &'a User) -> &'a str {
        let nickname = self.friends.get(&user.id).and_then(|it| it.nickname.as_deref());
        nickname.unwrap_or(&user.display_name)
    }

    /// Whether a search finds somebody: by what I call them, by their own name or by their handle.
    pub fn is_found(&self, user: &User, query: &NameQuery) -> bool {
        let (name, handle) = (self.name(user), user.handle.as_deref().unwrap_or_default());
        query.finds(name)
            || (name != user.display_name && query.finds(&user.display_name))
            || query.finds(handle)
    }

    /// All my friends, also hidden ones, by what I call them.
    pub fn friends(&self) -> Vec<Friend> {
        let friends = self.friends.iter().filter_map(|(id, it)| self.friend_of(*id, it));
        let mut friends: Vec<Friend> = friends.collect();
        friends.sort_by_cached_key(|friend| self.place(&friend.user));
        friends
    }

    /// Friends in my list who have their birthday today or within a week, in the order in which they come, and in how many
    /// days that is.
    pub fn birthdays(&self, today: CalendarDay) -> Vec<(u16, Friend)> {
        const SOON_DAYS: u16 = 7;
        let shown = self.friends().into_iter().filter(|friend| !friend.is_hidden);
        let soon = shown.filter_map(|friend| Some((friend.birthday?.days_until(today), friend)));
        let mut soon: Vec<_> = soon.filter(|(days, _)| *days <= SOON_DAYS).collect();
        // They are in the order of names, which those of one day keep.
        soon.sort_by_key(|(days, _)| *days);
        soon
    }

    /// A friend; `None` for everybody else.
    pub fn friend(&self, id: UserId) -> Option<Friend> {
        self.friend_of(id, self.friends.get(&id)?)
    }

    fn friend_of(&self, id: UserId, friendship: &Friendship) -> Option<Friend> {
        Some(Friend {
            user: self.users.get(&id)?.clone(),
            nickname: friendship.nickname.clone(),
            is_favorite: friendship.is_favorite,
            is_hidden: friendship.is_hidden,
            since: friendship.since,
            presence: friendship.presence.clone(),
            birthday: friendship.birthday,
        })
    }

    /// Where somebody stands in a list of people.
    fn place(&self, user: &User) -> (String, UserId) {
        (self.name(user).to_lowercase(), user.id)
    }

    /// Whether somebody is a friend of mine.
    pub fn is_friend(&self, id: UserId) -> bool {
        self.friends.contains_key(&id)
    }

    /// Whether a friend is here; `None` for everybody else.
    pub fn presence(&self, id: UserId) -> Option<&Presence> {
        self.friends.get(&id).map(|friendship| &friendship.presence)
    }

    /// Friends came, went or say something else. Says whether anything changed.
    pub fn take_presences(&mut self, items: Vec<ChangedPresence>) -> bool {
        let mut has_changed = false;
        for item in items {
            let Some(friendship) = self.friends.get_mut(&item.user_id) else {
                continue;
            };
            let presence = Presence {
                status: item.status,
                text: item.text,
                last_seen_at: item.last_seen_at,
            };
            has_changed |= friendship.presence != presence;
            friendship.presence = presence;
        }
        has_changed
    }

    /// Requests that wait for my answer, the newest first.
    pub fn incoming(&self) -> Vec<FriendRequest> {
        self.requests_where(|request| Some(request.to.id) == self.me)
    }

    /// Requests of mine that wait for an answer, the newest first.
    pub fn outgoing(&self) -> Vec<FriendRequest> {
        self.requests_where(|request| Some(request.from.id) == self.me)
    }

    /// Somebody is a friend now.
    pub fn add_friend(&mut self, friend: Friend) {
        let id = friend.user.id;
        let Friend {
            user,
            nickname,
            is_favorite,
            is_hidden,
            since,
            presence,
            birthday,
        } = friend;
        let friendship = Friendship {
            nickname,
            is_favorite,
            is_hidden,
            since,
            presence,
            birthday,
        };
        self.friends.insert(id, friendship);
        self.learn(user);
        // Whatever was asked between us has been answered by it.
        self.requests
            .retain(|_, request| request.from.id != id && request.to.id != id);
    }

    /// I keep a friend otherwise than before. Whether they are here is told by itself, and may be known better already.
    pub fn update_friend(&mut self, friend: Friend) {
        let known = self.presence(friend.user.id).cloned();
        let presence = known.unwrap_or_else(|| friend.presence.clone());
        self.add_friend(Friend { presence, ..friend });
    }

    /// Somebody is not a friend any more.
    pub fn remove_friend(&mut self, id: UserId) {
        self.friends.remove(&id);
    }

    /// There is a new request from me or to me.
    pub fn add_request(&mut self, request: FriendRequest) {
        self.learn(request.from.clone());
        self.learn(request.to.clone());
        self.requests.insert(request.id, request);
    }

    /// A request was answered or withdrawn.
    pub fn close_request(&mut self, id: FriendRequestId) {
        self.requests.remove(&id);
    }

    /// I block somebody from now on, or otherwise than before.
    pub fn add_block(&mut self, block: Block) {
        let Block {
            user,
            hide_profile,
            since,
        } = block;
        self.blocks.insert(user.id, Blocked { hide_profile, since });
        self.learn(user);
    }

    /// I do not block somebody any more.
    pub fn remove_block(&mut self, id: UserId) {
        self.blocks.remove(&id);
    }

    /// Whether I block somebody.
    pub fn is_blocked(&self, id: UserId) -> bool {
        self.blocks.contains_key(&id)
    }

    /// Whom I block, by name.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = self
            .blocks
            .iter()
            .filter_map(|(id, blocked)| {
                Some(Block {
                    user: self.users.get(id)?.clone(),
                    hide_profile: blocked.hide_profile,
                    since: blocked.since,
                })
            })
            .collect();
        blocks.sort_by_cached_key(|block| self.place(&block.user));
        blocks
    }

    /// Profiles change while a request waits.
    fn newest(&self, user: &User) -> User {
        self.users.get(&user.id).unwrap_or(user).clone()
    }

    fn requests_where(&self, is_wanted: impl Fn(&FriendRequest) -> bool) -> Vec<FriendRequest> {
        let mut requests: Vec<_> = self
            .requests
            .values()
            .filter(|request| is_wanted(request))
            .map(|request| FriendRequest {
                from: self.newest(&request.from),
                to: self.newest(&request.to),
                ..request.clone()
            })
            .collect();
        requests.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
        requests
    }
}

/// A deleted account may keep its last version.
fn is_new_end(known: &User, user: &User) -> bool {
    known.version == user.version && user.is_deleted && !known.is_deleted
}

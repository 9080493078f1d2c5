//! Who can reach somebody.

use serde::{Deserialize, Serialize};

use crate::conversation::stored_enum;

stored_enum!(
    /// Who may ask somebody to be a friend. Whoever has a link of theirs, or was asked by them, always may.
    FriendRequestsFrom {
        /// Everybody.
        Everyone = "everyone",
        /// Those with whom they have a friend in common.
        FriendsOfFriends = "friends_of_friends",
        /// Nobody.
        Nobody = "nobody",
    }
);

stored_enum!(
    /// Who may bring somebody into a group. Whoever has a link into it may always come by themself.
    GroupAddsFrom {
        /// Those who keep them as a friend.
        Friends = "friends",
        /// Nobody.
        Nobody = "nobody",
    }
);

stored_enum!(
    /// Who may begin a direct conversation with somebody. One that there is goes on.
    MessagesFrom {
        /// Everybody.
        Everyone = "everyone",
        /// Those who keep them as a friend.
        Friends = "friends",
    }
);

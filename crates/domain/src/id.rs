//! Ids as newtypes: a bare `Uuid` never stands for one of them in a signature.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Seq;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $make:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, different from every other.
            #[expect(clippy::new_without_default, reason = "a default id would be a different one each time")]
            pub fn new() -> Self {
                Self(Uuid::$make())
            }

            /// The id that is stored as this UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID to store.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        crate::lean::read_from_text!($name, |text: &str| text.parse().ok());

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                raw.parse().map(Self)
            }
        }
    };
}

id!(
    /// An account. UUIDv7.
    UserId, now_v7
);
id!(
    /// A signed-in device. UUIDv7.
    SessionId, now_v7
);
id!(
    /// A conversation of any kind. UUIDv7.
    ConversationId, now_v7
);
id!(
    /// A message. UUIDv7; the order of messages is their `seq`, never their id.
    MessageId, now_v7
);
id!(
    /// A request to become friends. UUIDv7.
    FriendRequestId, now_v7
);
id!(
    /// An uploaded file. UUIDv7.
    AttachmentId, now_v7
);
id!(
    /// A key that signs its owner in without a password. UUIDv7.
    PasskeyId, now_v7
);
id!(
    /// Something that has happened to an account. UUIDv7.
    SecurityEventId, now_v7
);
id!(
    /// A copy of everything that is somebody's. UUIDv7.
    ExportId, now_v7
);
id!(
    /// Something that somebody has told the operator. UUIDv7.
    ReportId, now_v7
);
id!(
    /// An invitation to make an account. UUIDv7.
    InviteId, now_v7
);
id!(
    /// A link by which people become friends, or come into a group. UUIDv7.
    InviteLinkId, now_v7
);
id!(
    /// A folder of somebody's list of conversations. UUIDv7.
    FolderId, now_v7
);
id!(
    /// A picture of a person or a group. Random, and new at each change, so that it cannot be guessed
    /// and may be cached for ever.
    ImageId, new_v4
);
id!(
    /// Made by the client for each message it wants stored. Sending it twice stores one message.
    ClientKey, new_v4
);

/// Names one message: its conversation and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// The conversation it is in.
    pub conversation_id: ConversationId,
    /// Its number there.
    pub seq: Seq,
}

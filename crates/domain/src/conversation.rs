//! Kinds of conversations and messages, and who may do what.

use serde::{Deserialize, Serialize};

macro_rules! stored_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, miniserde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// As the database and the wire spell it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The reverse of [`Self::as_str`].
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use stored_enum;

stored_enum!(
    /// What a conversation is.
    ConversationKind {
        /// A person's notes to themself; made at sign-up.
        SelfChat = "self",
        /// Between two people; one for each pair.
        Direct = "direct",
        /// Between up to 1,000 people.
        Group = "group",
    }
);

impl ConversationKind {
    /// The most members a group has.
    pub const MAX_MEMBERS: usize = 1_000;

    /// Whether people can be added, removed and leave for good.
    pub const fn has_changing_members(self) -> bool {
        matches!(self, Self::Group)
    }

    /// Whether a member of this role may put a message on top, and take it away. In `KakaoTalk` everybody in a group may;
    /// here it belongs to those who run it, as its name does: all others have it before their eyes.
    pub const fn allows_notice_by(self, role: Role) -> bool {
        match self {
            Self::SelfChat | Self::Direct => true,
            Self::Group => role.can_change_group(),
        }
    }
}

stored_enum!(
    /// What somebody who joins a group later can read.
    History {
        /// What was written after they joined.
        FromJoin = "from_join",
        /// Everything.
        All = "all",
    }
);

stored_enum!(
    /// Who made a message.
    MessageKind {
        /// A person.
        User = "user",
        /// The conversation itself: somebody joined, the name changed.
        System = "system",
        /// A person, who asks the others to choose.
        Poll = "poll",
    }
);

stored_enum!(
    /// What a member may do.
    Role {
        /// Takes part.
        Member = "member",
        /// Runs the group together with its owner.
        Admin = "admin",
        /// Has the last word; every group has exactly one.
        Owner = "owner",
    }
);

impl Role {
    const fn rank(self) -> u8 {
        match self {
            Self::Member => 0,
            Self::Admin => 1,
            Self::Owner => 2,
        }
    }

    /// Anyone in a group brings friends along, as in `KakaoTalk`.
    pub const fn can_add_members(self) -> bool {
        true
    }

    /// Making links that lead into the group, seeing those that there are, and taking them back. A link brings in whoever
    /// has it, known to nobody: that is more than bringing a friend along.
    pub const fn can_manage_invites(self) -> bool {
        Role::Admin.rank() <= self.rank()
    }

    /// Name, picture and history setting.
    pub const fn can_change_group(self) -> bool {
        Role::Admin.rank() <= self.rank()
    }

    /// Whether a member of this role may remove one of `other`'s.
    pub const fn can_remove(self, other: Role) -> bool {
        Role::Admin.rank() <= self.rank() && other.rank() < self.rank()
    }

    /// Whether a member of this role may delete, for everyone, what others wrote.
    pub const fn can_delete_messages_of_others(self) -> bool {
        Role::Admin.rank() <= self.rank()
    }

    /// Whether a member of this role may close polls of others.
    pub const fn can_close_polls_of_others(self) -> bool {
        Role::Admin.rank() <= self.rank()
    }

    /// Whether a member of this role may mention everybody at once.
    pub const fn can_mention_all(self) -> bool {
        Role::Admin.rank() <= self.rank()
    }

    /// Whether a member of this role may give others a role.
    pub const fn can_change_roles(self) -> bool {
        matches!(self, Self::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_of_roles() {
        use Role::{Admin, Member, Owner};
        let can_remove = [
            (Owner, Admin, true),
            (Owner, Member, true),
            (Owner, Owner, false),
            (Admin, Member, true),
            (Admin, Admin, false),
            (Admin, Owner, false),
            (Member, Member, false),
            (Member, Admin, false),
        ];
        for (actor, other, expected) in can_remove {
            assert_eq!(actor.can_remove(other), expected, "{actor:?} removes {other:?}");
        }
        assert!(Admin.can_change_group() && Owner.can_change_group() && !Member.can_change_group());
        assert!(Admin.can_mention_all() && Owner.can_mention_all() && !Member.can_mention_all());
        assert!(Owner.can_change_roles() && !Admin.can_change_roles());
        assert!(Admin.can_manage_invites() && Owner.can_manage_invites() && !Member.can_manage_invites());
        for (kind, role, expected) in [
            (ConversationKind::Group, Owner, true),
            (ConversationKind::Group, Admin, true),
            (ConversationKind::Group, Member, false),
            (ConversationKind::Direct, Member, true),
            (ConversationKind::SelfChat, Owner, true),
        ] {
            assert_eq!(kind.allows_notice_by(role), expected, "{role:?} in {kind:?}");
        }
    }

    #[test]
    fn stored_texts_round_trip() {
        for kind in [
            ConversationKind::SelfChat,
            ConversationKind::Direct,
            ConversationKind::Group,
        ] {
            assert_eq!(ConversationKind::from_text(kind.as_str()), Some(kind));
            assert_eq!(
                serde_json::to_string(&kind).unwrap(),
                format!("\"{}\"", kind.as_str())
            );
        }
    }
}

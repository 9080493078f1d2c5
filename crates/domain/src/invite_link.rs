//! How often and how long a link into a group is good.

use std::time::Duration;

/// How many people a link into a group brings in at the most: 1 to 1,000, as many as a group has members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteUses(i32);

/// Why a number cannot be that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has to be between 1 and {}", InviteUses::MAX)]
pub struct InviteUsesError;

impl InviteUses {
    /// More never fit into a group.
    pub const MAX: i32 = 1_000;

    /// Takes a number within the bounds.
    pub fn parse(raw: i64) -> Result<Self, InviteUsesError> {
        let uses = i32::try_from(raw).map_err(|_| InviteUsesError)?;
        if (1..=Self::MAX).contains(&uses) {
            Ok(Self(uses))
        } else {
            Err(InviteUsesError)
        }
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

/// How long a link into a group is good: one minute to 365 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteLifetime(Duration);

/// Why a time cannot be that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has to be between {} and {} seconds", InviteLifetime::MIN.as_secs(), InviteLifetime::MAX.as_secs())]
pub struct InviteLifetimeError;

impl InviteLifetime {
    /// Long enough for somebody who stands beside.
    pub const MIN: Duration = Duration::from_mins(1);
    /// What should be good for longer is made without an end, and taken back.
    pub const MAX: Duration = Duration::from_hours(24 * 365);
    /// How long the link is good by which somebody becomes a friend.
    pub const OF_FRIEND: Duration = Duration::from_hours(24 * 7);

    /// Takes seconds within the bounds.
    pub fn parse(secs: i64) -> Result<Self, InviteLifetimeError> {
        let lifetime = u64::try_from(secs).map(Duration::from_secs);
        match lifetime {
            Ok(lifetime) if (Self::MIN..=Self::MAX).contains(&lifetime) => Ok(Self(lifetime)),
            _ => Err(InviteLifetimeError),
        }
    }

    /// The time.
    pub const fn get(self) -> Duration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::ConversationKind;

    #[test]
    fn a_link_fills_a_group() {
        assert_eq!(
            usize::try_from(InviteUses::MAX),
            Ok(ConversationKind::MAX_MEMBERS)
        );
    }

    #[test]
    fn uses_and_lifetimes_have_bounds() {
        for (raw, is_good) in [
            (i64::MIN, false),
            (-1, false),
            (0, false),
            (1, true),
            (1_000, true),
            (1_001, false),
            (i64::MAX, false),
        ] {
            assert_eq!(InviteUses::parse(raw).is_ok(), is_good, "{raw} uses");
        }
        for (secs, is_good) in [
            (i64::MIN, false),
            (0, false),
            (59, false),
            (60, true),
            (31_536_000, true),
            (31_536_001, false),
            (i64::MAX, false),
        ] {
            assert_eq!(InviteLifetime::parse(secs).is_ok(), is_good, "{secs} s");
        }
    }
}

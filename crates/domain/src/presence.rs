//! Whether somebody is here, and who may see it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::conversation::stored_enum;

stored_enum!(
    /// What somebody says about being here.
    PresenceStatus {
        /// Here.
        Online = "online",
        /// Not at the screen.
        Away = "away",
        /// Does not want to be disturbed.
        Busy = "busy",
        /// Here, and nobody is to know.
        Invisible = "invisible",
    }
);

stored_enum!(
    /// What others see of it. Somebody invisible looks like somebody who is not there.
    ShownStatus {
        /// Here.
        Online = "online",
        /// Not at the screen.
        Away = "away",
        /// Does not want to be disturbed.
        Busy = "busy",
        /// Not connected, as far as others may know.
        Offline = "offline",
    }
);

stored_enum!(
    /// Who sees whether somebody is here, and when they last were.
    PresenceVisibility {
        /// Those they keep as friends.
        Friends = "friends",
        /// Nobody.
        Nobody = "nobody",
    }
);

impl PresenceVisibility {
    /// Whether those who keep somebody as a friend are told.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Friends)
    }
}

impl PresenceStatus {
    /// What it is once `expires_at` has passed: a status that is over is as if it had never been set.
    #[must_use]
    pub fn at(self, now: Timestamp, expires_at: Option<Timestamp>) -> Self {
        match expires_at {
            Some(expires_at) if expires_at <= now => Self::Online,
            _ => self,
        }
    }

    /// What others see of somebody who is connected or is not.
    pub const fn shown(self, is_connected: bool) -> ShownStatus {
        match self {
            Self::Online if is_connected => ShownStatus::Online,
            Self::Away if is_connected => ShownStatus::Away,
            Self::Busy if is_connected => ShownStatus::Busy,
            _ => ShownStatus::Offline,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_looks_like_not_there() {
        for is_connected in [true, false] {
            assert_eq!(
                PresenceStatus::Invisible.shown(is_connected),
                PresenceStatus::Online.shown(false)
            );
        }
        assert_eq!(PresenceStatus::Busy.shown(true), ShownStatus::Busy);
    }

    #[test]
    fn a_status_that_is_over_is_none() {
        let now = Timestamp::now();
        let earlier = now.before(std::time::Duration::from_millis(1));
        assert_eq!(
            PresenceStatus::Invisible.at(now, Some(now)),
            PresenceStatus::Online
        );
        assert_eq!(PresenceStatus::Busy.at(earlier, Some(now)), PresenceStatus::Busy);
        assert_eq!(PresenceStatus::Busy.at(now, None), PresenceStatus::Busy);
    }
}

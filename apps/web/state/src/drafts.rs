//! What is known of a draft on this device beside its text: whether the server has it, and as of when that is so.

use damso_domain::Rev;
use serde::Serialize;

/// What is known of a draft on this device beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct DraftMark {
    /// It was written here, and the server has not said that it has it.
    pub is_unsent: bool,
    /// Whether the server has one.
    pub is_there: bool,
    /// As of which change of my own stream: what was told before it is older than what is here.
    pub seen: Rev,
}

impl DraftMark {
    /// Nothing is known.
    pub const NONE: Self = Self {
        is_unsent: false,
        is_there: false,
        seen: Rev::ZERO,
    };

    /// Whether what the server has as of a change takes the place of what is here. What somebody writes here and the server
    /// does not have yet stays, and goes to the server: the last one wins. Tabs hear of a change at different times, so
    /// one that is known here already may come once more.
    pub fn gives_way_to(&self, told: Rev) -> bool {
        !self.is_unsent && self.seen < told
    }

    /// Something has been written here. Says whether that is news.
    pub const fn write(&mut self) -> bool {
        !std::mem::replace(&mut self.is_unsent, true)
    }

    /// The server has what was sent to it. If that is not what is here any more, what is here is still to be sent.
    pub fn sent(&mut self, kept: bool, as_of: Rev, is_still_here: bool) {
        *self = Self {
            is_unsent: !is_still_here,
            is_there: kept,
            seen: self.seen.max(as_of),
        };
    }
}

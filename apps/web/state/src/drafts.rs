//! What is known of a draft on this device beside its text: whether the server has it, and which one of the server's it is.

use damso_domain::Timestamp;
use damso_protocol::Draft;
use serde::Serialize;

/// What is known of a draft on this device beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, miniserde::Deserialize)]
pub struct DraftMark {
    /// It was written here, and the server has not said that it has it.
    pub is_unsent: bool,
    /// Of when the server's is that this one has come from or gone to; `None`: there was none.
    pub seen: Option<Timestamp>,
}

impl DraftMark {
    /// Nothing is known.
    pub const NONE: Self = Self {
        is_unsent: false,
        seen: None,
    };

    /// Whether what the server has takes the place of what is here. What somebody writes here and the server does not have
    /// yet stays, and goes to the server: the last one wins.
    pub fn gives_way_to(&self, told: Option<&Draft>) -> bool {
        !self.is_unsent && told.map(|draft| draft.updated_at) != self.seen
    }

    /// Something has been written here. Says whether that is news.
    pub const fn write(&mut self) -> bool {
        !std::mem::replace(&mut self.is_unsent, true)
    }

    /// The server has what was sent to it. If that is not what is here any more, what is here is still to be sent.
    pub const fn sent(&mut self, kept: Option<Timestamp>, is_still_here: bool) {
        *self = Self {
            is_unsent: !is_still_here,
            seen: kept,
        };
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }
}

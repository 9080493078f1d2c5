//! What a run comes to.

use std::fmt;

/// A promise of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// An acknowledged message is in the history exactly once.
    I1,
    /// A message that is asked for again is one message.
    I2,
    /// What a device was told equals what it would be told afresh.
    I3,
    /// No two readers see messages in opposite order.
    I4,
    /// Unread counts, read pointers and deletions converge.
    I5,
    /// Nothing reaches whoever has lost the right to read.
    I6,
    /// An ended session loses its sockets.
    I7,
    /// What was killed is ready again soon, and so are the clients.
    I8,
    /// What is away answers 503, never 500, and every request has an answer once everything is healed.
    I9,
    /// Whoever does not read is closed, and nobody else.
    I10,
}

impl Invariant {
    /// All that are checked.
    pub const ALL: [Self; 10] = [
        Self::I1,
        Self::I2,
        Self::I3,
        Self::I4,
        Self::I5,
        Self::I6,
        Self::I7,
        Self::I8,
        Self::I9,
        Self::I10,
    ];

    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::I1 => "an acknowledged message is in the history exactly once",
            Self::I2 => "a repeated key is one message, answered with 200",
            Self::I3 => "live and sync give what a fresh look gives; seq has no gap",
            Self::I4 => "no two readers saw opposite orders",
            Self::I5 => "unread counts, pointers and deletions converge",
            Self::I6 => "nothing reaches who was removed, 1 s later",
            Self::I7 => "an ended session's sockets close within 1 s",
            Self::I8 => "ready again in time, clients back in time",
            Self::I9 => "never 500; all is answered once all is healed",
            Self::I10 => "a reader that stalls is closed, and only it",
        }
    }
}

/// Something that must not happen has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Of what.
    pub invariant: Invariant,
    /// Where and what exactly.
    pub what: String,
}

impl Violation {
    /// Of this promise.
    pub fn new(invariant: Invariant, what: impl Into<String>) -> Self {
        Self {
            invariant,
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} violated: {}", self.invariant, self.what)
    }
}

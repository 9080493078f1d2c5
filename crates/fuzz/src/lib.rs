//! Readers of what strangers send, as plain functions of bytes, for random input.
//!
//! Each returns, or panics when a promise is broken: whatever comes is read or refused, what is read once is read alike
//! the second time, and nothing takes more than it may.

mod seeds;
mod targets;

/// A reader, with something to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Reads.
    pub run: fn(&[u8]),
    /// Inputs of every shape it knows, and some that were wrong once.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// What comes up and down a socket.
pub const FRAME: Target = Target {
    name: "frame",
    run: targets::frame,
    seeds: seeds::frames,
};

/// What people write: messages, names, addresses, emoji.
pub const TEXT: Target = Target {
    name: "text",
    run: targets::text,
    seeds: seeds::texts,
};

/// The formats of texts.
pub const MARKUP: Target = Target {
    name: "markup",
    run: targets::markup,
    seeds: seeds::markup,
};

/// Positions in lists.
pub const CURSOR: Target = Target {
    name: "cursor",
    run: targets::cursor,
    seeds: seeds::cursors,
};

/// Pictures.
pub const IMAGE: Target = Target {
    name: "image",
    run: targets::image,
    seeds: seeds::images,
};

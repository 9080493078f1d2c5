//! What a mail looks like on its way, wherever it goes: who it is from, and the bytes.

mod address;
mod compose;

pub use address::{AddressProblem, Sender};
pub(crate) use compose::{Composed, compose};

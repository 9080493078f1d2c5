//! What the client knows, as plain data: conversations, loaded messages, people and the outbox.
//!
//! Invariant: no framework, no browser, no clock. Facts go in through `apply` and `finish_sync`, what the
//! screen and the network have to do about them comes out as [`Effects`], so everything is tested natively.

pub mod chats;
pub mod composer;
mod count;
pub mod drafts;
pub mod effects;
pub mod emoji;
pub mod found;
pub mod kept;
pub mod mentioning;
pub mod model;
mod notice;
mod on_top;
pub mod outbox;
pub mod people;
pub mod placeholder;
pub mod polls;
pub mod preview;
pub mod quotes;
pub mod reactions;
pub mod rows;
mod stored;
pub mod tabs;
pub mod timeline;
pub mod typing;

pub use chats::{Chat, Chats};
pub use effects::{Arrival, Effects};
pub use kept::{Kept, Mirror};
pub use mentioning::Mentioning;
pub use model::Model;
pub use outbox::{Echo, EchoFile, EchoState, Outbox};
pub use people::People;
pub use polls::Voting;
pub use reactions::Reacting;
pub use rows::{Row, RowBody, RowKey};
pub use tabs::{TabMessage, Watches};
pub use timeline::Timeline;
pub use typing::Typing;

#[cfg(test)]
mod tests;

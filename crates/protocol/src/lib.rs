//! What crosses the wire: requests, answers, events and error kinds, shared by the server and the client.
//!
//! Invariant: only data. It builds for wasm32, knows no HTTP library, and a change of a name here is a
//! breaking change of the public API. Requests refuse unknown fields, so that a typo never passes silently;
//! answers and events do not, so that a client keeps working when one is added.

pub mod account;
pub mod attachment;
pub mod block;
pub mod close_code;
pub mod conversation;
pub mod draft;
pub mod error;
pub mod event;
pub mod export;
pub mod folder;
mod frame;
pub mod friend;
pub mod invite_link;
pub mod message;
pub mod mutual;
pub mod page;
pub mod poll;
pub mod reaction;
pub mod report;
pub mod search;
pub mod security;
pub mod server;
pub mod settings;
pub mod shared_media;
pub mod sync;
pub mod user;

pub use account::*;
pub use attachment::*;
pub use block::*;
pub use close_code::*;
pub use conversation::*;
pub use draft::*;
pub use error::*;
pub use event::*;
pub use export::*;
pub use folder::*;
pub use friend::*;
pub use invite_link::*;
pub use message::*;
pub use mutual::*;
pub use page::*;
pub use poll::*;
pub use reaction::*;
pub use report::*;
pub use search::*;
pub use security::*;
pub use server::*;
pub use settings::*;
pub use shared_media::*;
pub use sync::*;
pub use user::*;

/// The version in the base path and in `ready`.
pub const API_VERSION: u32 = 1;
/// Everything but the probes lies under this path.
pub const BASE_PATH: &str = "/api/v1";
/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "damso.v1";

/// Tells a field that is absent (leave it) from one that is `null` (clear it).
pub(crate) mod patch {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Some)
    }

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }
}

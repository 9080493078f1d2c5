//! PostgreSQL through Diesel: rows and queries.
//!
//! Invariant: one function, one query, the connection first. Nothing here opens a transaction (services do,
//! with [`Database::transaction`]) and nothing here decides who may do what. Rows are private and hold plain
//! columns; what comes out holds domain types.

pub mod account;
pub mod attachment;
pub mod block;
pub mod conversation;
pub mod conversation_view;
mod database;
pub mod draft;
mod error;
pub mod export;
pub mod export_view;
pub mod folder;
pub mod friend;
pub mod held_handle;
pub mod invite;
pub mod invite_link;
pub mod job;
pub mod link;
pub mod member;
pub mod message;
pub mod message_edit;
pub mod mutual;
pub mod passkey;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod poll;
pub mod quote;
pub mod reaction;
pub mod report;
pub mod schema;
pub mod search;
pub mod search_index;
pub mod search_people;
pub mod security_event;
pub mod send;
pub mod server_fact;
mod server_lock;
pub mod session;
pub mod shared_media;
mod statement;
pub mod sync;
pub mod totp;
pub mod user;
pub mod user_change;
pub mod user_email;
mod visibility;

pub use database::{Connection, Database, DatabaseConfig, StatementObserver, Work};
pub use error::{RepositoryError, RepositoryResult};
pub use server_lock::ServerLock;

//! Real parts for tests: a private database cluster, a running server, actors who use it as people do.
//!
//! One cluster for each test binary, one database for each test (copied from a migrated template), one server
//! for each [`TestApp`], all on loopback and all gone with the values that own them. Nothing of ours is mocked.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actor;
mod app;
mod authenticator;
mod chat;
pub mod contract;
mod database;
mod forge;
mod mailbox;
pub mod picture;
mod reply;
mod s3_server;
mod socket;

pub use actor::{Actor, PASSWORD};
pub use app::{TestApp, TestAppOptions};
pub use authenticator::Authenticator;
pub use chat::percent_encoded;
pub use database::TestDatabase;
pub use forge::TokenForge;
pub use mailbox::{Mailbox, ReceivedMail};
pub use reply::Reply;
pub use s3_server::S3Server;
pub use socket::Inbox;

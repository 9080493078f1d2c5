//! The repository against a real PostgreSQL: the schema as it is, and how work runs on it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod catalogue;
mod messages;
mod migrations;
mod schema;
mod server_lock;
mod work;

//! The adapters against the real thing: PostgreSQL processes, files, and an S3 server in process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cluster;
mod folder_lock;
mod mailbox;
mod object_store;

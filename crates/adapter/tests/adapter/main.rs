//! The adapters against the real thing: PostgreSQL processes, files, and servers of S3 and SMTP in process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cluster;
mod folder_lock;
mod mailbox;
mod object_store;
mod smtp;
mod smtp_peer;

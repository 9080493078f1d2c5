//! The outside world behind the ports of `damso-service`: the private database cluster, object storage
//! and mail.
//!
//! Invariant: rules about who may do what live elsewhere. Code here knows protocols, files and
//! processes, and could serve another product.

pub mod cluster;
pub mod folder_lock;
pub mod mail;
pub mod mailbox;
pub mod object_store;
pub mod smtp;

mod durable;

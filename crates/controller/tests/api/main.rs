//! The server through its own API: a real database, real sockets, people who use it.
//!
//! Every answer is held against the OpenAPI description as it arrives; see `damso_testing::contract`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod access_events;
mod attachments;
mod batches;
mod blocks;
mod blocks_people;
mod blocks_unseen;
mod bucket;
mod content;
mod convergence;
mod conversation_list;
mod deleting_messages;
mod deletion;
mod description;
mod direct;
mod documents;
mod editing;
mod every_body;
mod every_route;
mod exports;
mod exports_content;
mod followed;
mod friend_requests;
mod friends;
mod groups;
mod headers;
mod limits;
mod origins;
mod password;
mod presence;
mod probe;
mod profile;
mod queries;
mod reactions;
mod reactions_end;
mod reading;
mod reads;
mod refresh;
mod replay;
mod roles;
mod sending;
mod sessions;
mod settings;
mod sign_in;
mod sign_up;
mod sockets;
mod sync;
mod tokens;
mod typing;
mod uploads;
mod visibility;

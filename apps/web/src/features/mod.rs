//! The screens, one folder for each thing a person does.

pub mod auth;
pub mod block;
pub mod chat;
pub mod chats;
pub mod form;
pub mod friends;
pub mod invite;
pub mod naming;
pub mod notice;
pub mod report;
pub mod rows;
pub mod search;
pub mod settings;

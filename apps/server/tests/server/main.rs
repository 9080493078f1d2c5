//! The binary as it is started: real processes, a real database, real signals.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod alone;
mod process;
mod starting;
mod stopping;
mod tls;

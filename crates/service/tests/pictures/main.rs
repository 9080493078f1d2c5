//! How much memory pictures take while they are prepared, and which are too large.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod counting;
mod limits;
mod memory;
mod samples;

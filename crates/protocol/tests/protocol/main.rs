//! The wire format as others rely on it.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests panic as the tests themselves do"
)]

mod asyncapi;
mod schema;
mod shapes;

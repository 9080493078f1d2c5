//! The wire format as others rely on it.

mod asyncapi;
mod schema;
mod shapes;

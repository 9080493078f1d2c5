//! Limits: what the machine could do in the same minute if there were no product.

pub mod bare;
pub mod bare_server;
pub mod flush;
pub mod insert;
pub mod pgbench;

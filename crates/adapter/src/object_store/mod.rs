//! Object storage: the local disk by default, any S3 when configured.

mod key;
mod local;
mod put_token;
mod s3;

pub use local::{LocalObjectStore, STORAGE_PATH};
pub use s3::{S3Config, S3ObjectStore};

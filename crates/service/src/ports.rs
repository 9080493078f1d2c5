//! What the use cases need from the outside world. `adapter` implements these; tests may too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// A presigned upload: whoever holds it may write one object, of one size and type, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedPut {
    /// Where to send the bytes: absolute for S3, a path on this server (`/storage/…`) for the local store.
    pub url: String,
    /// Headers the client has to send exactly so.
    pub headers: Vec<(String, String)>,
}

/// What a store knows of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Length of the stored bytes.
    pub size_bytes: u64,
}

/// Where a stored object can be read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectSource {
    /// A file on this machine; the controller streams it, ranges included.
    File(PathBuf),
    /// A short-lived URL at the storage provider; the controller redirects to it.
    Url(String),
}

/// How a browser is told to treat what it downloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// The `Content-Type` to answer with.
    pub content_type: String,
    /// The whole `Content-Disposition` value, file name included.
    pub content_disposition: String,
}

/// Why the object store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStoreError {
    /// There is no object under this key.
    #[error("no such object")]
    NotFound,
    /// The object is larger than the caller allowed.
    #[error("the object is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The bound that was exceeded.
        limit_bytes: u64,
    },
    /// The store does not answer or refuses; the same call may succeed later.
    #[error("object storage is unavailable: {0}")]
    Unavailable(String),
}

/// Where the bytes of attachments and pictures live: the local disk, or any S3.
///
/// Keys are `a-z 0-9 / - _` and made by the server, never from what a user typed.
#[async_trait]
pub trait ObjectStore: Send + Sync + 'static {
    /// Lets a client write exactly `size_bytes` bytes of `content_type` to `key` within `expires_in`.
    async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        size_bytes: u64,
        expires_in: Duration,
    ) -> Result<PresignedPut, ObjectStoreError>;

    /// Size of the object, or `NotFound`.
    async fn info(&self, key: &str) -> Result<ObjectInfo, ObjectStoreError>;

    /// The first `max_bytes` bytes, or fewer when the object is shorter.
    async fn read_start(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectStoreError>;

    /// Up to `max_bytes` bytes from the byte `from` on; none from its end on. For what is too long to be held whole.
    async fn read_range(&self, key: &str, from: u64, max_bytes: u64) -> Result<Bytes, ObjectStoreError>;

    /// The whole object; `TooLarge` before reading when it has more than `limit_bytes`.
    async fn read(&self, key: &str, limit_bytes: u64) -> Result<Bytes, ObjectStoreError>;

    /// Writes the object; it exists whole or not at all, and survives a crash once this returns.
    async fn write(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), ObjectStoreError>;

    /// Writes an object as [`ObjectStore::write`] does, from a file of any length, of which no more than some parts are
    /// in memory at once. The file must not change any more, and is left to the caller to remove.
    async fn write_file(&self, key: &str, content_type: &str, path: &Path) -> Result<(), ObjectStoreError>;

    /// Copies inside the store, overwriting `to`.
    async fn copy(&self, from: &str, to: &str) -> Result<(), ObjectStoreError>;

    /// Removes the object; removing one that is not there succeeds.
    async fn delete(&self, key: &str) -> Result<(), ObjectStoreError>;

    /// Where to read the object from. A URL lives for at most 60 s and carries `disposition`.
    async fn source(&self, key: &str, disposition: &Disposition) -> Result<ObjectSource, ObjectStoreError>;

    /// Whether the store answers; used by `/readyz`.
    async fn check(&self) -> Result<(), ObjectStoreError>;

    /// Origin (scheme, host and port) that browsers reach directly for uploads and downloads,
    /// for the `Content-Security-Policy`; `None` when everything goes through this server.
    fn public_origin(&self) -> Option<String>;
}

/// One message to one mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// The subject line, without line breaks.
    pub subject: String,
    /// The body for programs that show no HTML, and for people who want none.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// Why a mail did not leave. The words are fit for a log: no address, no password, nothing that was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// This mail will not be taken later either: its address is none, or the server has refused it for good.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// Nothing is wrong with the mail; it may be taken later.
    #[error("the mail could not be handed over: {0}")]
    Unavailable(String),
}

/// Hands mails over: into a local mailbox folder, or to an SMTP server.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Returns once the mail is stored or accepted.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;
}

/// Why bytes that were put to one of this server's own upload URLs were not taken.
#[derive(Debug, thiserror::Error)]
pub enum DirectUploadError {
    /// The URL was not made by this server, or was changed.
    #[error("this upload URL is not valid")]
    Forbidden,
    /// The URL was valid once.
    #[error("this upload URL has expired")]
    Expired,
    /// The declared type is not the one the URL was made for.
    #[error("the content type is not the one this URL was made for")]
    WrongType,
    /// More or fewer bytes than the URL was made for.
    #[error("the body has to have exactly {expected_bytes} bytes")]
    WrongLength {
        /// The length the URL was made for.
        expected_bytes: u64,
    },
    /// The disk does not take the bytes.
    #[error("the bytes could not be stored: {0}")]
    Unavailable(#[from] std::io::Error),
}

/// Takes the bytes that clients put to this server's own presigned URLs. Only the local store has any; with S3
/// the bytes go straight to the storage.
#[async_trait]
pub trait DirectUploads: Send + Sync + 'static {
    /// Checks the token of the URL against what the client declares.
    async fn accept(
        &self,
        token: &str,
        content_type: &str,
        content_length: Option<u64>,
    ) -> Result<Box<dyn DirectUpload>, DirectUploadError>;
}

/// Bytes on their way. Dropping it before [`DirectUpload::finish`] leaves nothing behind.
#[async_trait]
pub trait DirectUpload: Send {
    /// Takes the next bytes; refuses more than the URL was made for.
    async fn write(&mut self, chunk: &[u8]) -> Result<(), DirectUploadError>;

    /// Makes the object visible and durable; returns its entity tag.
    async fn finish(self: Box<Self>) -> Result<String, DirectUploadError>;
}

//! A few pictures at once, and no more.

use super::MediaError;
use crate::ServiceResult;
use crate::queue::BlockingQueue;

/// How many callers may wait for their turn before the server says that it is overloaded.
const QUEUE: usize = 64;

/// Runs work on pictures on blocking threads, a few at a time: each may take
/// [`MAX_DECODED_BYTES`](super::MAX_DECODED_BYTES) and its file.
#[derive(Clone)]
pub struct ImagePool(BlockingQueue);

impl ImagePool {
    /// A pool that works on `threads` pictures at once.
    pub fn new(threads: usize) -> Self {
        Self(BlockingQueue::new(threads, QUEUE))
    }

    /// Loads the bytes once it is their turn, and works on them.
    pub async fn run<T: Send + 'static>(
        &self,
        load: impl Future<Output = ServiceResult<bytes::Bytes>>,
        work: impl FnOnce(&[u8]) -> Result<T, MediaError> + Send + 'static,
    ) -> ServiceResult<Result<T, MediaError>> {
        self.0.enter()?.run(load, move |bytes| work(&bytes)).await
    }
}

//! A few pictures at once, and no more.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::MediaError;
use crate::{ServiceError, ServiceResult};

/// How many callers may wait for their turn before the server says that it is overloaded.
const QUEUE: usize = 64;

/// Runs work on pictures on blocking threads, a few at a time: each may take a quarter of a gibibyte.
#[derive(Clone)]
pub struct ImagePool {
    threads: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl ImagePool {
    /// A pool that works on `threads` pictures at once.
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            places: Arc::new(Semaphore::new(threads + QUEUE)),
        }
    }

    /// Loads the bytes once it is their turn, so that those who wait hold none, and works on them.
    pub async fn run<T, L>(
        &self,
        load: L,
        work: impl FnOnce(&[u8]) -> Result<T, MediaError> + Send + 'static,
    ) -> ServiceResult<Result<T, MediaError>>
    where
        T: Send + 'static,
        L: Future<Output = ServiceResult<bytes::Bytes>> + Send,
    {
        let _place = self
            .places
            .clone()
            .try_acquire_owned()
            .map_err(|_| ServiceError::Overloaded)?;
        let thread = self
            .threads
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| ServiceError::Overloaded)?;
        let bytes = load.await?;
        let result = tokio::task::spawn_blocking(move || {
            let _thread = thread;
            work(&bytes)
        });
        result.await.map_err(|error| ServiceError::Internal(error.into()))
    }
}

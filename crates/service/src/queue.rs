//! Work that takes a thread for a while, without letting it take the machine.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::{ServiceError, ServiceResult};

/// Runs work on blocking threads, a few at a time and behind a bounded queue: whoever comes when it is full is
/// turned away at once.
#[derive(Clone)]
pub(crate) struct BlockingQueue {
    threads: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl BlockingQueue {
    /// `threads` at once (at least one), and `queue` more who wait.
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        let threads = threads.max(1);
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            places: Arc::new(Semaphore::new(threads + queue)),
        }
    }

    /// Loads what is worked on once it is the caller's turn, so that those who wait hold none of it, and works.
    pub(crate) async fn run<I, T>(
        &self,
        load: impl Future<Output = ServiceResult<I>>,
        work: impl FnOnce(I) -> T + Send + 'static,
    ) -> ServiceResult<T>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        let _place = self.places.try_acquire().map_err(|_| ServiceError::Overloaded)?;
        let thread = self
            .threads
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| ServiceError::Overloaded)?;
        let input = load.await?;
        // The thread is given back when the work has ended, whether or not anybody still waits for it.
        let result = tokio::task::spawn_blocking(move || {
            let _thread = thread;
            work(input)
        });
        result.await.map_err(|error| ServiceError::Internal(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_callers_away() {
        let queue = BlockingQueue::new(1, 1);
        let (release, released) = std::sync::mpsc::channel::<()>();
        // Polled in this order: the first has the thread, the second the place, and nothing is left.
        let (first, second, third) = tokio::join!(
            queue.run(async { Ok(1) }, move |number| released.recv().map(|()| number)),
            queue.run(async { Ok(2) }, |number| number),
            async {
                let refused = queue.run(async { Ok(3) }, |number| number).await;
                release.send(()).unwrap();
                refused
            }
        );
        assert_eq!((first.unwrap(), second.unwrap()), (Ok(1), 2));
        assert!(matches!(third, Err(ServiceError::Overloaded)));
    }

    #[tokio::test]
    async fn one_after_the_other_all_get_their_turn() {
        let queue = BlockingQueue::new(0, 2);
        let run = |number| queue.run(async move { Ok(number) }, |number: i32| number * 2);
        let (one, two, three) = tokio::join!(run(1), run(2), run(3));
        assert_eq!([one.unwrap(), two.unwrap(), three.unwrap()], [2, 4, 6]);
    }
}

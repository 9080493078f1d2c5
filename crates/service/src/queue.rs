//! Work that takes a thread for a while, without letting it take the machine.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::{ServiceError, ServiceResult};

/// Runs work on threads of its own, a few at a time and behind a bounded queue: whoever comes when it is full is turned
/// away at once. Nobody else has to wait for a core because of it, as far as the system gives threads priorities.
#[derive(Clone)]
pub(crate) struct BlockingQueue {
    threads: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// A place in the queue.
pub(crate) struct Place {
    threads: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
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

    /// Takes a place, unless the queue is full. Cheap, so that a storm is turned away before it has cost anything.
    pub(crate) fn enter(&self) -> ServiceResult<Place> {
        let place = self.places.clone().try_acquire_owned();
        Ok(Place {
            threads: self.threads.clone(),
            _place: place.map_err(|_| ServiceError::Overloaded)?,
        })
    }
}

impl Place {
    /// Loads what is worked on once it is the caller's turn, so that those who wait hold none of it, and works.
    pub(crate) async fn run<I, T>(
        self,
        load: impl Future<Output = ServiceResult<I>>,
        work: impl FnOnce(I) -> T + Send + 'static,
    ) -> ServiceResult<T>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        let turn = self
            .threads
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| ServiceError::Overloaded)?;
        let input = load.await?;
        let (done, result) = oneshot::channel();
        let thread = std::thread::Builder::new().name("damso-work".to_owned());
        thread
            .spawn(move || {
                // Given back when the work has ended, whether or not anybody still waits for it.
                let _turn = turn;
                yield_to_others();
                let _ = done.send(work(input));
            })
            .map_err(|error| anyhow::anyhow!("there is no thread: {error}"))?;
        result
            .await
            .map_err(|_| ServiceError::Internal(anyhow::anyhow!("the work broke off")))
    }
}

/// Lets whoever else has something to do go first. Linux has a priority for each thread; elsewhere it would be that of
/// the whole server.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(LEAST_URGENT) {
        tracing::debug!(%error, "The priority of a thread stays as it is");
    }
}

/// As far as `nice` goes.
#[cfg(target_os = "linux")]
const LEAST_URGENT: i32 = 19;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_callers_away() {
        let queue = BlockingQueue::new(1, 1);
        let (release, released) = std::sync::mpsc::channel::<()>();
        // Polled in this order: the first has the thread, the second the place, and nothing is left.
        let [one, other] = [queue.enter().unwrap(), queue.enter().unwrap()];
        let (first, second, third) = tokio::join!(
            one.run(async { Ok(1) }, move |number| released.recv().map(|()| number)),
            other.run(async { Ok(2) }, |number| number),
            async {
                let refused = queue.enter();
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
        let run = |number| {
            let place = queue.enter().unwrap();
            place.run(async move { Ok(number) }, |number: i32| number * 2)
        };
        let (one, two, three) = tokio::join!(run(1), run(2), run(3));
        assert_eq!([one.unwrap(), two.unwrap(), three.unwrap()], [2, 4, 6]);
    }
    #[tokio::test]
    async fn work_that_panics_gives_its_thread_back() {
        let queue = BlockingQueue::new(1, 0);
        let broken = queue
            .enter()
            .unwrap()
            .run(async { Ok(()) }, |()| panic!("on purpose"));
        assert!(matches!(broken.await, Err::<(), _>(ServiceError::Internal(_))));
        assert_eq!(
            queue
                .enter()
                .unwrap()
                .run(async { Ok(1) }, |number| number)
                .await
                .unwrap(),
            1
        );
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn others_go_first() {
        let own = || rustix::process::getpriority_process(None).unwrap();
        let before = own();
        let place = BlockingQueue::new(1, 0).enter().unwrap();
        assert_eq!(
            place.run(async { Ok(()) }, move |()| own()).await.unwrap(),
            LEAST_URGENT
        );
        assert_eq!(own(), before);
    }
}

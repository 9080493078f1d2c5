//! How long to wait before the next try.

use std::time::Duration;

/// The first try comes within two seconds; the range doubles up to ten. Spread at random, so that all
/// clients of a restarted server do not come back in the same moment.
#[derive(Default)]
pub(super) struct Backoff {
    tries: u32,
}

const FIRST_SECS: f64 = 2.0;
const MOST_SECS: f64 = 10.0;

impl Backoff {
    /// Something worked: the next trouble starts afresh.
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    /// How long to wait now.
    pub fn next_delay(&mut self) -> Duration {
        let range = (FIRST_SECS * f64::from(1 << self.tries.min(4))).min(MOST_SECS);
        self.tries += 1;
        Duration::from_secs_f64(js_sys::Math::random() * range)
    }
}

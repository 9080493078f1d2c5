//! Latencies, gathered and summed up.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Longer ones count as this long.
const LONGEST_MICROS: u64 = 10 * 60 * 1_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Latencies in microseconds, three digits exact, whatever their number.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

impl Latencies {
    /// None yet.
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_MICROS, SIGNIFICANT_DIGITS)
            .expect("1 is at least 1, the upper bound is more than twice that, and 3 digits are at most 5");
        Self(histogram)
    }

    /// Counts one.
    pub fn record(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros.max(1));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency that this share of them does not exceed, such as 0.99.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::new();
        micros
            .into_iter()
            .for_each(|value| latencies.record(Duration::from_micros(value)));
        latencies
    }

    #[test]
    fn quantiles_are_exact_to_three_digits_in_any_order() {
        let latencies = of((1..=1_000).rev());
        assert_eq!(latencies.count(), 1_000);
        assert_eq!(latencies.quantile(0.5), Duration::from_micros(500));
        assert_eq!(latencies.quantile(0.99), Duration::from_micros(990));
        assert_eq!(latencies.quantile(1.0), Duration::from_millis(1));
        let slow = of([60_000_000]).quantile(0.5);
        assert!(
            slow.abs_diff(Duration::from_mins(1)) < Duration::from_millis(60),
            "{slow:?}"
        );
    }

    #[test]
    fn extremes_are_counted_and_not_lost() {
        let mut latencies = of([0]);
        latencies.record(Duration::from_hours(24));
        assert_eq!(latencies.count(), 2);
        assert!(Duration::from_mins(9) < latencies.quantile(1.0));
    }
}

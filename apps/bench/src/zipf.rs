//! A few things are picked often, most are picked seldom.

/// Zipf's distribution: the second is picked half as often as the first, the third a third as often.
pub struct Zipf {
    /// For each one, how likely it or one before it is picked.
    cumulative: Vec<f64>,
}

impl Zipf {
    /// Over `count` things, the most popular first.
    pub fn new(count: usize) -> Self {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = (1..=count)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        cumulative.iter_mut().for_each(|value| *value /= sum);
        Self { cumulative }
    }

    /// Picks one, by its place.
    pub fn pick(&self, random: &mut fastrand::Rng) -> usize {
        let at = random.f64();
        let place = self.cumulative.partition_point(|value| *value <= at);
        // Rounding may leave the last one a little below 1.
        place.min(self.cumulative.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_falls_with_the_rank_and_everything_can_be_picked() {
        let (zipf, mut random) = (Zipf::new(100), fastrand::Rng::with_seed(1));
        let mut counts = vec![0_u32; 100];
        for _ in 0..200_000 {
            counts[zipf.pick(&mut random)] += 1;
        }
        let ratio = |one: usize, other: usize| f64::from(counts[one]) / f64::from(counts[other]);
        assert!((1.9..2.1).contains(&ratio(0, 1)), "{}", ratio(0, 1));
        assert!((2.8..3.2).contains(&ratio(0, 2)), "{}", ratio(0, 2));
        assert!(counts.iter().all(|count| 0 < *count));
        // The first has one over the hundredth harmonic number of all.
        assert!((0.18..0.21).contains(&(f64::from(counts[0]) / 200_000.0)));
    }

    #[test]
    fn of_one_thing_that_one_is_picked() {
        assert_eq!(Zipf::new(1).pick(&mut fastrand::Rng::with_seed(1)), 0);
    }
}

//! Whether the machine stayed the same during a run, and running often enough to tell.
//!
//! On a shared machine the disk and the cores change by themselves. So the flush of the data folder's file
//! system and the CPU that the host took away are measured before and after each run; a run during which the
//! flush's median moved too far is thrown away, said so, and made again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::probe::flush;
use crate::process::{self, MachineTicks};
use crate::report::{Figure, Row};

/// A run during which the flush's median moved by more than this share is thrown away.
const LARGEST_SHIFT: f64 = 0.25;
/// How many times as many runs as were asked for are tried, before fewer have to do.
const ATTEMPTS_PER_RUN: usize = 2;

/// How often to run, and where the flush is probed.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// The data folder.
    pub folder: PathBuf,
    /// How many runs are to be kept.
    pub runs: usize,
}

/// Whether two medians are near enough for what lies between them to be believed.
pub fn is_comparable(before: Duration, after: Duration) -> bool {
    let (small, large) = if before < after {
        (before, after)
    } else {
        (after, before)
    };
    large.as_secs_f64() <= small.as_secs_f64() * (1.0 + LARGEST_SHIFT)
}

/// The share of all cores' time that the host took away in between.
pub fn stolen_share(before: MachineTicks, after: MachineTicks) -> f64 {
    let total = after.total.saturating_sub(before.total).max(1);
    after.stolen.saturating_sub(before.stolen) as f64 / total as f64
}

impl Conditions {
    /// Runs until enough runs are kept, or too many had to be thrown away.
    pub async fn repeat(
        &self,
        label: impl Into<String>,
        mut run: impl AsyncFnMut() -> Result<Vec<Figure>>,
    ) -> Result<Row> {
        let mut row = Row {
            label: label.into(),
            runs: Vec::new(),
            conditions: Vec::new(),
            remarks: Vec::new(),
        };
        let mut attempts = 0;
        let mut last = None;
        while row.runs.len() < self.runs && attempts < self.runs * ATTEMPTS_PER_RUN {
            attempts += 1;
            eprintln!("{}: run {attempts}", row.label);
            let (before, ticks) = (probe(&self.folder).await?, process::machine_ticks()?);
            let figures = run().await?;
            let stolen = stolen_share(ticks, process::machine_ticks()?);
            let after = probe(&self.folder).await?;
            let is_kept = is_comparable(before.median, after.median);
            row.conditions.push(to_json(before, after, stolen, is_kept));
            if is_kept {
                row.runs.push(figures);
            } else {
                row.remarks.push(format!(
                    "run {attempts} was thrown away: the flush's median went from {} to {} µs",
                    before.median.as_micros(),
                    after.median.as_micros()
                ));
                last = Some(figures);
            }
        }
        if row.runs.is_empty() {
            let last = last.into_iter().collect::<Vec<_>>();
            ensure!(!last.is_empty(), "at least one run has to be asked for");
            row.runs = last;
            row.remarks.push(
                "no run could be kept; the figures are those of the last one and compare with nothing"
                    .to_owned(),
            );
        } else if row.runs.len() < self.runs {
            row.remarks.push(format!(
                "only {} of {} runs could be kept",
                row.runs.len(),
                self.runs
            ));
        }
        Ok(row)
    }
}

async fn probe(folder: &Path) -> Result<flush::Flush> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || flush::probe(&folder)).await?
}

fn to_json(before: flush::Flush, after: flush::Flush, stolen: f64, is_kept: bool) -> Value {
    let micros = |flush: flush::Flush| {
        json!({
            "median_us": flush.median.as_secs_f64() * 1e6,
            "p99_us": flush.p99.as_secs_f64() * 1e6,
        })
    };
    json!({
        "flush_before": micros(before),
        "flush_after": micros(after),
        "stolen_share": stolen,
        "is_kept": is_kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_that_moved_by_more_than_a_quarter_is_not_believed() {
        let micros = Duration::from_micros;
        for (before, after, is_kept) in [
            (400, 400, true),
            (400, 500, true),
            (500, 400, true),
            (400, 501, false),
            (501, 400, false),
            (0, 1, false),
        ] {
            assert_eq!(
                is_comparable(micros(before), micros(after)),
                is_kept,
                "{before} {after}"
            );
        }
    }

    #[test]
    fn stolen_time_is_a_share_of_what_passed_in_between() {
        let at = |total, stolen| MachineTicks { total, stolen };
        assert!((stolen_share(at(100, 10), at(300, 60)) - 0.25).abs() < 1e-9);
        assert!(stolen_share(at(100, 10), at(100, 10)).abs() < 1e-9);
    }

    #[tokio::test]
    async fn every_run_is_listed_with_its_conditions() {
        let folder = tempfile::tempdir().unwrap();
        let conditions = Conditions {
            folder: folder.path().to_owned(),
            runs: 2,
        };
        let mut count = 0;
        let row = conditions
            .repeat("counting", async || {
                count += 1;
                Ok(vec![Figure::new("count", "", f64::from(count))])
            })
            .await
            .unwrap();
        let is_kept = |condition: &&Value| condition["is_kept"] == true;
        let kept = row.conditions.iter().filter(is_kept).count();
        assert_eq!(row.runs.len(), kept.max(1));
        assert_eq!(row.conditions.len(), usize::try_from(count).unwrap());
        let is_complete = kept == 2 || row.remarks.len() > row.conditions.len() - kept;
        assert!(is_complete, "{:?}", row.remarks);
    }
}

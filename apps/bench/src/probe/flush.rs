//! How long the disk takes to keep 8 KiB: what every durable commit waits for.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::histogram::Latencies;

const BLOCK_BYTES: usize = 8 * 1024;
const FILE_BLOCKS: u64 = 256;
/// Tests only look that it is probed at all.
const LONGEST: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 1_500 });
const MOST: u64 = 1_000;

/// What a flush takes.
#[derive(Clone, Copy, Debug)]
pub struct Flush {
    /// Half of them are faster.
    pub median: Duration,
    /// One in a hundred is slower.
    pub p99: Duration,
}

/// Overwrites blocks of a file that has its size already, as a log does, and flushes after each.
pub fn probe(folder: &Path) -> Result<Flush> {
    let path = folder.join("flush-probe");
    let measured = measure(&path);
    // It is in a folder that is removed as a whole in the end.
    let _ = std::fs::remove_file(&path);
    measured.with_context(|| format!("the flush cannot be probed in {}", folder.display()))
}

fn measure(path: &Path) -> std::io::Result<Flush> {
    let block = [7; BLOCK_BYTES];
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    for _ in 0..FILE_BLOCKS {
        file.write_all(&block)?;
    }
    file.sync_all()?;
    let mut latencies = Latencies::new();
    let start = Instant::now();
    while latencies.count() < MOST && start.elapsed() < LONGEST {
        let at = latencies.count() % FILE_BLOCKS * BLOCK_BYTES as u64;
        file.seek(SeekFrom::Start(at))?;
        let began = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        latencies.record(began.elapsed());
    }
    Ok(Flush {
        median: latencies.quantile(0.5),
        p99: latencies.quantile(0.99),
    })
}

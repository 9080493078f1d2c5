//! The machine all of this runs on.

use std::fs;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::process::parse_kib;

/// Raises the limit of open files as far as it goes; the server inherits it.
pub fn raise_open_files() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).context("the limit of open files cannot be raised")
}

/// One line for the header of a report.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let gibibytes = parse_kib(&read("/proc/meminfo"), "MemTotal").unwrap_or(0) / (1024 * 1024);
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown processor", |(_, model)| model.trim());
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "machine: {cores} cores ({model}), {gibibytes} GiB, Linux {}; server, database and generator share them",
        kernel.trim()
    )
}

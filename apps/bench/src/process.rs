//! What the kernel says of processes and of the machine, from `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// One process: who started it, and the CPU it has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its parent.
    pub parent: u32,
    /// Clock ticks of its own, in user mode and in the kernel.
    pub own_ticks: u64,
    /// Clock ticks of its children that have ended and were waited for.
    pub waited_ticks: u64,
}

/// Reads `/proc/<pid>/stat`. The name in parentheses may hold anything, blanks and parentheses too.
pub fn parse_stat(text: &str) -> Option<Stat> {
    let after_name = &text[text.rfind(')')? + 1..];
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    // The first field here is the third of proc(5).
    let number = |at: usize| fields.get(at - 3)?.parse::<u64>().ok();
    Some(Stat {
        parent: u32::try_from(number(4)?).ok()?,
        own_ticks: number(14)? + number(15)?,
        waited_ticks: number(16)? + number(17)?,
    })
}

/// A line of `/proc/<pid>/status` or `/proc/meminfo` in KiB, such as `VmRSS`.
pub fn parse_kib(text: &str, name: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok())
}

/// What all cores have done since the machine started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineTicks {
    /// Everything, waiting included.
    pub total: u64,
    /// Taken away by the host for other machines.
    pub stolen: u64,
}

/// Reads the first line of `/proc/stat`.
pub fn parse_machine(text: &str) -> Option<MachineTicks> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    // The two after the first eight are guests, which are contained in user time.
    Some(MachineTicks {
        total: fields.iter().take(8).sum(),
        stolen: *fields.get(7)?,
    })
}

/// What all cores have done until now.
pub fn machine_ticks() -> Result<MachineTicks> {
    let text = fs::read_to_string("/proc/stat").context("/proc/stat cannot be read")?;
    parse_machine(&text).context("/proc/stat is not as expected")
}

fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn to_time(ticks: u64) -> Duration {
    let per_second = rustix::param::clock_ticks_per_second();
    Duration::from_micros(ticks * 1_000_000 / per_second)
}

/// The CPU a process has used with all its threads.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = stat(pid).with_context(|| format!("process {pid} is gone"))?;
    Ok(to_time(stat.own_ticks))
}

/// The CPU a process and its children have used, those that have ended included.
pub fn cpu_with_children(pid: u32) -> Result<Duration> {
    let parent = stat(pid).with_context(|| format!("process {pid} is gone"))?;
    let children: u64 = all_pids()?
        .filter_map(stat)
        .filter(|child| child.parent == pid)
        .map(|child| child.own_ticks)
        .sum();
    Ok(to_time(parent.own_ticks + parent.waited_ticks + children))
}

/// The processes that a process has started.
pub fn children(pid: u32) -> Vec<u32> {
    let is_child = |other: &u32| stat(*other).is_some_and(|stat| stat.parent == pid);
    all_pids().into_iter().flatten().filter(is_child).collect()
}

fn all_pids() -> Result<impl Iterator<Item = u32>> {
    let entries = fs::read_dir("/proc").context("/proc cannot be read")?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()))
}

/// A line of a process's status, in KiB: `VmRSS` is what is in memory now, `VmHWM` the most that ever was.
pub fn memory_kib(pid: u32, name: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("process {pid} is gone"))?;
    parse_kib(&text, name).with_context(|| format!("the status of process {pid} has no {name}"))
}

/// The kernel's own structures, in KiB. The inode and the name of a socket count as reclaimable to the kernel,
/// although nothing can take them away while it is open; so this is all of it.
pub fn kernel_kib() -> Result<u64> {
    let text = fs::read_to_string("/proc/meminfo").context("/proc/meminfo cannot be read")?;
    parse_kib(&text, "Slab").context("/proc/meminfo is not as expected")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_parentheses_shifts_nothing() {
        let line = "4242 (tokio) rt (x) S 17 4242 4242 0 -1 4194560 5 6 7 8 100 20 3 4 20 0 9 0 1 2 3";
        let expected = Stat {
            parent: 17,
            own_ticks: 120,
            waited_ticks: 7,
        };
        assert_eq!(parse_stat(line), Some(expected));
        assert_eq!(parse_stat("4242 (damso) S 17"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn memory_is_read_by_its_whole_name() {
        let text = "VmPeak:\t  900 kB\nVmHWM:\t  800 kB\nVmRSS:\t  700 kB\nThreads:\t9\n";
        assert_eq!(parse_kib(text, "VmRSS"), Some(700));
        assert_eq!(parse_kib(text, "VmHWM"), Some(800));
        assert_eq!(parse_kib(text, "Vm"), None);
        assert_eq!(parse_kib(text, "Threads"), None);
    }

    #[test]
    fn stolen_time_is_the_eighth_number_and_guests_are_not_counted_twice() {
        let text = "cpu  10 20 30 40 50 60 70 80 90 100\ncpu0 1 2 3\n";
        let expected = MachineTicks {
            total: 360,
            stolen: 80,
        };
        assert_eq!(parse_machine(text), Some(expected));
        assert_eq!(parse_machine("intr 1 2"), None);
    }

    #[test]
    fn this_process_is_there() {
        let me = std::process::id();
        assert!(cpu(me).is_ok() && cpu_with_children(me).is_ok());
        assert!(0 < memory_kib(me, "VmRSS").unwrap());
        assert!(0 < machine_ticks().unwrap().total && 0 < kernel_kib().unwrap());
    }
}

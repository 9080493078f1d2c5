//! Looking at and signalling processes that are not our children.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Sends a signal; a process that is gone already is not an error.
pub(super) fn signal(pid: Pid, signal: Signal) {
    // The only other failure is a process of another user, which then is not ours.
    let _ = kill_process(pid, signal);
}

/// Whether `pid` is a live process that works in `data_folder`, as every PostgreSQL process does.
///
/// After a crash or a restarted container the number in a pid file may belong to somebody else.
pub(super) fn works_in(pid: Pid, data_folder: &Path) -> bool {
    if cfg!(target_os = "linux") {
        // A zombie has no working folder any more.
        return working_folder(pid.as_raw_nonzero().get()).is_some_and(|folder| folder == data_folder);
    }
    test_kill_process(pid).is_ok()
}

/// Processes that still work in the folder though their postmaster is gone.
///
/// Empty where the system does not tell (other than Linux); PostgreSQL then refuses to start by itself
/// until they are gone, and the caller tries again.
pub(super) fn all_in(data_folder: &Path) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| working_folder(*pid).is_some_and(|folder| folder == data_folder))
        .filter(|pid| runs_postgres(*pid))
        .filter_map(Pid::from_raw)
        .collect()
}

fn working_folder(pid: i32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// A person's shell may stand in the folder too.
fn runs_postgres(pid: i32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/exe"))
        .ok()
        .and_then(|program| {
            program
                .file_name()
                .map(|name| name.to_string_lossy().starts_with("postgres"))
        })
        .unwrap_or(false)
}

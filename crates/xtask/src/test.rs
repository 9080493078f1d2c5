//! `test`: everything CI runs, step by step, with the time each step took.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::build::EMBED_CLIENT;
use crate::repo::Repo;
use crate::web::Mode;
use crate::{chaos, check, command, contract, e2e, server, setup, size, web};

/// Runs every step until one fails, and says how long each took.
pub fn test(repo: &Repo) -> Result<()> {
    let mut counts = Counts::default();
    let mut times = Times::default();
    let outcome = steps(repo, &mut counts, &mut times);
    times.print();
    // Numbers of a run that broke off for another reason would look like success.
    if outcome.is_ok() || 0 < counts.failed {
        println!("\n{} passed, {} failed", counts.passed, counts.failed);
    }
    outcome
}

fn steps(repo: &Repo, counts: &mut Counts, times: &mut Times) -> Result<()> {
    times.step("set-up", || setup::for_tests(repo))?;
    times.step("checks", || check::check(repo))?;
    times.step("server tests", || server_tests(repo, counts))?;
    times.step("client state tests", || client_state_tests(repo, counts))?;
    times.step("web client", || web::build(repo, Mode::Release).map(drop))?;
    times.step("first load", || size::check(repo))?;
    times.step("server with client inside", || check_embedding(repo))?;
    times.step("server", || server::build_with_tests(repo))?;
    times.step("contract", || contract::test(repo, counts))?;
    times.step("faults", || chaos::test(repo))?;
    times.step("browser tests", || {
        let tools = setup::for_journeys(repo)?;
        e2e::run_journeys(repo, &tools, None, counts)
    })
}

fn server_tests(repo: &Repo, counts: &mut Counts) -> Result<()> {
    cargo_test(repo, repo.root(), &["--package", "xtask"], counts)?;
    cargo_test(repo, repo.root(), &["--workspace", "--exclude", "xtask"], counts)
}

fn client_state_tests(repo: &Repo, counts: &mut Counts) -> Result<()> {
    cargo_test(
        repo,
        &repo.web_app(),
        &["--package", "damso-client-state"],
        counts,
    )
}

fn cargo_test(repo: &Repo, workspace: &Path, scope: &[&str], counts: &mut Counts) -> Result<()> {
    let mut test = command::cargo(workspace);
    // One failing crate does not hide another's result.
    test.args(["test", "--no-fail-fast"]).args(scope);
    setup::add_tools_to_path(repo, &mut test)?;
    server::forget_settings(&mut test);
    command::run_reading(&mut test, |line| counts.add_cargo_line(line))
}

/// The release build differs in one feature, which nothing else would compile.
fn check_embedding(repo: &Repo) -> Result<()> {
    let mut cargo = command::cargo(repo.root());
    cargo.args([
        "check",
        "--workspace",
        "--exclude",
        "xtask",
        "--all-targets",
        "--features",
    ]);
    command::run(cargo.arg(format!("damso-server/{EMBED_CLIENT}")))
}

/// How many tests ran, by what the runners themselves say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Adds what a runner has counted itself.
    pub fn add(&mut self, passed: usize, failed: usize) {
        self.passed += passed as u64;
        self.failed += failed as u64;
    }

    /// Adds up lines such as `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
    pub fn add_cargo_line(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let numbers = result
            .split(['.', ';'])
            .filter_map(|part| part.trim().split_once(' '));
        for (number, what) in numbers {
            match (number.parse::<u64>(), what) {
                (Ok(number), "passed") => self.passed += number,
                (Ok(number), "failed") => self.failed += number,
                _ => (),
            }
        }
    }

    /// Adds up lines such as `ℹ pass 12`, which end the report of Node's runner.
    pub fn add_node_line(&mut self, line: &str) {
        let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|line| line.split_once(' ')) else {
            return;
        };
        match (number.trim().parse::<u64>(), what) {
            (Ok(number), "pass") => self.passed += number,
            (Ok(number), "fail" | "cancelled") => self.failed += number,
            _ => (),
        }
    }
}

#[derive(Default)]
struct Times(Vec<(&'static str, Duration, bool)>);

impl Times {
    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("\n=== {name} ===");
        let start = Instant::now();
        let outcome = run();
        self.0.push((name, start.elapsed(), outcome.is_ok()));
        outcome.with_context(|| format!("step `{name}` failed"))
    }

    fn print(&self) {
        println!("\n{:<28} {:>9}", "step", "seconds");
        for (name, time, ok) in &self.0 {
            let verdict = if *ok { "" } else { "  FAILED" };
            println!("{name:<28} {:>9.1}{verdict}", time.as_secs_f64());
        }
        let together: Duration = self.0.iter().map(|(_, time, _)| *time).sum();
        println!("{:<28} {:>9.1}", "together", together.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn runners_lines_are_added_up() {
        let mut counts = Counts::default();
        counts.add_cargo_line("running 3 tests");
        counts.add_cargo_line(
            "test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 9 filtered out; finished in 0.50s",
        );
        counts.add_cargo_line("test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        for line in [
            "ℹ tests 4",
            "ℹ pass 2",
            "ℹ fail 1",
            "ℹ cancelled 1",
            "ℹ duration_ms 12.5",
        ] {
            counts.add_node_line(line);
        }
        assert_eq!(counts, Counts { passed: 9, failed: 3 });
    }
}

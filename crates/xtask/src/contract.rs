//! `contract`: random requests by the API's own description, with Schemathesis.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::repo::Repo;
use crate::server::Server;
use crate::test::Counts;
use crate::{command, server, setup};

/// What `test` runs: the same requests each time, as far as two at once can be the same.
const IN_TEST: [&str; 4] = ["--seed", "1", "--max-examples", "15"];
/// How long that may take; half a minute is usual, and two when others need the machine too.
const LONGEST_TEST: Duration = Duration::from_secs(140);
/// What a person gets who asks for nothing else; Schemathesis takes the last of two.
const BY_HAND: [&str; 2] = ["--max-examples", "100"];
const LONGEST_BY_HAND: Duration = Duration::from_hours(24);
/// Answers nobody who does not ask for a WebSocket.
const NEVER_ACCEPTED: &str = "GET /api/v1/realtime";

/// Builds the server and runs Schemathesis with `arguments`.
pub fn run(repo: &Repo, arguments: &[String]) -> Result<()> {
    setup::for_building(repo)?;
    server::build(repo)?;
    let options: Vec<&str> = BY_HAND
        .into_iter()
        .chain(arguments.iter().map(String::as_str))
        .collect();
    let report = ask(repo, &options, LONGEST_BY_HAND)?;
    println!("{} operations tested", report.operations.tested);
    report.judge_failures()?;
    report.judge_acceptance()
}

/// Runs it on what was built already, and counts each operation as a test.
pub fn test(repo: &Repo, counts: &mut Counts) -> Result<()> {
    let report = ask(repo, &IN_TEST, LONGEST_TEST)?;
    let failed = report.failed_operations();
    let tested = usize::try_from(report.operations.tested).unwrap_or_default();
    counts.add(tested.saturating_sub(failed.len()), failed.len());
    report.judge_failures()?;
    report.judge_extent()?;
    report.judge_acceptance()
}

/// Asks a server of its own, on an empty data folder, and prints its log when something is wrong.
fn ask(repo: &Repo, options: &[&str], longest: Duration) -> Result<Report> {
    let schemathesis = setup::for_contract(repo)?;
    let folder = tempfile::Builder::new()
        .prefix("damso-contract-")
        .tempdir()
        .context("no temporary folder")?;
    // Started by root, the cluster runs as another user, who has to get to its files.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let server = start_server(repo, folder.path())?;
    let url = format!("{}/api/v1/openapi.json", server.url);
    let file = folder.path().join("report.json");
    let mut call = Command::new(schemathesis);
    call.arg("run").arg(url).args(options);
    call.args(["--report", "json", "--report-json-path"]).arg(&file);
    call.current_dir(repo.contract())
        .env("DAMSO_URL", &server.url)
        .env("DAMSO_MAIL_FOLDER", folder.path().join("data/mail"))
        .env("PYTHONPATH", repo.contract())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HYPOTHESIS_STORAGE_DIRECTORY", folder.path().join("hypothesis"));
    let ended = run_at_most(&mut call, longest);
    let log = server.log();
    // One that does not end in peace has crashed before.
    let outcome = ended.and_then(|status| {
        server.stop()?;
        Report::read(&file).with_context(|| format!("Schemathesis ended with {status}"))
    });
    if !matches!(&outcome, Ok(report) if report.exit_code == 0) {
        println!("\n--- the server's log ---\n{log}--- end of the server's log ---");
    }
    outcome
}

fn start_server(repo: &Repo, folder: &Path) -> Result<Server> {
    let mut serve = server::guarded_command(repo)?;
    serve.arg("serve").arg("--data-dir").arg(folder.join("data"));
    // All requests come from one address, and as many as there can be.
    serve.args([
        "--rate-limits",
        "off",
        "--mail",
        "folder",
        "--listen",
        "127.0.0.1:0",
    ]);
    server::forget_settings(&mut serve);
    Server::start(serve, &folder.join("server.log"))
}

fn run_at_most(call: &mut Command, longest: Duration) -> Result<ExitStatus> {
    command::show(call);
    let mut child = call.spawn().context("Schemathesis cannot be started")?;
    if let Some(status) = server::wait_at_most(&mut child, longest)? {
        return Ok(status);
    }
    server::terminate(&child)?;
    child.wait().context("Schemathesis cannot be waited for")?;
    bail!("Schemathesis still ran after {} s", longest.as_secs())
}

/// What is read of its report.
#[derive(Deserialize)]
struct Report {
    exit_code: i32,
    operations: Operations,
    failures: Vec<Failure>,
    errors: Vec<Problem>,
    /// How requests that fit the description were answered, by operation and phase.
    valid_rates: BTreeMap<String, BTreeMap<String, Rate>>,
}

#[derive(Deserialize)]
struct Operations {
    total: u64,
    tested: u64,
}

#[derive(Deserialize)]
struct Failure {
    title: String,
    operations: Vec<String>,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
}

#[derive(Deserialize)]
struct Rate {
    accepted: u64,
}

impl Report {
    fn read(file: &Path) -> Result<Self> {
        let text = fs::read(file).context("there is no report")?;
        serde_json::from_slice(&text).context("the report cannot be read")
    }

    fn failed_operations(&self) -> BTreeSet<&str> {
        let all = self.failures.iter().flat_map(|failure| &failure.operations);
        all.map(String::as_str).collect()
    }

    fn judge_failures(&self) -> Result<()> {
        for failure in &self.failures {
            println!("{}: {}", failure.title, failure.operations.join(", "));
        }
        for error in &self.errors {
            println!("error: {}", error.title);
        }
        if self.exit_code != 0 {
            bail!("the server does not keep to its description (or the test is broken): see above");
        }
        Ok(())
    }

    fn judge_extent(&self) -> Result<()> {
        let Operations { total, tested } = self.operations;
        if tested < total {
            bail!("only {tested} of {total} operations were tested");
        }
        Ok(())
    }

    /// A test that gets no further than refusals shows nothing.
    fn judge_acceptance(&self) -> Result<()> {
        let refused = self.valid_rates.iter().filter(|(operation, phases)| {
            *operation != NEVER_ACCEPTED && phases.values().all(|rate| rate.accepted == 0)
        });
        let refused: Vec<&str> = refused.map(|(operation, _)| operation.as_str()).collect();
        if !refused.is_empty() {
            bail!(
                "no request was accepted by {}: give contract/hooks.py something that can be asked for",
                refused.join(", ")
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    fn report(failures: &str, accepted: u64) -> Report {
        let text = format!(
            r#"{{"exit_code":0,"operations":{{"total":2,"tested":2,"skipped":0}},"failures":[{failures}],"errors":[],
            "valid_rates":{{"GET /a":{{"examples":{{"accepted":0,"rejected":1}},"fuzzing":{{"accepted":{accepted}}}}},
            "GET /api/v1/realtime":{{"fuzzing":{{"accepted":0}}}}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_operation_fails_once() {
        let one = r#"{"title":"Server error","operations":["GET /a","GET /b"]}"#;
        let two = r#"{"title":"Undocumented status","operations":["GET /a"]}"#;
        let report = report(&format!("{one},{two}"), 1);
        assert_eq!(report.failed_operations().len(), 2);
    }

    #[test]
    fn an_operation_that_accepts_nothing_is_named() {
        assert!(report("", 1).judge_acceptance().is_ok());
        let error = report("", 0).judge_acceptance().unwrap_err().to_string();
        assert!(
            error.contains("GET /a:") && !error.contains("realtime"),
            "{error}"
        );
    }
}

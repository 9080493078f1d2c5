//! Browser tests against a server of their own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::server::Server;
use crate::setup::{self, JourneyTools};
use crate::test::Counts;
use crate::web::Mode;
use crate::{command, server, web};

/// Builds what changed and runs the journeys, all or those that `filter` names.
pub fn build_and_run(repo: &Repo, filter: Option<&str>) -> Result<()> {
    setup::for_building(repo)?;
    let tools = setup::for_journeys(repo)?;
    web::build(repo, Mode::Release)?;
    server::build(repo)?;
    run_journeys(repo, &tools, filter, &mut Counts::default())
}

/// Runs journeys with what is built, on an empty data folder, and prints the server's log when one fails.
pub fn run_journeys(
    repo: &Repo,
    tools: &JourneyTools,
    filter: Option<&str>,
    counts: &mut Counts,
) -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("damso-e2e-")
        .tempdir()
        .context("no temporary folder")?;
    // Started by root, the cluster runs as another user, who has to get to its files.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let data = folder.path().join("data");
    let server = start_server(repo, &data, &folder.path().join("server.log"))?;
    let journeys = node(repo, tools, filter, &server.url, &data);
    let log = server.log();
    let outcome = run_counted(journeys, counts).and_then(|()| server.stop());
    if outcome.is_err() {
        println!("\n--- the server's log ---\n{log}--- end of the server's log ---");
    }
    outcome
}

fn start_server(repo: &Repo, data: &Path, log: &Path) -> Result<Server> {
    let mut serve = server::guarded_command(repo)?;
    serve
        .arg("serve")
        .arg("--data-dir")
        .arg(data)
        // Everybody is at one address here, and in a hurry.
        .args([
            "--rate-limits",
            "off",
            "--mail",
            "folder",
            "--listen",
            "127.0.0.1:0",
            "--web-dir",
        ]);
    serve.arg(repo.web_bundle());
    server::forget_settings(&mut serve);
    Server::start(serve, log)
}

fn node(repo: &Repo, tools: &JourneyTools, filter: Option<&str>, url: &str, data: &Path) -> Command {
    let mut node = Command::new(&tools.node.program);
    node.current_dir(repo.root()).arg("e2e/run.mjs").args(filter);
    node.env("DAMSO_URL", url)
        .env("DAMSO_CHROMIUM", &tools.chromium.program)
        // For the journeys that kill a server.
        .env("DAMSO_SERVER", repo.server_binary())
        .env("DAMSO_WEB_DIR", repo.web_bundle())
        // Mail that nobody sends lies here as files.
        .env("DAMSO_DATA_DIR", data);
    node
}

fn run_counted(mut node: Command, counts: &mut Counts) -> Result<()> {
    command::run_reading(&mut node, |line| counts.add_node_line(line))
}

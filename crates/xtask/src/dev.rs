//! `dev`: the server and the client, built again whenever one of their files changes.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::watch::Watched;
use crate::web::Mode;
use crate::{run, server, setup, web};

const LOOK_EVERY: Duration = Duration::from_millis(500);
const LONGEST_STOP: Duration = Duration::from_secs(20);

/// Builds, serves and rebuilds until it is interrupted. The page in the browser reloads itself.
pub fn dev(repo: &Repo, arguments: Vec<String>) -> Result<()> {
    setup::for_building(repo)?;
    let arguments = run::serve_arguments(repo, arguments)?;
    // Looked at before the first build, so that what is saved during it is noticed.
    let mut client_files = Watched::new(client_paths(repo)?);
    let mut server_files = Watched::new(server_paths(repo));
    web::build(repo, Mode::Dev)?;
    server::build(repo)?;
    let mut running = Some(start(repo, &arguments)?);
    loop {
        thread::sleep(LOOK_EVERY);
        if client_files.has_changed() {
            report(&web::build(repo, Mode::Dev).map(drop));
        }
        // A server that does not compile leaves the former one running.
        if server_files.has_changed() && report(&server::build(repo)) {
            if let Some(former) = running.take() {
                stop(former)?;
            }
            running = Some(start(repo, &arguments)?);
        }
    }
}

fn client_paths(repo: &Repo) -> Result<Vec<PathBuf>> {
    web::source_folders(repo)
}

/// The set-up tool is left out: it is not part of what is served.
fn server_paths(repo: &Repo) -> Vec<PathBuf> {
    let crates = [
        "domain",
        "protocol",
        "repository",
        "service",
        "adapter",
        "controller",
    ];
    let crates = crates.into_iter().map(|name| repo.path("crates").join(name));
    crates
        .chain(["apps/server", "migrations", "Cargo.toml"].map(|path| repo.path(path)))
        .collect()
}

fn start(repo: &Repo, arguments: &[String]) -> Result<Child> {
    println!();
    let mut serve = server::guarded_command(repo)?;
    serve
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
        .context("the server cannot be started")
}

fn stop(mut child: Child) -> Result<()> {
    // It may have ended by itself, with an error that the person has read and is about to mend.
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    server::terminate(&child)?;
    if server::wait_at_most(&mut child, LONGEST_STOP)?.is_none() {
        child.kill().context("the former server cannot be stopped")?;
        child.wait()?;
    }
    Ok(())
}

fn report(result: &Result<()>) -> bool {
    if let Err(error) = result {
        println!("\nerror: {error:#}\nWaiting for the next change.");
    }
    result.is_ok()
}

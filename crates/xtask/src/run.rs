//! `run` and `migrate`: the server on the data folder of this checkout.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::repo::Repo;
use crate::web::Mode;
use crate::{command, server, setup, web};

/// Installs what is missing, builds everything and becomes the server.
pub fn run(repo: &Repo, arguments: Vec<String>) -> Result<()> {
    setup::for_building(repo)?;
    web::build(repo, Mode::Release)?;
    server::build(repo)?;
    println!();
    let mut serve = server::command(repo)?;
    // The server takes this program's place, so that signals and its exit status go the direct way.
    Err(serve.args(serve_arguments(repo, arguments)?).exec()).context("the server cannot be started")
}

/// Brings the database up to date without serving.
pub fn migrate(repo: &Repo) -> Result<()> {
    setup::for_building(repo)?;
    server::build(repo)?;
    command::run(
        server::command(repo)?
            .arg("migrate")
            .arg("--data-dir")
            .arg(repo.data()),
    )
}

/// The arguments of `damso serve`: ours, unless the caller or the environment chose otherwise.
pub fn serve_arguments(repo: &Repo, chosen: Vec<String>) -> Result<Vec<String>> {
    let path = |path: PathBuf| {
        path.into_os_string()
            .into_string()
            .ok()
            .context("the path of this folder is not UTF-8")
    };
    let ours = [
        ("--data-dir", "DAMSO_DATA_DIR", path(repo.data())?),
        ("--listen", "DAMSO_LISTEN", "127.0.0.1:8080".to_owned()),
        ("--web-dir", "DAMSO_WEB_DIR", path(repo.web_bundle())?),
    ];
    let mut arguments = vec!["serve".to_owned()];
    for (flag, variable, value) in ours {
        let is_chosen = chosen.iter().any(|word| word.split('=').next() == Some(flag));
        if !is_chosen && env::var_os(variable).is_none() {
            arguments.extend([flag.to_owned(), value]);
        }
    }
    arguments.extend(chosen);
    Ok(arguments)
}

//! The same row with PostgreSQL's own load generator, where it is installed.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::insert::{CLIENTS, DATABASE};
use crate::cluster::Cluster;
use crate::report::Figure;

/// Where the program is, if it is there.
pub fn find(cluster: &Cluster) -> Option<PathBuf> {
    let beside = cluster.programs()?.join("pgbench");
    beside.is_file().then_some(beside)
}

/// Inserts one row per commit for a while.
pub async fn run(program: &PathBuf, cluster: &Cluster, text: &str, measure: Duration) -> Result<Vec<Figure>> {
    let mut script = tempfile::NamedTempFile::new()?;
    writeln!(
        script,
        "INSERT INTO messages \
         (conversation_id, seq, id, rev, author_id, client_key, kind, text, system, created_at) VALUES \
         (gen_random_uuid(), 1, gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 'user', '{text}', \
         NULL, now());"
    )?;
    let output = Command::new(program)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={CLIENTS}"))
        .arg(format!("--time={}", measure.as_secs().max(1)))
        .arg(format!("--host={}", cluster.socket_folder()))
        .arg("--username=damso")
        .arg("--file")
        .arg(script.path())
        .arg(DATABASE)
        .output()
        .await
        .context("pgbench cannot be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let rows = parse_tps(&said).context("pgbench printed no rate")?;
    Ok(vec![Figure::new("rows", "/s", rows)])
}

/// Finds the rate in what pgbench prints at its end.
fn parse_tps(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_tps;

    #[test]
    fn the_rate_is_found_among_what_is_printed() {
        let said = "number of clients: 64\nlatency average = 3.1 ms\ntps = 20512.75 (without initial connection time)\n";
        assert_eq!(parse_tps(said), Some(20_512.75));
        assert_eq!(parse_tps("nothing"), None);
    }
}

//! One table of versions: members say `workspace = true`, and nothing stays in the table unused.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::graph::Member;

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Names each dependency of a member that states a version of its own.
pub fn private_versions(member: &Member) -> Result<Vec<String>> {
    let manifest = read(&member.dir)?;
    let entries = dependency_tables(&manifest).into_iter().flatten();
    Ok(entries
        .filter(|(_, entry)| !is_from_workspace(entry))
        .map(|(name, _)| {
            format!(
                "{} states a version of {name}: write `{name}.workspace = true`",
                member.name
            )
        })
        .collect())
}

/// Names each entry of `[workspace.dependencies]` that no member uses.
pub fn unused_workspace_entries(workspace: &Path, members: &[Member]) -> Result<Vec<String>> {
    let root = read(workspace)?;
    let shared = root
        .get("workspace")
        .and_then(|table| table.get("dependencies"))
        .and_then(Value::as_table);
    let mut used = BTreeSet::new();
    for member in members {
        let manifest = read(&member.dir)?;
        used.extend(
            dependency_tables(&manifest)
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone()),
        );
    }
    let unused = shared
        .into_iter()
        .flat_map(Table::keys)
        .filter(|name| !used.contains(*name));
    Ok(unused
        .map(|name| format!("no crate uses {name} of [workspace.dependencies]"))
        .collect())
}

fn read(dir: &Path) -> Result<Table> {
    let path = dir.join("Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    text.parse()
        .with_context(|| format!("{} is not TOML", path.display()))
}

/// The tables for every kind of dependency, those for single platforms included.
fn dependency_tables(manifest: &Table) -> Vec<&Table> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let platforms = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let holders = std::iter::once(manifest).chain(platforms);
    holders
        .flat_map(|holder| KINDS.iter().filter_map(|kind| holder.get(*kind)?.as_table()))
        .collect()
}

fn is_from_workspace(entry: &Value) -> bool {
    entry.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use toml::Table;

    use super::{dependency_tables, is_from_workspace};

    #[test]
    fn dependencies_of_every_kind_are_found() {
        let manifest: Table = "
            [dependencies]
            a = '1'
            b.workspace = true
            [dev-dependencies]
            c = { workspace = true, features = ['x'] }
            [target.'cfg(unix)'.dependencies]
            d = { version = '1' }
        "
        .parse()
        .unwrap();
        let mut private: Vec<_> = dependency_tables(&manifest)
            .into_iter()
            .flatten()
            .filter(|(_, entry)| !is_from_workspace(entry))
            .map(|(name, _)| name.as_str())
            .collect();
        private.sort_unstable();
        assert_eq!(private, ["a", "d"]);
    }
}

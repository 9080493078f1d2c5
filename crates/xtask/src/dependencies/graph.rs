//! What Cargo resolved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::command;

/// A crate that is compiled for some target of ours.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedCrate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence expression; empty when it states none.
    pub licence: String,
}

/// Every crate of the graph, on any platform.
///
/// `cargo tree` resolves features as a build does; `cargo metadata` also lists what a feature that nobody
/// uses would bring.
pub fn crates_in_use(workspace: &Path) -> Result<BTreeSet<UsedCrate>> {
    let mut tree = command::cargo(workspace);
    tree.args([
        "tree",
        "--workspace",
        "--all-features",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
    ]);
    tree.args(["--prefix", "none", "--format", "{p}\t{l}"]);
    let tree = command::output(&mut tree)?;
    tree.lines()
        .filter(|line| !line.trim().is_empty())
        .map(parse_line)
        .collect()
}

/// Reads `serde v1.0.229 (proc-macro)<tab>MIT OR Apache-2.0 (*)`.
fn parse_line(line: &str) -> Result<UsedCrate> {
    let unknown = || format!("`cargo tree` said something unknown: {line}");
    let (package, licence) = line.split_once('\t').with_context(unknown)?;
    let mut words = package.split(' ');
    let name = words.next().with_context(unknown)?;
    let version = words.next().with_context(unknown)?;
    let licence = licence.trim_end_matches(" (*)").trim();
    Ok(UsedCrate {
        name: name.to_owned(),
        version: version.trim_start_matches('v').to_owned(),
        licence: licence.to_owned(),
    })
}

/// A crate of ours.
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub dir: PathBuf,
    /// Its declared dependencies.
    pub dependencies: Vec<Dependency>,
    /// What it names in `package.metadata.damso.used-indirectly`.
    pub used_indirectly: Vec<String>,
}

/// A declared dependency.
pub struct Dependency {
    /// The package's name.
    pub package: String,
    /// What code calls it.
    pub code_name: String,
    /// When it is compiled.
    pub kind: Kind,
}

/// When a dependency is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Always.
    Normal,
    /// For tests.
    Dev,
    /// For the build script.
    Build,
}

/// The members of a workspace.
pub fn members(workspace: &Path) -> Result<Vec<Member>> {
    let mut metadata = command::cargo(workspace);
    metadata.args(["metadata", "--format-version", "1", "--all-features", "--quiet"]);
    let metadata: Metadata = serde_json::from_str(&command::output(&mut metadata)?)?;
    let ours = metadata
        .packages
        .iter()
        .filter(|package| metadata.workspace_members.contains(&package.id));
    ours.map(|package| member(package, &metadata)).collect()
}

fn member(package: &Package, metadata: &Metadata) -> Result<Member> {
    let dependencies = package
        .dependencies
        .iter()
        .map(|declared| Dependency {
            package: declared.name.clone(),
            code_name: code_name(declared, &metadata.packages),
            kind: match declared.kind.as_deref() {
                Some("dev") => Kind::Dev,
                Some("build") => Kind::Build,
                _ => Kind::Normal,
            },
        })
        .collect();
    let dir = package
        .manifest_path
        .parent()
        .context("a manifest lies in a folder")?;
    let used_indirectly = package
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.damso.as_ref());
    Ok(Member {
        name: package.name.clone(),
        dir: dir.to_owned(),
        dependencies,
        used_indirectly: used_indirectly
            .map(|damso| damso.used_indirectly.clone())
            .unwrap_or_default(),
    })
}

/// The library of a package may be called differently, such as `s3` in `rust-s3`.
fn code_name(declared: &Declared, packages: &[Package]) -> String {
    let library = || {
        let package = packages.iter().find(|package| package.name == declared.name)?;
        let is_library = |target: &&Target| {
            target
                .kind
                .iter()
                .any(|kind| kind != "bin" && kind.contains("lib"))
        };
        let is_macro = |target: &&Target| target.kind.iter().any(|kind| kind == "proc-macro");
        let target = package
            .targets
            .iter()
            .find(|target| is_library(target) || is_macro(target))?;
        Some(target.name.clone())
    };
    declared
        .rename
        .clone()
        .or_else(library)
        .unwrap_or_else(|| declared.name.clone())
        .replace('-', "_")
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Declared>,
    targets: Vec<Target>,
    metadata: Option<PackageMetadata>,
}

#[derive(Deserialize)]
struct Declared {
    name: String,
    kind: Option<String>,
    rename: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct PackageMetadata {
    damso: Option<DamsoMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct DamsoMetadata {
    #[serde(default)]
    used_indirectly: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{UsedCrate, parse_line};

    #[test]
    fn lines_of_cargo_tree_are_read() {
        let expected = UsedCrate {
            name: "serde_derive".into(),
            version: "1.0.229".into(),
            licence: "MIT OR Apache-2.0".into(),
        };
        for line in [
            "serde_derive v1.0.229 (proc-macro)\tMIT OR Apache-2.0",
            "serde_derive v1.0.229 (proc-macro)\tMIT OR Apache-2.0 (*)",
        ] {
            assert_eq!(parse_line(line).unwrap(), expected);
        }
        assert!(parse_line("nonsense").is_err());
    }
}

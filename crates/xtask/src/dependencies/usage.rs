//! Dependencies that are declared and used nowhere.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::web::list_files;

use super::graph::{Dependency, Kind, Member};

/// Names each declared dependency that the member's sources never mention.
pub fn unused(member: &Member) -> Result<Vec<String>> {
    let library = Sources::read(member, &["src"])?;
    let tests = Sources::read(member, &["src", "tests", "benches", "examples"])?;
    let build_script = Sources::read(member, &["build.rs", "build"])?;
    let sources_of = |kind| match kind {
        Kind::Normal => &library,
        Kind::Dev => &tests,
        Kind::Build => &build_script,
    };
    let is_unused = |declared: &&Dependency| {
        !member.used_indirectly.contains(&declared.package)
            && !sources_of(declared.kind).mention(&declared.code_name)
    };
    let unused = member.dependencies.iter().filter(is_unused);
    let mut problems: Vec<String> = unused
        .map(|declared| format!("{} does not use {}", member.name, declared.package))
        .collect();
    let is_declared = |name: &str| {
        member
            .dependencies
            .iter()
            .any(|declared| declared.package == name)
    };
    problems.extend(
        member
            .used_indirectly
            .iter()
            .filter(|name| !is_declared(name))
            .map(|name| {
                format!(
                    "{} lists {name} as used indirectly and does not depend on it",
                    member.name
                )
            }),
    );
    Ok(problems)
}

struct Sources(Vec<String>);

impl Sources {
    fn read(member: &Member, places: &[&str]) -> Result<Self> {
        let mut files: Vec<PathBuf> = Vec::new();
        for place in places.iter().map(|place| member.dir.join(place)) {
            if place.is_dir() {
                list_files(&place, &mut files)?;
            } else if place.is_file() {
                files.push(place);
            }
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
        let texts = files.iter().map(|file| {
            fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
        });
        Ok(Self(texts.collect::<Result<_>>()?))
    }

    fn mention(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|text| text.lines().any(|line| is_mentioned(line, name)))
    }
}

/// A comment is no use, and a longer word is another word.
fn is_mentioned(line: &str, name: &str) -> bool {
    if line.trim_start().starts_with("//") {
        return false;
    }
    let is_part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(is_part_of_word) && !after.is_some_and(is_part_of_word)
    })
}

#[cfg(test)]
mod tests {
    use super::is_mentioned;

    #[test]
    fn only_code_with_the_whole_word_counts() {
        let lines = [
            ("use serde::Deserialize;", true),
            ("#[derive(serde::Serialize)]", true),
            ("use serde_json::Value;", false),
            ("// serde is nice", false),
            ("let my_serde = 1;", false),
        ];
        for (line, mentioned) in lines {
            assert_eq!(is_mentioned(line, "serde"), mentioned, "{line}");
        }
    }
}

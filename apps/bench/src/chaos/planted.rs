//! Checking the checker: a server with one planted bug at a time, each of which has to be caught.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use super::check;
use super::verdict::Invariant;
use crate::cli::ChaosOptions;

/// What the server calls its bugs, and the promise that each breaks. None is the control: it has to pass.
const BUGS: [(&str, Option<Invariant>); 6] = [
    ("", None),
    ("acknowledge-before-commit", Some(Invariant::I1)),
    ("dropped-announcement", Some(Invariant::I3)),
    ("duplicate-after-restart", Some(Invariant::I2)),
    ("stale-membership", Some(Invariant::I6)),
    ("read-before-lock", Some(Invariant::I3)),
];
/// Where the server reads which bug it is to have.
const VARIABLE: &str = "DAMSO_PLANTED_BUG";

/// One short run for each bug.
#[expect(clippy::print_stdout, reason = "the table is what this program is called for")]
pub async fn run(options: &ChaosOptions) -> Result<()> {
    let mut table = String::new();
    let mut missed = 0;
    for (bug, promise) in BUGS {
        let name = if bug.is_empty() { "no bug (control)" } else { bug };
        eprintln!("planted: {name}");
        let environment = [(VARIABLE.to_owned(), bug.into())];
        let outcome = check(options, &environment).await?;
        if !bug.is_empty() && !outcome.log.contains(bug) {
            bail!("the server does not say that it has the bug {bug}; was it built with its planted bugs?");
        }
        let broken: Vec<String> = outcome
            .broken()
            .iter()
            .map(|(invariant, count)| format!("{invariant:?} ({count})"))
            .collect();
        // Caught by chance, by a promise that it does not break, is not caught.
        let is_as_expected = match promise {
            None => broken.is_empty(),
            Some(promise) => outcome.broken().contains_key(&promise),
        };
        missed += usize::from(!is_as_expected);
        let verdict = match (promise, is_as_expected) {
            (None, true) => "passes, as it has to".to_owned(),
            (None, false) => format!("FAILS: {}", broken.join(", ")),
            (Some(promise), true) => format!("caught by {promise:?}; broken: {}", broken.join(", ")),
            (Some(promise), false) => format!("NOT CAUGHT by {promise:?}; broken: {}", broken.join(", ")),
        };
        let _ = writeln!(table, "  {name:<28} seed {:<8} {verdict}", outcome.seed);
        print!("{}", outcome.described());
    }
    println!("\n{table}");
    if missed != 0 {
        bail!("{missed} of {} runs did not end as they had to", BUGS.len());
    }
    Ok(())
}

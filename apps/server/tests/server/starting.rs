//! What a server starts with, and what it does not.

use std::fs::{self, File};

use crate::process::{Damso, open_folder};

#[test]
fn a_folder_of_a_newer_database_is_refused_in_one_sentence_and_left_as_it_is() {
    let folder = open_folder();
    let mut first = Damso::serve(folder.path(), &[]);
    first.wait_until_ready();
    first.stop();
    let version = folder.path().join("postgres/data/PG_VERSION");
    let real = fs::read_to_string(&version).unwrap();
    fs::write(&version, "99\n").unwrap();

    let said = Damso::serve(folder.path(), &["--log", "off"]).wait_for_refusal();

    assert!(said.starts_with("damso: ") && said.lines().count() == 1, "{said}");
    assert!(
        said.contains("made by PostgreSQL 99") && said.contains("install PostgreSQL 99"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&version).unwrap(), "99\n");
    fs::write(&version, real).unwrap();
    let mut again = Damso::serve(folder.path(), &[]);
    again.wait_until_ready();
    again.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_cannot_be_written_stops_nothing() {
    let folder = open_folder();
    // Every write fails as on a full disk.
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut damso = Damso::serve_logging_to(folder.path(), &["--log", "debug"], full.into());
    damso.wait_until_ready();
    damso.stop();
}

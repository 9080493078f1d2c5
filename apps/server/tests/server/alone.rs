//! One server a database.

use rustix::process::{Pid, Signal, kill_process};

use crate::process::{Damso, OtherDatabase, get, open_folder};

const REFUSED: &str = "damso: another server is running on this database; \
    stop it first, or give this one a database of its own";
const LOCKS: &str = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity a USING (pid) \
    WHERE locktype = 'advisory' AND application_name LIKE 'damso %'";

#[test]
fn a_second_server_is_refused_in_one_sentence_and_the_first_goes_on() {
    let (database, one, other) = (OtherDatabase::start(), open_folder(), open_folder());
    let url = ["--database-url", database.url()];
    let mut first = Damso::serve(one.path(), &url);
    let port = first.wait_until_ready();
    let quiet = [&url[..], &["--log", "off"]].concat();

    let mut second = Damso::serve(other.path(), &quiet);

    assert_eq!(second.wait_for_refusal(), REFUSED);
    assert!(get(port, "/readyz").starts_with("HTTP/1.1 200"));
    // Its schema can be brought up to date all the same, as before a new version starts.
    let folder = other.path().to_str().unwrap();
    let mut migrate = Damso::run(&[&["migrate", "--data-dir", folder][..], &quiet].concat());
    assert!(migrate.wait().success(), "{:#?}", migrate.said);
    first.stop();
    Damso::serve(one.path(), &url).wait_until_ready();
}

#[test]
fn a_server_that_was_killed_is_in_nobodys_way() {
    let (database, folder) = (OtherDatabase::start(), open_folder());
    let url = ["--database-url", database.url()];
    let mut killed = Damso::serve(folder.path(), &url);
    killed.wait_until_ready();
    killed.signal(Signal::KILL);
    Damso::serve(folder.path(), &url).wait_until_ready();
    killed.wait();
}

#[test]
fn the_lock_survives_a_restart_of_the_database() {
    let (database, one, other) = (OtherDatabase::start(), open_folder(), open_folder());
    let url = ["--database-url", database.url()];
    let mut first = Damso::serve(one.path(), &url);
    let port = first.wait_until_ready();

    let postmaster = Pid::from_raw(database.cluster.postmaster_pid().unwrap()).unwrap();
    kill_process(postmaster, Signal::KILL).unwrap();

    first.wait_for("The database is kept to this server again");
    let mut second = Damso::serve(other.path(), &[&url[..], &["--log", "off"]].concat());
    assert_eq!(second.wait_for_refusal(), REFUSED);
    assert!(get(port, "/readyz").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_server_stops_when_another_one_was_faster() {
    let (database, one, other) = (OtherDatabase::start(), open_folder(), open_folder());
    // One key for both: a server that takes over is set up as the one before it.
    let quiet = ["--database-url", database.url(), "--log", "off"];
    let mut first = Damso::serve(one.path(), &quiet);
    first.wait_until_ready();
    std::fs::copy(one.path().join("secret.key"), other.path().join("secret.key")).unwrap();
    let mut second = Damso::serve(other.path(), &["--database-url", database.url()]);
    database.wait_until(&format!("{LOCKS} AND NOT granted"));

    database.count(
        &LOCKS
            .replace("count(*)", "count(pg_terminate_backend(pid))")
            .replace("WHERE", "WHERE granted AND"),
    );

    second.wait_until_ready();
    let said = first.wait_for_refusal();
    assert!(
        said.ends_with("damso: another server took this database over while it could not be reached; this one has stopped"),
        "{said}"
    );
}

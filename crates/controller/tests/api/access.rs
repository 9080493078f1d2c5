//! Every operation of the API, asked by everybody: strangers, friends, those in a group and those who were, and those
//! whose session or account has ended. What each is answered stands in `access/table.rs`.

mod request;
mod table;
mod world;

use std::collections::BTreeSet;

use damso_testing::TestApp;
use damso_testing::contract::operations;
use reqwest::Method;

use request::{Call, operation};
use table::{Cell, TABLES, rows};
pub(crate) use world::{Cast, Role, Scene};

/// What ends the sessions it is asked with: who comes next is somebody else.
const ENDING: [&str; 5] = [
    "sign_out",
    "change_password",
    "end_session",
    "end_other_sessions",
    "delete_me",
];

/// Asks each row of a table by everybody, and compares. All differences are told at once.
async fn check(table: &'static str) {
    let app = TestApp::start().await;
    let mut cast = Cast::assemble(&app).await;
    let mut differences = Vec::new();
    for row in rows(table) {
        let mut scene = Scene::set(&app, &cast).await;
        // Signed in and out while the password is what it was.
        scene.actor(Role::Ended).await;
        for (role, expected) in Role::ALL.into_iter().zip(&row.cells) {
            let call = Call {
                scene: &scene,
                row: &row,
                role,
                actor: scene.actor(role).await,
            };
            // What all bodies and paths are made from is large.
            let reply = Box::pin(call.make()).await;
            let answer = Cell {
                status: reply.status.as_u16(),
                kind: (400 <= reply.status.as_u16()).then(|| reply.error()),
            };
            if answer != *expected {
                let (operation, what) = (row.operation, row.what);
                differences.push(format!(
                    "{operation} of {what} by {role:?}: {answer:?}, not {expected:?}"
                ));
            }
            // What was done cannot be done again.
            let has_changed = reply.status.is_success() && operation(row.operation).method != Method::GET;
            if has_changed && !row.is_own {
                scene = Scene::set(&app, &cast).await;
            }
        }
        if ENDING.contains(&row.operation) {
            cast = Cast::assemble(&app).await;
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[tokio::test]
async fn accounts_and_sessions_are_ones_own() {
    Box::pin(check(table::ACCOUNT)).await;
}

#[tokio::test]
async fn people_are_known_to_all_and_requests_to_two() {
    Box::pin(check(table::PEOPLE)).await;
}

#[tokio::test]
async fn conversations_are_there_for_who_is_in_them() {
    Box::pin(check(table::CONVERSATIONS)).await;
}

#[tokio::test]
async fn messages_are_there_for_who_is_in_the_conversation() {
    Box::pin(check(table::MESSAGES)).await;
}

#[tokio::test]
async fn files_are_their_senders_and_their_readers() {
    Box::pin(check(table::FILES)).await;
}

#[test]
fn every_operation_has_a_row() {
    let asked: BTreeSet<_> = TABLES
        .into_iter()
        .flat_map(rows)
        .map(|row| row.operation.to_owned())
        .collect();
    let described = operations()
        .iter()
        .map(|operation| operation.id.clone().expect("every operation has a name"))
        .collect();
    assert_eq!(asked, described);
}

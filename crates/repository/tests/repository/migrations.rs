//! Migrations, up and down.

use std::path::Path;

use damso_testing::TestDatabase;

use crate::catalogue::tables;

/// The `down.sql` of every migration, the newest first.
fn downs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let down = |folder: &std::path::PathBuf| std::fs::read_to_string(folder.join("down.sql")).unwrap();
    folders.iter().rev().map(down).collect()
}

async fn empty(database: &TestDatabase) {
    for down in downs() {
        database.execute(&down).await;
    }
    database.execute("DELETE FROM __diesel_schema_migrations").await;
}

#[tokio::test]
async fn going_down_leaves_nothing_and_going_up_again_makes_the_same() {
    let database = TestDatabase::create().await;
    let before = tables(&database.database).await;
    empty(&database).await;
    assert!(tables(&database.database).await.is_empty());
    database.database.migrate().await.unwrap();
    assert_eq!(tables(&database.database).await, before);
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let database = TestDatabase::create().await;
    let before = tables(&database.database).await;
    database.database.migrate().await.unwrap();
    assert_eq!(tables(&database.database).await, before);
}

/// Two servers that start at the same time take turns.
#[tokio::test]
async fn two_migrations_at_once_are_one() {
    let database = TestDatabase::create().await;
    let before = tables(&database.database).await;
    empty(&database).await;
    let (one, other) = tokio::join!(database.database.migrate(), database.database.migrate());
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(tables(&database.database).await, before);
}

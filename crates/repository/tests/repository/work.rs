//! How work runs on a connection.

use damso_domain::ConversationId;
use damso_repository::{Connection, RepositoryError, conversation};
use damso_testing::TestDatabase;
use diesel_async::SimpleAsyncConnection as _;

const INSERT: &str = "INSERT INTO server_facts VALUES ('name', 'value')";
const COUNT: &str = "SELECT count(*) FROM server_facts";

#[tokio::test]
async fn work_that_fails_leaves_nothing_behind() {
    let database = TestDatabase::create().await;
    let failed = database.database.transaction(async |conn: &mut Connection| {
        conn.batch_execute(INSERT).await?;
        Err::<(), _>(RepositoryError::Query("changed my mind".to_owned()))
    });
    assert!(failed.await.is_err());
    assert_eq!(database.count(COUNT).await, 0);
}

/// actix drops a handler when its client goes away: what was begun is finished all the same.
#[tokio::test]
async fn work_whose_caller_is_gone_is_finished() {
    let database = TestDatabase::create().await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel();
    let (done, is_done) = tokio::sync::oneshot::channel();
    let work = database.database.transaction(async move |conn: &mut Connection| {
        conn.batch_execute(INSERT).await?;
        let _ = begun.send(());
        let _ = may_go_on.await;
        conn.batch_execute("UPDATE server_facts SET value = 'finished'")
            .await?;
        let _ = done.send(());
        Ok::<_, RepositoryError>(())
    });
    tokio::select! {
        _ = work => panic!("it waits to be told to go on"),
        begun = has_begun => begun.unwrap(),
    }
    go_on.send(()).unwrap();
    is_done.await.unwrap();
    // The commit comes right after; a lock that conflicts with it waits for it.
    database
        .execute("BEGIN; LOCK TABLE server_facts IN ACCESS EXCLUSIVE MODE; COMMIT")
        .await;
    let finished = "SELECT count(*) FROM server_facts WHERE value = 'finished'";
    assert_eq!(database.count(finished).await, 1);
}

#[tokio::test]
async fn a_snapshot_cannot_write_and_sees_one_moment() {
    let database = TestDatabase::create().await;
    let other = database.database.clone();
    let id = ConversationId::new();
    let insert = format!(
        "INSERT INTO conversations (id, kind, history, last_seq, rev, created_at) \
         VALUES ('{id}', 'self', 'all', 5, 5, now())"
    );
    let seen = database.database.snapshot(async move |conn: &mut Connection| {
        let before = conversation::find_last_seq(conn, id).await?;
        let inserted = other.run(async move |conn: &mut Connection| {
            Ok::<_, RepositoryError>(conn.batch_execute(&insert).await?)
        });
        inserted.await?;
        Ok::<_, RepositoryError>((before, conversation::find_last_seq(conn, id).await?))
    });
    assert_eq!(seen.await.unwrap(), (None, None));
    assert_eq!(database.count("SELECT last_seq FROM conversations").await, 5);
    let written = database.database.snapshot(async |conn: &mut Connection| {
        Ok::<_, RepositoryError>(conn.batch_execute("DELETE FROM conversations").await?)
    });
    assert!(written.await.is_err());
}

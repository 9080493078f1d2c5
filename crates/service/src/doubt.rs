//! Changes whose commit was never answered: they may have happened, and their announcement did not.

use std::time::Duration;

use damso_repository::Database;

use crate::realtime::Hub;

/// How often it is looked whether the database is back.
const LOOK: Duration = Duration::from_millis(250);

/// Has everybody catch up after a commit that was not answered, as soon as the database answers again. Runs until its
/// runtime ends.
pub(crate) fn watch(database: &Database, hub: &Hub) {
    let (watched, hub) = (database.clone(), hub.clone());
    database.runtime().spawn(async move {
        loop {
            watched.commit_in_doubt().await;
            while watched.check().await.is_err() {
                tokio::time::sleep(LOOK).await;
            }
            tracing::warn!("A commit was not answered; everybody is told to catch up");
            hub.resync_all();
        }
    });
}

//! A copy of everything that is somebody's: how it is asked for, made and fetched. What is in it is looked at in
//! `exports_content.rs`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use damso_domain::{ExportId, ExportState};
use damso_protocol::{ErrorKind, Export, Exports};
use damso_service::ports::{
    Disposition, ObjectInfo, ObjectSource, ObjectStore, ObjectStoreError, PresignedPut,
};
use damso_service::rate::Limit;
use damso_testing::{Actor, PASSWORD, Reply, S3Server, TestApp, TestAppOptions, TestDatabase, picture};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// As if the session had shown a moment ago that it is its owner who uses it.
pub(crate) async fn prove(app: &TestApp, actor: &Actor) {
    let session = actor.session().session_id;
    let sql = format!("UPDATE sessions SET proved_at = now() WHERE id = '{session}'");
    app.database.execute(&sql).await;
}

pub(crate) async fn ask(app: &TestApp, actor: &Actor) -> Reply {
    prove(app, actor).await;
    actor.post("/me/exports", &json!({})).await
}

/// Asks for an export and makes it.
pub(crate) async fn make_export(app: &TestApp, actor: &Actor) -> ExportId {
    let asked: Export = ask(app, actor).await.json();
    app.run_exports().await;
    asked.id
}

async fn get(actor: &Actor, id: ExportId) -> Export {
    actor.get(&format!("/me/exports/{id}")).await.json()
}

async fn fetch(actor: &Actor, id: ExportId) -> Reply {
    actor.get(&content(id)).await
}

fn content(id: ExportId) -> String {
    format!("/me/exports/{id}/content")
}

async fn list(actor: &Actor) -> Vec<Export> {
    actor.get("/me/exports").await.json::<Exports>().items
}

/// The files of an archive.
pub(crate) struct Unpacked(pub(crate) BTreeMap<String, Vec<u8>>);

impl Unpacked {
    /// Asks for an export of everything, makes it, fetches it and unpacks it.
    pub(crate) async fn of(app: &TestApp, actor: &Actor) -> Self {
        let id = make_export(app, actor).await;
        let export = get(actor, id).await;
        assert_eq!(export.state, ExportState::Ready);
        let reply = fetch(actor, id).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(export.size_bytes, Some(i64::try_from(reply.body.len()).unwrap()));
        Self::read(&reply.body)
    }

    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = BTreeMap::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            let name = file.name().unwrap().into_owned();
            assert!(file.enclosed_name().is_some(), "{name}");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            assert!(files.insert(name.clone(), bytes).is_none(), "{name} twice");
        }
        Self(files)
    }

    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        let bytes = self
            .0
            .get(path)
            .unwrap_or_else(|| panic!("no {path} in {:?}", self.0.keys()));
        String::from_utf8(bytes.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    #[track_caller]
    pub(crate) fn lines(&self, path: &str) -> Vec<Value> {
        self.text(path)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Every text of it in one.
    pub(crate) fn all(&self) -> String {
        let mut all = String::new();
        for (name, bytes) in &self.0 {
            all.push_str(name);
            all.push_str(&String::from_utf8_lossy(bytes));
        }
        all
    }
}

#[tokio::test]
async fn an_export_is_asked_for_made_and_fetched() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    assert!(list(&minji).await.is_empty());

    let reply = ask(&app, &minji).await;

    assert_eq!(reply.status, 202);
    let asked: Export = reply.json();
    assert_eq!(
        (asked.state, asked.size_bytes, asked.expires_at),
        (ExportState::Waiting, None, None)
    );
    assert_eq!((asked.progress.done, asked.progress.total), (0, 0));
    assert_eq!(get(&minji, asked.id).await, asked);
    let early = fetch(&minji, asked.id).await;
    assert_eq!(early.refusal(), (422, ErrorKind::ExportNotReady));

    app.run_exports().await;

    let ready = get(&minji, asked.id).await;
    assert_eq!(ready.state, ExportState::Ready);
    let days = ready.expires_at.unwrap().as_millis() - ready.created_at.as_millis();
    assert!((604_800_000..604_860_000).contains(&days), "{days}");
    assert_eq!(list(&minji).await, std::slice::from_ref(&ready));
    let archive = fetch(&minji, asked.id).await;
    assert_eq!(archive.status, 200);
    let day = &ready.created_at.to_string()[..10];
    for (name, expected) in [
        ("content-type", "application/zip"),
        (
            "content-disposition",
            &format!("attachment; filename=\"damso-minji-{day}.zip\""),
        ),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
        ),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(archive.header(name), expected, "{name}");
    }
    assert_eq!(
        app.stored_files(),
        1,
        "the archive, and nothing that it was made of"
    );
}

#[tokio::test]
async fn a_session_that_has_shown_nothing_is_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let tablet = minji.sign_in_again().await;
    let refused = minji.post("/me/exports", &json!({})).await;
    assert_eq!(refused.refusal(), (403, ErrorKind::ReauthenticationRequired));
    // What another device has shown is good for that one alone, and for ten minutes.
    prove(&app, &tablet).await;
    assert_eq!(minji.post("/me/exports", &json!({})).await.status, 403);
    let later = "UPDATE sessions SET proved_at = now() - interval '601 seconds'";
    app.database.execute(later).await;
    assert_eq!(tablet.post("/me/exports", &json!({})).await.status, 403);
    assert!(list(&minji).await.is_empty());
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM security_events WHERE kind = 'export_requested'")
            .await,
        0
    );
}

#[tokio::test]
async fn what_is_ready_is_for_those_who_have_shown_whose_it_is() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let tablet = minji.sign_in_again().await;
    let id = make_export(&app, &minji).await;
    let refusal = (403, ErrorKind::ReauthenticationRequired);
    assert_eq!(fetch(&tablet, id).await.refusal(), refusal);
    let head = tablet.request(Method::HEAD, &content(id));
    assert_eq!(tablet.send_request(head).await.status, 403);
    assert!(get(&tablet, id).await.needs_proof && !get(&minji, id).await.needs_proof);
    // Days later, whoever has asked for it still gets it, and goes on with what was begun.
    for sql in [
        "UPDATE exports SET created_at = created_at - interval '3 days'",
        "UPDATE sessions SET proved_at = proved_at - interval '3 days'",
    ] {
        app.database.execute(sql).await;
    }
    assert_eq!(fetch(&minji, id).await.status, 200);
    // So does another device, if it was believed when the export was asked for, or is now.
    let session = tablet.session().session_id;
    for (shown, expected) in [
        ("(SELECT created_at FROM exports) - interval '600 seconds'", 403),
        ("(SELECT created_at FROM exports) - interval '599 seconds'", 200),
        ("now()", 200),
    ] {
        let sql = format!("UPDATE sessions SET proved_at = {shown} WHERE id = '{session}'");
        app.database.execute(&sql).await;
        assert_eq!(fetch(&tablet, id).await.status, expected, "{shown}");
    }
    let downloads = "SELECT count(*) FROM security_events WHERE kind = 'export_downloaded'";
    assert_eq!(app.database.count(downloads).await, 3);
}

#[tokio::test]
async fn whoever_asks_twice_gets_one() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    prove(&app, &minji).await;
    let empty = json!({});
    let (one, other) = tokio::join!(
        minji.post("/me/exports", &empty),
        minji.post("/me/exports", &empty)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 202]);
    assert_eq!(one.json::<Export>().id, other.json::<Export>().id);
    let events =
        "SELECT count(*) FROM security_events WHERE kind = 'export_requested' AND device IS NOT NULL";
    assert_eq!(app.database.count(events).await, 1);

    app.run_exports().await;

    // The next one takes the place of this one once it is there.
    let first = one.json::<Export>().id;
    let second: Export = ask(&app, &minji).await.json();
    assert_ne!(first, second.id);
    assert_eq!(get(&minji, first).await.state, ExportState::Ready);
    app.run_exports().await;
    app.run_jobs().await;
    let states = list(&minji)
        .await
        .into_iter()
        .map(|export| (export.id, export.state));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [(second.id, ExportState::Ready), (first, ExportState::Expired)]
    );
    assert_eq!(
        fetch(&minji, first).await.refusal(),
        (422, ErrorKind::ExportExpired)
    );
    assert_eq!(app.stored_files(), 1);
}

#[tokio::test]
async fn a_day_has_three() {
    let app = TestApp::start_with(TestAppOptions {
        rate_limits: true,
        ..TestAppOptions::default()
    })
    .await;
    let [minji, jiho] = app.users(["minji", "jiho"]).await;
    for _ in 0..Limit::Export.amount().get() {
        assert_eq!(ask(&app, &minji).await.status, 202);
        assert_eq!(ask(&app, &minji).await.status, 200, "what is under way is free");
        app.run_exports().await;
    }
    let refused = ask(&app, &minji).await;
    assert_eq!(refused.refusal(), (429, ErrorKind::TooManyRequests));
    assert_eq!(refused.header("ratelimit-policy"), r#""export";q=3;w=86400"#);
    assert_eq!(list(&minji).await.len(), 3);
    assert_eq!(ask(&app, &jiho).await.status, 202);
}

#[tokio::test]
async fn nobody_else_knows_of_it() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let id = make_export(&app, &minji).await;
    let missing = (404, ErrorKind::ExportNotFound);
    let path = format!("/me/exports/{id}");
    assert_eq!(mallory.get(&path).await.refusal(), missing);
    assert_eq!(fetch(&mallory, id).await.refusal(), missing);
    assert_eq!(mallory.delete(&path).await.refusal(), missing);
    assert!(list(&mallory).await.is_empty());
    assert_eq!(fetch(&app.anonymous(), id).await.status, 401);
    assert_eq!(get(&minji, id).await.state, ExportState::Ready);
}

async fn part(actor: &Actor, id: ExportId, headers: &[(&str, &str)]) -> Reply {
    let mut request = actor.request(Method::GET, &content(id));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    actor.send_request(request).await
}

#[tokio::test]
async fn an_interrupted_download_goes_on_and_is_told_of_once() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let id = make_export(&app, &minji).await;
    let downloads = "SELECT count(*) FROM security_events WHERE kind = 'export_downloaded'";
    let head = minji
        .send_request(minji.request(Method::HEAD, &content(id)))
        .await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(app.database.count(downloads).await, 0, "nothing was read");

    let start = part(&minji, id, &[("range", "bytes=0-99")]).await;
    let etag = start.header("etag").to_owned();
    let rest = part(&minji, id, &[("range", "bytes=100-"), ("if-range", &etag)]).await;

    assert_eq!((start.status.as_u16(), rest.status.as_u16()), (206, 206));
    let total = get(&minji, id).await.size_bytes.unwrap();
    assert_eq!(
        rest.header("content-range"),
        format!("bytes 100-{}/{total}", total - 1)
    );
    let whole = [start.body, rest.body].concat();
    assert!(Unpacked::read(&whole).0.contains_key("index.html"));
    assert_eq!(app.database.count(downloads).await, 1);
    let beyond = part(&minji, id, &[("range", "bytes=999999999-")]).await;
    assert_eq!(beyond.refusal(), (416, ErrorKind::MalformedRequest));
    assert_eq!(fetch(&minji, id).await.body, whole);
    assert_eq!(app.database.count(downloads).await, 2);
}

#[tokio::test]
async fn a_browser_downloads_it_with_its_cookie() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.users(["minji", "mallory"]).await;
    let id = make_export(&app, &minji).await;
    let cookie = async |actor: &Actor| {
        let body = json!({ "login": actor.session().user.handle, "password": PASSWORD });
        let reply = actor.signed_out().post("/auth/sign-in", &body).await;
        let cookies = reply.headers.get_all("set-cookie").iter();
        let named = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        named
            .into_iter()
            .find(|cookie| cookie.starts_with("damso_media_"))
            .unwrap()
    };
    let own = cookie(&minji).await;
    let anonymous = app.anonymous();
    let unproved = part(&anonymous, id, &[("cookie", &own)]).await;
    assert_eq!(unproved.refusal(), (403, ErrorKind::ReauthenticationRequired));
    app.prove_everybody().await;
    assert_eq!(part(&anonymous, id, &[("cookie", &own)]).await.status, 200);
    let foreign = cookie(&mallory).await;
    assert_eq!(part(&anonymous, id, &[("cookie", &foreign)]).await.status, 404);
    let state = anonymous
        .request(Method::GET, &format!("/me/exports/{id}"))
        .header("cookie", &own);
    assert_eq!(anonymous.send_request(state).await.status, 401);
}

#[tokio::test]
async fn it_goes_after_a_week_and_is_forgotten_after_a_month() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let id = make_export(&app, &minji).await;
    app.sweep().await;
    assert_eq!(fetch(&minji, id).await.status, 200);

    app.database
        .execute("UPDATE exports SET expires_at = now() - interval '1 second'")
        .await;

    // At once, whether it was swept up or not.
    assert_eq!(get(&minji, id).await.state, ExportState::Expired);
    assert_eq!(fetch(&minji, id).await.refusal(), (422, ErrorKind::ExportExpired));
    app.sweep().await;
    assert_eq!(app.stored_files(), 0);
    let gone = get(&minji, id).await;
    assert_eq!((gone.state, gone.size_bytes), (ExportState::Expired, None));
    app.database
        .execute("UPDATE exports SET created_at = now() - interval '31 days'")
        .await;
    app.sweep().await;
    assert!(list(&minji).await.is_empty());
}

#[tokio::test]
async fn it_is_removed_when_its_owner_says_so_and_with_the_account() {
    let app = TestApp::start().await;
    let [minji, jiho] = app.users(["minji", "jiho"]).await;
    let removed = make_export(&app, &minji).await;
    let path = format!("/me/exports/{removed}");
    assert_eq!(minji.delete(&path).await.status, 204);
    assert_eq!(
        minji.delete(&path).await.refusal(),
        (404, ErrorKind::ExportNotFound)
    );
    app.run_jobs().await;
    assert_eq!(app.stored_files(), 0);

    make_export(&app, &minji).await;
    ask(&app, &minji).await.json::<Export>();
    make_export(&app, &jiho).await;
    app.database
        .execute("UPDATE exports SET state = 'waiting', claim = NULL WHERE state = 'running'")
        .await;
    let farewell = json!({ "password": PASSWORD, "messages": "erase" });
    assert_eq!(minji.post("/me/deletion", &farewell).await.status, 200);
    app.run_all_jobs().await;
    app.run_exports().await;
    assert_eq!(app.stored_files(), 1, "the one of somebody else");
    assert_eq!(app.database.count("SELECT count(*) FROM exports").await, 1);
}

/// A storage that does not hand anything out until it is told to.
struct Gate {
    store: Arc<dyn ObjectStore>,
    /// One for each part that may be read.
    allowed: Semaphore,
    /// One for each that somebody waits for.
    asked: Semaphore,
}

impl Gate {
    fn before(store: &Arc<dyn ObjectStore>) -> Arc<Self> {
        Arc::new(Self {
            store: store.clone(),
            allowed: Semaphore::new(0),
            asked: Semaphore::new(0),
        })
    }
}

#[async_trait]
impl ObjectStore for Gate {
    async fn presign_put(
        &self,
        key: &str,
        content_type: &str,
        size_bytes: u64,
        expires_in: Duration,
    ) -> Result<PresignedPut, ObjectStoreError> {
        self.store
            .presign_put(key, content_type, size_bytes, expires_in)
            .await
    }

    async fn info(&self, key: &str) -> Result<ObjectInfo, ObjectStoreError> {
        self.store.info(key).await
    }

    async fn read_start(&self, key: &str, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.store.read_start(key, max_bytes).await
    }

    async fn read_range(&self, key: &str, from: u64, max_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.asked.add_permits(1);
        // Closed: the storage does not answer.
        let broken = |_| ObjectStoreError::Unavailable("it is broken".to_owned());
        self.allowed.acquire().await.map_err(broken)?.forget();
        self.store.read_range(key, from, max_bytes).await
    }

    async fn read(&self, key: &str, limit_bytes: u64) -> Result<Bytes, ObjectStoreError> {
        self.store.read(key, limit_bytes).await
    }

    async fn write(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), ObjectStoreError> {
        self.store.write(key, content_type, bytes).await
    }

    async fn write_file(&self, key: &str, content_type: &str, path: &Path) -> Result<(), ObjectStoreError> {
        self.store.write_file(key, content_type, path).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), ObjectStoreError> {
        self.store.copy(from, to).await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectStoreError> {
        self.store.delete(key).await
    }

    async fn source(&self, key: &str, disposition: &Disposition) -> Result<ObjectSource, ObjectStoreError> {
        self.store.source(key, disposition).await
    }

    async fn check(&self) -> Result<(), ObjectStoreError> {
        self.store.check().await
    }

    fn public_origin(&self) -> Option<String> {
        self.store.public_origin()
    }
}

/// An account with a file, whose export stops before the file is read.
async fn stopped_half_way(
    app: &TestApp,
    minji: &Actor,
) -> (Export, Arc<Gate>, tokio::task::JoinHandle<bool>) {
    let notes = minji.notes().await.id;
    minji.say(notes, "hello").await;
    let file = minji.upload("a.png", "image/png", picture::png(8, 8)).await.id;
    minji.send_files(notes, &[file]).await;
    let asked: Export = ask(app, minji).await.json();
    let gate = Gate::before(&app.objects);
    let worker = app.export_worker(gate.clone());
    let working = TestDatabase::runtime().spawn(async move { worker.run_next().await.unwrap() });
    gate.asked.acquire().await.unwrap().forget();
    (asked, gate, working)
}

#[tokio::test]
async fn how_far_it_has_come_can_be_seen_while_it_is_made() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (asked, gate, working) = stopped_half_way(&app, &minji).await;
    let seen = loop {
        let seen = get(&minji, asked.id).await;
        if seen.progress.total != 0 {
            break seen;
        }
    };
    assert_eq!(seen.state, ExportState::Running);
    assert_eq!((seen.progress.done, seen.progress.total), (3, 3));
    assert_eq!(ask(&app, &minji).await.status, 200);
    // Whatever else there is to do goes on.
    app.run_all_jobs().await;
    assert_eq!(app.database.count("SELECT count(*) FROM jobs").await, 0);

    gate.allowed.add_permits(100);

    assert!(working.await.unwrap());
    assert_eq!(get(&minji, asked.id).await.state, ExportState::Ready);
}

#[tokio::test]
async fn a_file_that_goes_while_it_is_made_is_counted_as_missing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (asked, gate, working) = stopped_half_way(&app, &minji).await;
    let notes = minji.notes().await.id;
    assert_eq!(minji.delete_message(notes, 2, "everyone").await.status, 204);
    app.run_all_jobs().await;
    gate.allowed.add_permits(100);
    assert!(working.await.unwrap());
    let unpacked = Unpacked::read(&fetch(&minji, asked.id).await.body);
    let counts = &unpacked.json("export.json")["counts"];
    assert_eq!(
        (&counts["files"], &counts["missing_files"]),
        (&json!(0), &json!(1))
    );
    assert!(!unpacked.0.keys().any(|path| path.starts_with("media/")));
}

#[tokio::test]
async fn what_a_killed_server_has_begun_is_begun_anew_by_the_next() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (asked, _gate, working) = stopped_half_way(&app, &minji).await;
    working.abort();
    working.await.unwrap_err();
    assert_eq!(get(&minji, asked.id).await.state, ExportState::Running);
    app.run_exports().await;
    assert_eq!(
        get(&minji, asked.id).await.state,
        ExportState::Running,
        "it may be alive"
    );

    let next = app.export_worker(app.objects.clone());
    let running = TestDatabase::runtime().spawn(next.run());
    while get(&minji, asked.id).await.state != ExportState::Ready {}
    running.abort();

    assert!(
        Unpacked::read(&fetch(&minji, asked.id).await.body)
            .0
            .contains_key("export.json")
    );
    app.run_all_jobs().await;
    assert_eq!(
        app.stored_files(),
        3 + 1,
        "a picture in three sizes and one archive"
    );
}

#[tokio::test]
async fn who_has_lost_an_export_to_another_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (asked, gate, working) = stopped_half_way(&app, &minji).await;
    let other = Gate::before(&app.objects);
    other.allowed.add_permits(100);
    // Not a worker that cleans its folder: both are alive.
    let thief = app.another_export_worker(other);
    // The first one says every second that it is still there.
    while !thief.run_next().await.unwrap() {
        app.database.execute("UPDATE exports SET due_at = now()").await;
    }
    gate.allowed.add_permits(100);
    working.await.unwrap();
    app.run_all_jobs().await;
    assert_eq!(get(&minji, asked.id).await.state, ExportState::Ready);
    assert_eq!(fetch(&minji, asked.id).await.status, 200);
    assert_eq!(app.stored_files(), 3 + 1);
}

#[tokio::test]
async fn what_is_removed_while_it_is_made_is_not_made() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let (asked, _gate, working) = stopped_half_way(&app, &minji).await;
    let path = format!("/me/exports/{}", asked.id);
    assert_eq!(minji.delete(&path).await.status, 204);
    // The worker notices by itself, without having been let through.
    assert!(working.await.unwrap());
    app.run_all_jobs().await;
    assert_eq!(app.stored_files(), 3);
    assert!(list(&minji).await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_made_is_tried_again_and_fails_in_the_end() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let upload = minji.upload("me.png", "image/png", picture::png(8, 8)).await.id;
    let avatar = minji.put("/me/avatar", &json!({ "attachment_id": upload })).await;
    assert_eq!(avatar.status, 200);
    let asked: Export = ask(&app, &minji).await.json();
    let gate = Gate::before(&app.objects);
    gate.allowed.close();
    let worker = app.export_worker(gate);
    for attempt in 1..=5 {
        assert_eq!(
            get(&minji, asked.id).await.state,
            ExportState::Waiting,
            "{attempt}"
        );
        assert!(worker.run_next().await.unwrap());
        assert!(!worker.run_next().await.unwrap(), "after a pause");
        let make_due = "UPDATE exports SET due_at = now() - interval '1 second'";
        app.database.execute(make_due).await;
    }
    assert_eq!(get(&minji, asked.id).await.state, ExportState::Failed);
    assert_eq!(
        fetch(&minji, asked.id).await.refusal(),
        (422, ErrorKind::ExportNotReady)
    );
    // Another one can be asked for, and one that ends the server each time ends as well.
    let deadly: Export = ask(&app, &minji).await.json();
    let tried = "UPDATE exports SET state = 'running', attempts = 5, claim = id, \
        due_at = now() - interval '1 second' WHERE state = 'waiting'";
    app.database.execute(tried).await;
    app.run_exports().await;
    assert_eq!(get(&minji, deadly.id).await.state, ExportState::Failed);
    let id = make_export(&app, &minji).await;
    assert_eq!(get(&minji, id).await.state, ExportState::Ready);
}

#[tokio::test]
async fn a_bucket_gets_the_archive_and_hands_it_out() {
    let bucket = S3Server::start().await;
    let app = TestApp::start_with(TestAppOptions {
        s3: Some(bucket.config()),
        ..TestAppOptions::default()
    })
    .await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    // Longer than one part of a long object, and not to be packed any more.
    let mut bytes = vec![0; 9 << 20];
    fastrand::Rng::with_seed(7).fill(&mut bytes);
    let file = minji
        .upload("noise.bin", "application/octet-stream", bytes.clone())
        .await
        .id;
    minji.send_files(notes, &[file]).await;

    let id = make_export(&app, &minji).await;

    let redirect = fetch(&minji, id).await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("cache-control")),
        (302, "no-store")
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let resumed = client
        .get(redirect.header("location"))
        .header("range", "bytes=4-")
        .send()
        .await
        .unwrap();
    assert_eq!(resumed.status(), 206);
    let answer = client.get(redirect.header("location")).send().await.unwrap();
    let disposition = answer.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        disposition.starts_with("attachment; filename=\"damso-minji-"),
        "{disposition}"
    );
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let unpacked = Unpacked::read(&answer.bytes().await.unwrap());
    assert!(unpacked.0[&format!("media/{file}-noise.bin")] == bytes);
    assert_eq!(app.stored_files(), 0, "nothing lies with the server");
    let removed = minji.delete(&format!("/me/exports/{id}")).await;
    assert_eq!(removed.status, 204);
    app.run_all_jobs().await;
    assert_eq!(bucket.stored_objects(), 1);
}

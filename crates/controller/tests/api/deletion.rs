//! The end of an account: what goes, what stays, and who hears of it.

use damso_domain::{Role, SessionId};
use damso_protocol::{DeletionReport, ErrorKind, Friend, Page, ServerEvent, User};
use damso_testing::{Actor, PASSWORD, Reply, TestApp, picture};
use serde_json::json;

use crate::drafts;
use crate::folders::make_folder;

async fn delete(actor: &Actor, messages: &str) -> Reply {
    actor
        .post(
            "/me/deletion",
            &json!({ "password": PASSWORD, "messages": messages }),
        )
        .await
}

#[tokio::test]
async fn erasing_removes_every_text_and_file_and_the_report_counts_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let empty = app.stored_files();
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = minji.notes().await.id;
    minji.say(direct, "first").await;
    seoyeon.say(direct, "answer").await;
    minji.say(notes, "a note").await;
    let photo = minji.upload("photo.png", "image/png", picture::png(40, 30)).await;
    let file = minji.upload("notes.txt", "text/plain", b"hello".to_vec()).await;
    minji
        .send_files(direct, &[photo.id, file.id])
        .await
        .json::<damso_protocol::Message>();
    let unsent = minji
        .upload("unsent.txt", "text/plain", b"never sent".to_vec())
        .await;
    let announced = minji.create_attachment("half.txt", "text/plain", 4).await;
    minji.put_bytes(&announced, b"half".to_vec()).await;
    let folder = make_folder(&minji, "비밀").await.id;
    let view = json!({
        "is_archived": true, "is_marked_unread": true, "name_override": "비밀", "folder_id": folder,
    });
    assert_eq!(minji.update_membership(direct, &view).await.status, 200);
    drafts::write(&minji, direct, "비밀").await;
    let phone = minji.sign_in_again().await;
    let mut inbox = seoyeon.connect().await;

    let report: DeletionReport = delete(&minji, "erase").await.json();

    let counts = report.removed;
    assert_eq!((counts.messages, counts.attachments, counts.sessions), (3, 4, 2));
    assert_eq!((counts.friends, counts.conversations), (1, 2));
    assert_eq!(
        counts.bytes,
        photo.size_bytes + file.size_bytes + unsent.size_bytes + 4
    );
    app.run_jobs().await;
    assert_eq!(app.stored_files(), empty);
    assert_eq!(app.database.count("SELECT count(*) FROM attachments").await, 0);
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM messages WHERE text IS NOT NULL")
            .await,
        1
    );
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM sessions WHERE ended_at IS NULL")
            .await,
        1
    );

    assert_eq!(
        app.database
            .count(
                "SELECT count(*) FROM members WHERE name_override IS NOT NULL OR is_marked_unread \
                 OR archived_seq IS NOT NULL OR folder_id IS NOT NULL"
            )
            .await,
        0
    );
    assert_eq!(app.database.count("SELECT count(*) FROM folders").await, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM drafts").await, 0);
    assert_eq!(seoyeon.texts(direct).await, ["answer"]);
    let page = seoyeon.messages(direct).await;
    let gone: Vec<bool> = page
        .items
        .iter()
        .map(|message| message.deleted_at.is_some())
        .collect();
    assert_eq!(gone, [true, false, true]);
    let author = page.users.iter().find(|user| user.id == minji.id()).unwrap();
    assert!(author.is_deleted && author.display_name.is_empty() && author.handle.is_none());
    let events = inbox.settle().await;
    assert!(
        events.iter().any(
            |event| matches!(event, ServerEvent::MessagesErased(erased) if erased.author_id == minji.id())
        )
    );
    assert!(
        events.iter().any(
            |event| matches!(event, ServerEvent::FriendRemoved(removed) if removed.user_id == minji.id())
        )
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ServerEvent::ProfileUpdated(updated) if updated.user.is_deleted))
    );
    assert_eq!(phone.get("/me").await.status, 401);
}

#[tokio::test]
async fn keeping_leaves_messages_without_a_name() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "remember me").await;
    let notes = minji.notes().await.id;
    minji.say(notes, "private").await;
    let photo = minji.upload("photo.png", "image/png", picture::png(40, 30)).await;
    minji
        .send_files(direct, &[photo.id])
        .await
        .json::<damso_protocol::Message>();

    let report: DeletionReport = delete(&minji, "keep").await.json();

    // Notes to oneself have no other reader: they go in any case.
    assert_eq!((report.removed.messages, report.removed.attachments), (1, 0));
    app.run_jobs().await;
    assert_eq!(seoyeon.texts(direct).await, ["remember me"]);
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM messages WHERE text = 'private'")
            .await,
        0
    );
    assert_eq!(
        seoyeon
            .get(&format!("/attachments/{}/content", photo.id))
            .await
            .status,
        200
    );
    let user: User = seoyeon.get(&format!("/users/{}", minji.id())).await.json();
    assert!(user.is_deleted && user.display_name.is_empty() && user.avatar.is_none());
    assert_eq!(
        seoyeon.send(direct, "are you there?").await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    assert_eq!(seoyeon.conversation(direct).await.members.len(), 2);
}

#[tokio::test]
async fn credentials_sockets_and_name_are_gone_and_the_handle_is_held() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [asker] = app.users(["asker"]).await;
    let files = app.stored_files();
    asker
        .post("/friend-requests", &json!({ "user_id": minji.id() }))
        .await
        .json::<serde_json::Value>();
    let upload = minji.upload("me.png", "image/png", picture::png(40, 40)).await;
    minji
        .put("/me/avatar", &json!({ "attachment_id": upload.id }))
        .await
        .json::<serde_json::Value>();
    let mut inbox = minji.connect().await;
    let reply = delete(&minji, "keep").await;
    assert_eq!(reply.status, 200);
    assert_eq!(inbox.closed_with().await, 4003);
    assert_eq!(
        minji.get("/me").await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(
        minji.refresh(minji.refresh_token()).await.refusal(),
        (401, ErrorKind::RefreshTokenInvalid)
    );
    assert_eq!(
        minji.try_sign_in(PASSWORD).await.refusal(),
        (401, ErrorKind::InvalidCredentials)
    );
    assert_eq!(
        seoyeon.get("/users/by-handle/minji").await.refusal(),
        (404, ErrorKind::UserNotFound)
    );
    assert_eq!(seoyeon.get("/friends").await.json::<Page<Friend>>().items, []);
    let requests: serde_json::Value = asker.get("/friend-requests?direction=outgoing").await.json();
    assert_eq!(requests["items"], json!([]));
    let again = json!({ "handle": "minji", "display_name": "x", "password": PASSWORD });
    assert_eq!(
        app.anonymous().post("/auth/sign-up", &again).await.refusal(),
        (409, ErrorKind::HandleTaken)
    );
    let left = format!(
        "SELECT count(*) FROM users WHERE id = '{}' AND (handle IS NOT NULL OR password_hash IS NOT NULL \
         OR email IS NOT NULL OR avatar_id IS NOT NULL OR display_name <> '' OR status_message <> '')",
        minji.id()
    );
    assert_eq!(app.database.count(&left).await, 0);
    let tokens =
        "SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id";
    assert_eq!(
        app.database.count(&format!("{tokens} = '{}'", minji.id())).await,
        0
    );
    app.run_jobs().await;
    assert_eq!(app.stored_files(), files);
}

#[tokio::test]
async fn groups_are_handed_over_before_their_owner_goes() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    minji
        .set_role(group, &jiho, "admin")
        .await
        .json::<serde_json::Value>();
    minji.say(group, "hello").await;
    let before = seoyeon.conversation(group).await;
    let mut inbox = seoyeon.connect().await;
    assert_eq!(delete(&minji, "erase").await.status, 200);
    let after = seoyeon.conversation(group).await;
    let owner = after
        .members
        .iter()
        .find(|member| member.role == Role::Owner)
        .unwrap();
    assert_eq!((owner.user_id, after.member_count), (jiho.id(), 2));
    let revs: Vec<i64> = inbox
        .settle()
        .await
        .iter()
        .filter_map(ServerEvent::conversation_rev)
        .filter(|(id, _)| *id == group)
        .map(|(_, rev)| rev.as_i64())
        .collect();
    assert_eq!(
        revs,
        (before.rev.as_i64() + 1..=after.rev.as_i64()).collect::<Vec<_>>(),
        "nothing is missing"
    );
}

#[tokio::test]
async fn a_wrong_password_deletes_nothing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let body = json!({ "password": "wrong horse battery", "messages": "erase" });
    let problem = minji.post("/me/deletion", &body).await.problem();
    assert_eq!(
        (problem.kind, problem.fields[0].field.as_str()),
        (ErrorKind::InvalidFields, "password")
    );
    assert_eq!(minji.get("/me").await.status, 200);
}

/// Whatever fails on the way, an account is never half deleted.
#[tokio::test]
async fn a_deletion_that_fails_leaves_everything_as_it_was() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "still here").await;
    // The last thing a deletion does is to hold the handle.
    app.database
        .execute("ALTER TABLE held_handles ADD CHECK (handle <> 'minji')")
        .await;
    let request = minji.request(reqwest::Method::POST, "/me/deletion");
    let failed = request
        .json(&json!({ "password": PASSWORD, "messages": "erase" }))
        .send()
        .await
        .unwrap();
    assert_eq!(failed.status(), 500);
    assert_eq!(seoyeon.texts(direct).await, ["still here"]);
    assert_eq!(minji.me().await.handle, "minji");
    assert_eq!(app.database.count("SELECT count(*) FROM friendships").await, 2);
}

#[tokio::test]
async fn two_deletions_at_once_are_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "hello").await;
    let (one, other) = tokio::join!(delete(&minji, "erase"), delete(&minji, "erase"));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{} {}", one.text(), other.text());
    assert!(
        [401, 404].contains(&statuses[1]),
        "{} {}",
        one.text(),
        other.text()
    );
}

/// A request that was let in a moment before the deletion finds nobody to speak for.
#[tokio::test]
async fn nobody_speaks_for_a_deleted_account() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let notes = minji.notes().await.id;
    minji.say(direct, "hello").await;
    assert_eq!(delete(&minji, "erase").await.status, 200);
    // Of a session that this server has not heard the end of.
    let token = app.forge(&minji).claim("sid", json!(SessionId::new())).token();
    let ghost = minji.with_token(token);
    for reply in [
        ghost.get("/me").await,
        ghost.patch("/me", &json!({ "display_name": "back" })).await,
        ghost.delete("/me/avatar").await,
        ghost
            .post("/sync", &json!({ "user_rev": 0, "conversations": [] }))
            .await,
        ghost.send(direct, "boo").await,
        ghost.send(notes, "boo").await,
        delete(&ghost, "keep").await,
    ] {
        assert_eq!(reply.refusal(), (401, ErrorKind::NotAuthenticated));
    }
    let asked = ghost
        .post("/friend-requests", &json!({ "user_id": stranger.id() }))
        .await;
    assert_eq!(asked.refusal(), (404, ErrorKind::UserNotFound));
    assert_eq!(
        app.database
            .count("SELECT count(*) FROM messages WHERE text IS NOT NULL")
            .await,
        0
    );
    let mut socket = ghost.open_socket().await;
    socket.authenticate(&ghost.session().access_token).await;
    assert_eq!(socket.closed_with().await, 4001);
}

//! Folders of one's own list of conversations.

use damso_domain::{ConversationId, FolderId};
use damso_protocol::{ErrorKind, FieldErrorKind, Folder, Folders, Membership, ServerEvent, SyncRequest};
use damso_testing::{Actor, Inbox, Reply, TestApp};
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub(crate) async fn folders(actor: &Actor) -> Vec<Folder> {
    let listed: Folders = actor.get("/me/folders").await.json();
    listed.items
}

fn names(folders: &[Folder]) -> Vec<&str> {
    folders.iter().map(|folder| folder.name.as_str()).collect()
}

pub(crate) async fn make_folder(actor: &Actor, name: &str) -> Folder {
    let reply = actor.post("/me/folders", &json!({ "name": name })).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

async fn change(actor: &Actor, id: FolderId, body: Value) -> Reply {
    actor.patch(&format!("/me/folders/{id}"), &body).await
}

async fn put(actor: &Actor, chat: ConversationId, folder: Option<FolderId>) -> Reply {
    actor
        .update_membership(chat, &json!({ "folder_id": folder }))
        .await
}

fn refused_field(reply: &Reply) -> (String, FieldErrorKind) {
    assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields));
    let field = &reply.problem().fields[0];
    (field.field.clone(), field.kind)
}

async fn told(inbox: &mut Inbox) -> Vec<Folder> {
    loop {
        if let ServerEvent::FoldersUpdated(event) = inbox.next().await {
            return event.items;
        }
    }
}

#[tokio::test]
async fn folders_are_made_named_moved_and_deleted_on_every_device() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let mut device = minji.sign_in_again().await.connect().await;
    let mut other = seoyeon.connect().await;
    let [family, work, hikers] = [
        make_folder(&minji, " 가족 ").await,
        make_folder(&minji, "회사").await,
        make_folder(&minji, "등산").await,
    ];
    assert_eq!(family.name, "가족");
    for count in 1..=3 {
        assert_eq!(told(&mut device).await.len(), count);
    }
    let moved: Folder = change(&minji, hikers.id, json!({ "position": 0 })).await.json();
    assert_eq!(moved.id, hikers.id);
    assert_eq!(names(&told(&mut device).await), ["등산", "가족", "회사"]);
    // Beyond the last is the last.
    change(&minji, hikers.id, json!({ "position": 40, "name": "산" })).await;
    assert_eq!(names(&told(&mut device).await), ["가족", "회사", "산"]);
    let deleted = minji.delete(&format!("/me/folders/{}", work.id)).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(names(&told(&mut device).await), ["가족", "산"]);
    // One that is made after that is still the last one.
    make_folder(&minji, "새것").await;
    assert_eq!(names(&folders(&minji).await), ["가족", "산", "새것"]);
    assert!(folders(&seoyeon).await.is_empty());
    other.assert_silent().await;
}

#[tokio::test]
async fn a_chat_is_in_one_folder_until_it_or_the_chat_goes() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let [family, work] = [
        make_folder(&minji, "가족").await,
        make_folder(&minji, "회사").await,
    ];
    for folder in [&family, &work] {
        let view: Membership = put(&minji, direct, Some(folder.id)).await.json();
        assert_eq!(view.folder_id, Some(folder.id));
        assert_eq!(
            minji.conversation(direct).await.membership.folder_id,
            Some(folder.id)
        );
    }
    assert_eq!(seoyeon.conversation(direct).await.membership.folder_id, None);
    let pinned: Membership = minji
        .update_membership(direct, &json!({ "is_pinned": true }))
        .await
        .json();
    assert_eq!(pinned.folder_id, Some(work.id), "what is absent stays");
    let out: Membership = put(&minji, direct, None).await.json();
    assert_eq!(out.folder_id, None);

    put(&minji, direct, Some(family.id)).await;
    minji.delete(&format!("/me/folders/{}", family.id)).await;
    assert_eq!(minji.conversation(direct).await.membership.folder_id, None);

    put(&minji, direct, Some(work.id)).await;
    minji.leave(direct).await;
    seoyeon.say(direct, "hi").await;
    assert_eq!(minji.conversation(direct).await.membership.folder_id, None);
}

#[tokio::test]
async fn what_is_not_in_order_changes_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let (mine, theirs) = (
        make_folder(&minji, "가족").await,
        make_folder(&seoyeon, "회사").await,
    );
    let mut inbox = minji.connect().await;
    for (name, kind) in [
        ("", FieldErrorKind::Empty),
        ("\u{3164}", FieldErrorKind::Empty),
        (&*"가".repeat(21), FieldErrorKind::TooLong),
    ] {
        for reply in [
            minji.post("/me/folders", &json!({ "name": name })).await,
            change(&minji, mine.id, json!({ "name": name })).await,
        ] {
            assert_eq!(refused_field(&reply), ("name".to_owned(), kind), "{name:?}");
        }
    }
    let negative = change(&minji, mine.id, json!({ "position": -1 })).await;
    let expected = ("position".to_owned(), FieldErrorKind::OutOfRange);
    assert_eq!(refused_field(&negative), expected);
    for id in [theirs.id, FolderId::new()] {
        let missing = (404, ErrorKind::FolderNotFound);
        assert_eq!(
            change(&minji, id, json!({ "name": "x" })).await.refusal(),
            missing
        );
        assert_eq!(
            minji.delete(&format!("/me/folders/{id}")).await.refusal(),
            missing
        );
        assert_eq!(put(&minji, direct, Some(id)).await.refusal(), missing);
    }
    assert_eq!(folders(&minji).await, [mine]);
    assert_eq!(folders(&seoyeon).await, [theirs]);
    assert_eq!(minji.conversation(direct).await.membership.folder_id, None);
    inbox.assert_silent().await;
}

#[tokio::test]
async fn two_at_once_do_not_make_more_than_there_may_be() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    for number in 1..Folder::MOST {
        make_folder(&minji, &number.to_string()).await;
    }
    let mut racers = JoinSet::new();
    for name in ["one", "other"] {
        let actor = minji.sign_in_again().await;
        racers.spawn(async move { actor.post("/me/folders", &json!({ "name": name })).await });
    }
    let mut replies = racers.join_all().await;
    replies.sort_by_key(|reply| reply.status);
    assert_eq!(replies[0].status, 201);
    assert_eq!(replies[1].refusal(), (422, ErrorKind::TooManyFolders));
    assert_eq!(folders(&minji).await.len(), Folder::MOST);
}

/// Whichever is first: the chat is in no folder that is not there.
#[tokio::test]
async fn a_folder_goes_while_a_chat_is_put_into_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for _ in 0..10 {
        let folder = make_folder(&minji, "가족").await;
        let path = format!("/me/folders/{}", folder.id);
        let (deleted, put_in) = tokio::join!(minji.delete(&path), put(&minji, direct, Some(folder.id)));
        assert_eq!(deleted.status, 204);
        assert!([200, 404].contains(&put_in.status.as_u16()), "{}", put_in.text());
        assert_eq!(minji.conversation(direct).await.membership.folder_id, None);
        assert!(folders(&minji).await.is_empty());
    }
}

#[tokio::test]
async fn a_device_that_was_away_hears_of_it() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let before = minji.me().await.user_rev;
    let sync = async |user_rev| {
        let request = SyncRequest {
            user_rev,
            ..SyncRequest::default()
        };
        minji.sync(&request).await.user_changes.folders
    };
    assert_eq!(sync(before).await, None);
    let folder = make_folder(&minji, "가족").await;
    assert_eq!(sync(before).await, Some(vec![folder.clone()]));
    assert_eq!(sync(minji.me().await.user_rev).await, None);
    minji.delete(&format!("/me/folders/{}", folder.id)).await;
    assert_eq!(sync(before).await, Some(Vec::new()));
}

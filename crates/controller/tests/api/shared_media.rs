//! What the messages of a conversation hold: pictures, videos, other files and links.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{ErrorKind, SharedMediaPage};
use damso_testing::{Actor, Reply, TestApp, picture};
use serde_json::json;

use crate::blocks::block;

async fn ask(actor: &Actor, id: ConversationId, query: &str) -> Reply {
    actor.get(&format!("/conversations/{id}/media?{query}")).await
}

/// The numbers of what is listed, in its order.
async fn seqs(actor: &Actor, id: ConversationId, kind: &str) -> Vec<i64> {
    let page: SharedMediaPage = ask(actor, id, &format!("type={kind}")).await.json();
    assert_eq!(page.next_cursor, None);
    page.items.iter().map(|message| message.seq.as_i64()).collect()
}

/// Sends a picture, and a file beside it.
async fn send_both(actor: &Actor, id: ConversationId) -> Seq {
    let photo = actor.upload("산.png", "image/png", picture::png(4, 4)).await;
    let file = actor.upload("산.txt", "text/plain", b"mountain".to_vec()).await;
    let reply = actor.send_files(id, &[photo.id, file.id]).await;
    assert_eq!(reply.status, 201);
    reply.json::<damso_protocol::Message>().seq
}

#[tokio::test]
async fn what_a_conversation_holds_is_listed_by_kind_the_newest_first() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let id = minji.open_direct(&seoyeon).await.id;
    let both = send_both(&minji, id).await.as_i64();
    let photo = seoyeon.upload("b.png", "image/png", picture::png(4, 4)).await;
    let photo = seoyeon
        .send_files(id, &[photo.id])
        .await
        .json::<damso_protocol::Message>();
    let link = seoyeon
        .say(id, "여기 https://example.org/a 봐")
        .await
        .seq
        .as_i64();
    minji.say(id, "xhttp://no").await;
    let notes = minji.notes().await.id;
    minji.say(notes, "https://example.org/notes").await;

    let page: SharedMediaPage = ask(&seoyeon, id, "type=image").await.json();

    let listed: Vec<i64> = page.items.iter().map(|message| message.seq.as_i64()).collect();
    assert_eq!(listed, [photo.seq.as_i64(), both]);
    // A message is as it is in a page of them, with the people of it.
    assert_eq!(page.items[0], seoyeon.message(id, listed[0]).await.json());
    let mut people: Vec<_> = page.users.iter().map(|user| user.id).collect();
    let mut expected = vec![minji.id(), seoyeon.id()];
    people.sort_unstable();
    expected.sort_unstable();
    assert_eq!(people, expected);
    assert_eq!(seqs(&minji, id, "file").await, [both]);
    assert_eq!(seqs(&minji, id, "link").await, [link]);
    assert_eq!(seqs(&minji, id, "video").await, [] as [i64; 0]);
}

#[tokio::test]
async fn pages_follow_each_other_and_miss_nothing() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let id = minji.notes().await.id;
    for nth in 0..7 {
        minji.say(id, &format!("https://example.org/{nth}")).await;
        minji.say(id, "사이에 한 말").await;
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: SharedMediaPage = ask(&minji, id, &format!("type=link&limit=3{cursor}"))
            .await
            .json();
        assert!(page.items.len() <= 3);
        found.extend(page.items.into_iter().map(|message| message.seq.as_i64()));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, [13, 11, 9, 7, 5, 3, 1]);
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("산행", &[&seoyeon]).await.id;
    let before = send_both(&minji, group).await;
    minji.say(group, "https://example.org/before").await;
    minji.add_members(group, &[&jiho]).await;
    // From before they joined.
    for kind in ["image", "file", "link"] {
        assert_eq!(seqs(&jiho, group, kind).await, [] as [i64; 0], "{kind}");
    }
    // Hidden, and deleted.
    let hidden = minji.say(group, "https://example.org/hidden").await.seq.as_i64();
    let deleted = minji.say(group, "https://example.org/deleted").await.seq.as_i64();
    seoyeon.delete_message(group, hidden, "me").await;
    seoyeon.delete_message(group, before.as_i64(), "me").await;
    minji.delete_message(group, deleted, "everyone").await;
    assert_eq!(seqs(&seoyeon, group, "link").await, [before.as_i64() + 1]);
    assert_eq!(seqs(&seoyeon, group, "image").await, [] as [i64; 0]);
    assert_eq!(seqs(&minji, group, "image").await, [before.as_i64()]);
    // Withheld.
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "안녕").await;
    block(&minji, &seoyeon).await;
    let withheld = send_both(&seoyeon, direct).await.as_i64();
    assert_eq!(seqs(&minji, direct, "image").await, [] as [i64; 0]);
    assert_eq!(seqs(&seoyeon, direct, "image").await, [withheld]);
    // Not theirs.
    jiho.leave(group).await;
    let refused = ask(&jiho, group, "type=link").await.refusal();
    assert_eq!(refused, (404, ErrorKind::ConversationNotFound));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let id = minji.notes().await.id;
    for query in [
        "",
        "type=poem",
        "type=image&cursor=nonsense",
        "type=image&shape=round",
    ] {
        let refused = ask(&minji, id, query).await.refusal();
        assert_eq!(refused, (400, ErrorKind::MalformedRequest), "{query}");
    }
    for limit in [0, 101] {
        let refused = ask(&minji, id, &format!("type=image&limit={limit}"))
            .await
            .refusal();
        assert_eq!(refused, (422, ErrorKind::InvalidFields));
    }
    let refused = minji
        .signed_out()
        .get(&format!("/conversations/{id}/media?type=image"))
        .await;
    assert_eq!(refused.refusal(), (401, ErrorKind::NotAuthenticated));
    // Without words there is nothing that could be a link.
    let reply = minji
        .post(
            &format!("/conversations/{id}/messages"),
            &json!({
                "client_key": uuid::Uuid::now_v7(), "text": "그냥 글",
            }),
        )
        .await;
    assert_eq!(reply.status, 201);
    assert_eq!(seqs(&minji, id, "link").await, [] as [i64; 0]);
}

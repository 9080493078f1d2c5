//! Changing what messages say.

use std::slice::from_ref;

use damso_protocol::{ErrorKind, Message, MessageEdit, Page, ServerEvent};
use damso_testing::{Actor, TestApp, picture};
use serde_json::json;

use crate::followed::{apply, look, revs};

async fn texts_before(author: &Actor, id: damso_domain::ConversationId, seq: i64) -> Vec<Option<String>> {
    let page: Page<MessageEdit> = author.edits(id, seq).await.json();
    page.items.into_iter().map(|edit| edit.text).collect()
}

#[tokio::test]
async fn an_edited_message_says_so_everywhere_and_its_author_reads_what_it_said_before() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let first = minji.say(direct, "여섯 시에 볼까?").await;
    let before = seoyeon.conversation(direct).await;
    let phone = minji.sign_in_again().await;
    let (mut own, mut other) = (phone.connect().await, seoyeon.connect().await);

    let edited: Message = minji.edit(direct, 1, "  일곱 시에 볼까?\r\n").await.json();
    assert_eq!(edited.text.as_deref(), Some("일곱 시에 볼까?"));
    assert!(edited.edited_at.is_some_and(|at| first.created_at <= at));
    assert_eq!(
        (edited.rev.as_i64(), edited.seq, edited.created_at),
        (first.rev.as_i64() + 1, first.seq, first.created_at)
    );
    for inbox in [&mut own, &mut other] {
        let events = inbox.settle().await;
        let [ServerEvent::MessageUpdated(updated)] = &events[..] else {
            panic!("{events:?}")
        };
        let told = Message {
            my_reactions: None,
            ..edited.clone()
        };
        assert_eq!(updated.message, told);
    }
    // Page, single message, list, sync and a key that is sent again say the same.
    assert_eq!(seoyeon.messages(direct).await.items, from_ref(&edited));
    assert_eq!(seoyeon.message(direct, 1).await.json::<Message>(), edited);
    let seen = seoyeon.conversation(direct).await;
    assert_eq!((seen.last_message, seen.unread_count), (Some(edited.clone()), 1));
    let synced = seoyeon.sync_since(0, &[&before]).await;
    assert_eq!(synced.conversations[0].messages, from_ref(&edited));
    let again = minji
        .send_with_key(direct, first.client_key, "여섯 시에 볼까?")
        .await;
    assert_eq!(
        (again.status.as_u16(), again.json::<Message>()),
        (200, edited.clone())
    );

    let third: Message = minji.edit(direct, 1, "여덟 시").await.json();
    let page: Page<MessageEdit> = minji.edits(direct, 1).await.json();
    let earlier: Vec<_> = page
        .items
        .iter()
        .map(|edit| (edit.text.as_deref(), edit.written_at))
        .collect();
    assert_eq!(
        earlier,
        [
            (Some("여섯 시에 볼까?"), first.created_at),
            (Some("일곱 시에 볼까?"), edited.edited_at.unwrap())
        ]
    );
    assert_eq!(minji.conversation(direct).await.rev, third.rev);
}

#[tokio::test]
async fn earlier_texts_come_in_pages() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    minji.say(notes, "0").await;
    for n in 1..=5 {
        minji.edit(notes, 1, &n.to_string()).await.json::<Message>();
    }
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let path = format!("/conversations/{notes}/messages/1/edits?{query}");
        let page: Page<MessageEdit> = minji.get(&path).await.json();
        seen.extend(page.items.into_iter().filter_map(|edit| edit.text));
        let Some(cursor) = page.next_cursor else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
    let wrong = minji
        .get(&format!("/conversations/{notes}/messages/1/edits?limit=0"))
        .await;
    assert_eq!(wrong.refusal(), (422, ErrorKind::InvalidFields));
}

#[tokio::test]
async fn the_same_text_again_changes_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let sent = minji.say(direct, "hello").await;
    let mut inbox = seoyeon.connect().await;
    let same: Message = minji.edit(direct, 1, " hello ").await.json();
    assert_eq!(same, sent);
    inbox.assert_silent().await;
    assert_eq!(minji.conversation(direct).await.rev, sent.rev);
    assert!(texts_before(&minji, direct, 1).await.is_empty());
}

#[tokio::test]
async fn words_beside_a_picture_can_go_and_words_alone_cannot() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let photo = minji.upload("photo.png", "image/png", picture::png(4, 3)).await;
    minji.send_files(direct, &[photo.id]).await.json::<Message>();
    minji.say(direct, "words").await;
    minji.edit(direct, 1, "a mountain").await.json::<Message>();
    let path = format!("/conversations/{direct}/messages/1");
    let bare: Message = minji.patch(&path, &json!({ "text": null })).await.json();
    assert_eq!((bare.text, bare.attachments.len()), (None, 1));
    assert_eq!(
        texts_before(&minji, direct, 1).await,
        [None, Some("a mountain".to_owned())]
    );
    for text in [json!(""), json!(" \n\u{200b}"), json!(null)] {
        let path = format!("/conversations/{direct}/messages/2");
        let reply = minji.patch(&path, &json!({ "text": text })).await;
        assert_eq!(reply.refusal(), (422, ErrorKind::MessageEmpty), "{text}");
    }
    assert_eq!(
        minji.edit(direct, 2, &"가".repeat(4_001)).await.refusal(),
        (422, ErrorKind::MessageTooLong)
    );
    // A body without its text must not take the words away.
    assert_eq!(
        minji.patch(&path, &json!({})).await.refusal(),
        (400, ErrorKind::MalformedRequest)
    );
    assert_eq!(minji.texts(direct).await, ["words"]);
}

#[tokio::test]
async fn only_its_author_edits_a_message_and_reads_what_it_said() {
    let app = TestApp::start().await;
    let [owner, author, removed, outsider] = app.friends(["owner", "author", "removed", "outsider"]).await;
    let group = owner.create_group("hikers", &[&author, &removed]).await.id;
    let seq = author.say(group, "mine").await.seq.as_i64();
    let theirs = removed.say(group, "theirs").await.seq.as_i64();
    owner.remove_member(group, &removed).await;
    let mut inbox = author.connect().await;
    let rev = owner.conversation(group).await.rev;
    let (not_allowed, not_there) = (ErrorKind::NotAllowed, ErrorKind::ConversationNotFound);
    for (who, actor, seq, expected) in [
        ("the owner", &owner, seq, (403, not_allowed)),
        ("somebody outside", &outsider, seq, (404, not_there)),
        ("whoever was removed", &removed, theirs, (404, not_there)),
        (
            "the author, of the conversation's words",
            &author,
            1,
            (403, not_allowed),
        ),
        (
            "the owner, of the conversation's words",
            &owner,
            1,
            (403, not_allowed),
        ),
        (
            "the author, of nothing",
            &author,
            99,
            (404, ErrorKind::MessageNotFound),
        ),
    ] {
        assert_eq!(actor.edit(group, seq, "x").await.refusal(), expected, "{who}");
        assert_eq!(actor.edits(group, seq).await.refusal(), expected, "{who}");
    }
    inbox.assert_silent().await;
    assert_eq!(owner.conversation(group).await.rev, rev);
    assert_eq!(owner.texts(group).await, ["mine", "theirs"]);
    // Who is back did not write it any more, as far as they can see.
    owner.add_members(group, &[&removed]).await;
    assert_eq!(
        removed.edit(group, theirs, "x").await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
}

#[tokio::test]
async fn who_does_not_see_a_message_learns_the_number_of_its_change_only() {
    let app = TestApp::start().await;
    let [minji, seoyeon, late] = app.friends(["minji", "seoyeon", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = minji.say(group, "before").await.seq;
    minji.add_members(group, &[&late]).await;
    let (mut sees, mut does_not) = (seoyeon.connect().await, late.connect().await);
    let edited: Message = minji.edit(group, seq.as_i64(), "after").await.json();
    assert!(matches!(
        &sees.settle().await[..],
        [ServerEvent::MessageUpdated(_)]
    ));
    let events = does_not.settle().await;
    assert!(matches!(&events[..], [ServerEvent::MessageWithheld(withheld)]
        if (withheld.seq, withheld.rev) == (seq, edited.rev)));
}

#[tokio::test]
async fn a_deleted_message_is_not_edited_and_has_no_earlier_texts() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "first").await;
    let edited: Message = minji.edit(direct, 1, "second").await.json();
    minji.delete_message(direct, 1, "everyone").await;
    assert_eq!(
        minji.edit(direct, 1, "third").await.refusal(),
        (409, ErrorKind::MessageDeleted)
    );
    assert!(texts_before(&minji, direct, 1).await.is_empty());
    assert_eq!(app.database.count("SELECT count(*) FROM message_edits").await, 0);
    let deleted: Message = minji.message(direct, 1).await.json();
    assert_eq!((deleted.text, deleted.edited_at), (None, edited.edited_at));
}

/// Whichever comes first, the message ends deleted, nothing it ever said is anywhere, and everybody hears it in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_races_a_deletion_leaves_no_text() {
    let app = TestApp::start().await;
    let [author, admin, other] = app.friends(["author", "admin_1", "other"]).await;
    let group = admin.create_group("hikers", &[&author, &other]).await.id;
    let phone = author.sign_in_again().await;
    let (mut edits_first, mut deleted_first) = (0, 0);
    for round in 0..30 {
        let seq = author.say(group, &format!("secret {round}")).await.seq.as_i64();
        let mut followed = look(&other, group).await;
        let from = other.conversation(group).await.rev.as_i64();
        let mut inbox = other.connect().await;
        let text = |n: u32| format!("secret {round}, edit {n}");
        let (one, two, three) = (text(1), text(2), text(3));
        let (a, b, c, deleted) = tokio::join!(
            spawned(author.clone(), group, seq, one),
            spawned(phone.clone(), group, seq, two),
            spawned(author.clone(), group, seq, three),
            {
                let deleter = if round % 2 == 0 {
                    admin.clone()
                } else {
                    author.clone()
                };
                async move {
                    let deleting =
                        tokio::spawn(
                            async move { deleter.delete_message(group, seq, "everyone").await.status },
                        );
                    deleting.await.unwrap()
                }
            },
        );
        assert_eq!(deleted, 204);
        for answer in [a, b, c] {
            match answer {
                Ok(_) => edits_first += 1,
                Err(refusal) => {
                    assert_eq!(refusal, (409, ErrorKind::MessageDeleted));
                    deleted_first += 1;
                }
            }
        }
        let events = inbox.settle().await;
        let to = other.conversation(group).await.rev.as_i64();
        assert_eq!(revs(&events, group), (from + 1..=to).collect::<Vec<_>>());
        for event in &events {
            apply(&mut followed, other.id(), event);
        }
        assert_eq!(followed, look(&other, group).await);
        let last: Message = other.message(group, seq).await.json();
        assert!(last.deleted_at.is_some() && last.text.is_none());
    }
    assert!(
        0 < edits_first && 0 < deleted_first,
        "{edits_first} {deleted_first}"
    );
    for table in ["message_edits", "messages"] {
        let left = format!("SELECT count(*) FROM {table} WHERE text LIKE '%secret%'");
        assert_eq!(app.database.count(&left).await, 0, "{table}");
    }
}

async fn spawned(
    author: Actor,
    id: damso_domain::ConversationId,
    seq: i64,
    text: String,
) -> Result<Message, (u16, ErrorKind)> {
    let editing = tokio::spawn(async move {
        let reply = author.edit(id, seq, &text).await;
        if reply.status == 200 {
            Ok(reply.json())
        } else {
            Err(reply.refusal())
        }
    });
    editing.await.unwrap()
}

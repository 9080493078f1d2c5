//! The message that stands on top of a conversation.

use damso_domain::{ConversationId, Seq};
use damso_protocol::{Conversation, ErrorKind, Message, ServerEvent, SystemNotice};
use damso_testing::{Actor, Inbox, PASSWORD, Reply, TestApp};
use serde_json::{Value, json};

use crate::blocks::{block, two_who_talk};
use crate::exports::Unpacked;

/// What stands on top, as somebody sees it alone, in their list, and after a sync of everything.
async fn on_top(viewer: &Actor, id: ConversationId) -> Option<Box<Message>> {
    let alone = viewer.conversation(id).await;
    let listed = viewer.conversations().await.items;
    let listed = listed.into_iter().find(|one| one.id == id);
    assert_eq!(listed.map(|one| one.notice), Some(alone.notice.clone()));
    let mut old = alone.clone();
    old.rev = damso_domain::Rev::ZERO;
    let synced = viewer.sync_since(0, &[&old]).await;
    let changes = &synced.conversations[0];
    assert_eq!(changes.conversation.notice, alone.notice);
    if let Some(joined) = synced.joined.into_iter().find(|one| one.id == id) {
        assert_eq!(joined.notice, alone.notice);
    }
    if let Some(notice) = &alone.notice {
        assert!(synced.users.iter().any(|user| user.id == notice.author_id));
    }
    alone.notice
}

async fn text_on_top(viewer: &Actor, id: ConversationId) -> Option<String> {
    on_top(viewer, id).await.and_then(|notice| notice.text)
}

/// What was told of what stands on top, and what the conversation said.
async fn told(inbox: &mut Inbox) -> (Vec<Option<Seq>>, Vec<SystemNotice>) {
    let (mut notices, mut said) = (Vec::new(), Vec::new());
    for event in inbox.settle().await {
        match event {
            ServerEvent::ConversationUpdated(updated) => {
                notices.push(updated.notice.map(|notice| notice.seq));
            }
            ServerEvent::MessageCreated(created) => said.extend(created.message.system),
            _ => (),
        }
    }
    (notices, said)
}

async fn set(actor: &Actor, id: ConversationId, seq: i64) -> Conversation {
    actor.set_notice(id, seq).await.json()
}

#[tokio::test]
async fn a_message_stands_on_top_until_it_is_taken_away() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let first = seoyeon.say(group, "아홉 시").await;
    let second = minji.say(group, "열 시").await;
    let mut inbox = seoyeon.connect().await;

    let before = minji.conversation(group).await;
    let answer = set(&minji, group, first.seq.as_i64()).await;
    assert_eq!(answer.notice.as_deref(), Some(&first));
    assert_eq!(answer.rev.as_i64(), before.rev.as_i64() + 2);
    assert_eq!(
        told(&mut inbox).await,
        (vec![Some(first.seq)], vec![SystemNotice::NoticeSet])
    );
    for viewer in [&minji, &seoyeon] {
        assert_eq!(on_top(viewer, group).await.as_deref(), Some(&first));
    }

    // The same once more changes nothing, another one takes its place.
    assert_eq!(set(&minji, group, first.seq.as_i64()).await.rev, answer.rev);
    inbox.assert_silent().await;
    set(&minji, group, second.seq.as_i64()).await;
    assert_eq!(
        told(&mut inbox).await,
        (vec![Some(second.seq)], vec![SystemNotice::NoticeSet])
    );

    let removed: Conversation = minji.remove_notice(group).await.json();
    assert_eq!(removed.notice, None);
    assert_eq!(
        told(&mut inbox).await,
        (vec![None], vec![SystemNotice::NoticeRemoved])
    );
    let again: Conversation = minji.remove_notice(group).await.json();
    assert_eq!(again.rev, removed.rev);
    inbox.assert_silent().await;
    assert_eq!(on_top(&seoyeon, group).await, None);
}

#[tokio::test]
async fn it_shows_what_its_message_says_and_nothing_that_hangs_on_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    minji.say(group, "언제?").await;
    let body = json!({ "client_key": uuid::Uuid::now_v7(), "text": "아홉 시", "reply_to_seq": 2 });
    let answer: Message = seoyeon
        .post(&format!("/conversations/{group}/messages"), &body)
        .await
        .json();
    assert!(answer.reply_to.is_some());
    seoyeon.react(group, 3, "👍").await;
    set(&minji, group, 3).await;

    seoyeon.edit(group, 3, "열 시").await.json::<Message>();
    minji.react(group, 3, "❤️").await;
    let notice = on_top(&minji, group).await.unwrap();
    assert_eq!(notice.text.as_deref(), Some("열 시"));
    assert!(notice.reactions.is_empty() && notice.reply_to.is_none());
    assert_eq!(notice.my_reactions, Some(Vec::new()));
    // A change of anything else tells of it as well.
    let mut inbox = seoyeon.connect().await;
    minji
        .update_group(group, &json!({ "name": "new" }))
        .await
        .json::<Conversation>();
    let (notices, _) = told(&mut inbox).await;
    assert_eq!(notices, [Some(Seq::new(3))]);
}

#[tokio::test]
async fn it_goes_with_its_message() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let first = seoyeon.say(group, "아홉 시").await.seq.as_i64();
    let second = jiho.say(group, "열 시").await.seq.as_i64();
    let third = seoyeon.say(group, "열한 시").await.seq.as_i64();

    set(&minji, group, first).await;
    minji.delete_message(group, second, "everyone").await;
    assert_eq!(text_on_top(&jiho, group).await.as_deref(), Some("아홉 시"));
    let before = minji.conversation(group).await.rev.as_i64();
    seoyeon.delete_message(group, first, "everyone").await;
    assert_eq!(on_top(&jiho, group).await, None);
    let after = minji.conversation(group).await.rev.as_i64();
    assert_eq!(after, before + 1, "the deletion says it");

    // An account that keeps what it has written leaves what stands on top; one that erases it does not.
    set(&minji, group, third).await;
    let gone = json!({ "password": PASSWORD, "messages": "erase" });
    jiho.post("/me/deletion", &gone).await.json::<Value>();
    assert_eq!(text_on_top(&minji, group).await.as_deref(), Some("열한 시"));
    seoyeon.post("/me/deletion", &gone).await.json::<Value>();
    assert_eq!(on_top(&minji, group).await, None);
}

#[tokio::test]
async fn who_may_not_see_the_message_is_told_of_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho, late] = app.friends(["minji", "seoyeon", "jiho", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let seq = minji.say(group, "before").await.seq.as_i64();
    set(&minji, group, seq).await;
    let joined = minji.add_members(group, &[&late]).await.json::<Conversation>();
    assert!(joined.notice.is_some());
    let mut inbox = late.connect().await;
    jiho.delete_message(group, seq, "me").await;
    for (viewer, sees) in [(&seoyeon, true), (&jiho, false), (&late, false)] {
        assert_eq!(on_top(viewer, group).await.is_some(), sees);
    }

    let rename = json!({ "name": "new" });
    minji.update_group(group, &rename).await.json::<Conversation>();
    assert_eq!(told(&mut inbox).await.0, [None]);
    // Open to everybody: it is there for whoever came later, and still not for whoever has hidden it.
    let open = json!({ "history": "all" });
    minji.update_group(group, &open).await.json::<Conversation>();
    assert_eq!(told(&mut inbox).await.0, [Some(Seq::new(seq))]);
    assert_eq!(text_on_top(&late, group).await.as_deref(), Some("before"));
    assert_eq!(on_top(&jiho, group).await, None);

    // Of two who come back together, one has hidden it.
    for one in [&jiho, &seoyeon] {
        minji.remove_member(group, one).await;
    }
    let mut inboxes = [jiho.connect().await, seoyeon.connect().await];
    minji
        .add_members(group, &[&jiho, &seoyeon])
        .await
        .json::<Conversation>();
    let mut seen = Vec::new();
    for inbox in &mut inboxes {
        let joined = |event: &ServerEvent| match event {
            ServerEvent::ConversationJoined(joined) => Some(joined.conversation.notice.is_some()),
            _ => None,
        };
        seen.extend(inbox.settle().await.iter().find_map(joined));
    }
    assert_eq!(seen, [false, true]);
}

async fn assert_nothing_changed(app_reply: Reply, expected: (u16, ErrorKind), inbox: &mut Inbox) {
    assert_eq!(app_reply.refusal(), expected);
    inbox.assert_silent().await;
}

#[tokio::test]
async fn what_cannot_stand_on_top_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon, mallory] = app.friends(["minji", "seoyeon", "mallory"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let other = minji.create_group("others", &[&seoyeon]).await.id;
    for text in ["a", "b", "c", "d"] {
        minji.say(other, text).await;
    }
    let said = minji.say(group, "said").await.seq.as_i64();
    let gone = minji.say(group, "gone").await.seq.as_i64();
    minji.delete_message(group, gone, "everyone").await;
    let hidden = seoyeon.say(group, "hidden").await.seq.as_i64();
    minji.delete_message(group, hidden, "me").await;
    let before = minji.conversation(group).await;
    let mut inbox = minji.connect().await;
    let refusals = [
        // The line that says that the group was made.
        (&minji, 1, (403, ErrorKind::NotAllowed)),
        (&minji, gone, (409, ErrorKind::MessageDeleted)),
        (&minji, hidden, (404, ErrorKind::MessageNotFound)),
        // There is one with this number elsewhere.
        (&minji, 5, (404, ErrorKind::MessageNotFound)),
        (&minji, 0, (404, ErrorKind::MessageNotFound)),
        (&seoyeon, said, (403, ErrorKind::NotAllowed)),
        (&mallory, said, (404, ErrorKind::ConversationNotFound)),
    ];
    for (actor, seq, expected) in refusals {
        assert_nothing_changed(actor.set_notice(group, seq).await, expected, &mut inbox).await;
    }
    set(&minji, group, said).await;
    inbox.settle().await;
    for (actor, expected) in [
        (&seoyeon, (403, ErrorKind::NotAllowed)),
        (&mallory, (404, ErrorKind::ConversationNotFound)),
    ] {
        assert_nothing_changed(actor.remove_notice(group).await, expected, &mut inbox).await;
    }
    assert_eq!(
        minji.conversation(group).await.rev.as_i64(),
        before.rev.as_i64() + 2
    );

    // Who came later cannot put what they do not see on top, and takes away what stands there all the same.
    let [late] = app.users(["late"]).await;
    minji.befriend(&late).await;
    minji.add_members(group, &[&late]).await.json::<Conversation>();
    minji.set_role(group, &late, "admin").await.json::<Value>();
    assert_eq!(
        late.set_notice(group, said).await.refusal(),
        (404, ErrorKind::MessageNotFound)
    );
    late.remove_notice(group).await.json::<Conversation>();
    assert_eq!(on_top(&minji, group).await, None);
}

#[tokio::test]
async fn each_of_two_and_everybody_in_their_notes_may_set_it() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    set(&mallory, direct, 1).await;
    assert_eq!(text_on_top(&minji, direct).await.as_deref(), Some("hello"));
    minji.remove_notice(direct).await.json::<Conversation>();
    assert_eq!(on_top(&mallory, direct).await, None);
    let notes = minji.notes().await.id;
    let seq = minji.say(notes, "milk").await.seq.as_i64();
    set(&minji, notes, seq).await;
    assert_eq!(text_on_top(&minji, notes).await.as_deref(), Some("milk"));

    // Who clears the conversation does not see what was before.
    set(&mallory, direct, 2).await;
    minji.leave(direct).await;
    mallory.say(direct, "again").await;
    assert_eq!(on_top(&minji, direct).await, None);
    assert_eq!(text_on_top(&mallory, direct).await.as_deref(), Some("hi"));
}

#[tokio::test]
async fn who_is_blocked_says_nothing_by_it() {
    let app = TestApp::start().await;
    let (minji, mallory, direct) = two_who_talk(&app).await;
    block(&minji, &mallory).await;
    for reply in [
        minji.set_notice(direct, 1).await,
        minji.remove_notice(direct).await,
    ] {
        assert_eq!(reply.refusal(), (403, ErrorKind::BlockedByYou));
    }
    let withheld = mallory.say(direct, "hello?").await.seq.as_i64();
    let texts = minji.messages(direct).await.items.len();
    let mut inbox = minji.connect().await;
    set(&mallory, direct, withheld).await;
    let (notices, said) = told(&mut inbox).await;
    assert_eq!((notices, said), (vec![None], Vec::new()));
    assert_eq!(on_top(&minji, direct).await, None);
    assert_eq!(minji.messages(direct).await.items.len(), texts);
    assert_eq!(text_on_top(&mallory, direct).await.as_deref(), Some("hello?"));
}

#[tokio::test]
async fn two_at_once_leave_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    for text in ["one", "two"] {
        minji.say(direct, text).await;
    }
    let mut inbox = minji.connect().await;
    let (one, other) = tokio::join!(minji.set_notice(direct, 1), seoyeon.set_notice(direct, 2));
    let (one, other): (Conversation, Conversation) = (one.json(), other.json());
    let last = if one.rev < other.rev { &other } else { &one };
    assert_eq!(on_top(&minji, direct).await, last.notice);
    let (notices, said) = told(&mut inbox).await;
    assert_eq!(
        notices.last().copied().flatten(),
        last.notice.as_ref().map(|n| n.seq)
    );
    assert_eq!(said, [SystemNotice::NoticeSet, SystemNotice::NoticeSet]);

    // A message that is deleted meanwhile does not stand on top.
    let (_, deleted) = tokio::join!(
        seoyeon.set_notice(direct, 1),
        minji.delete_message(direct, 1, "everyone")
    );
    assert_eq!(deleted.status, 204);
    let notice = on_top(&seoyeon, direct).await;
    assert!(notice.is_none_or(|notice| notice.seq == Seq::new(2)));
}

#[tokio::test]
async fn an_export_tells_which_one_it_is() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let seq = minji.say(group, "아홉 시").await.seq.as_i64();
    set(&minji, group, seq).await;
    seoyeon.delete_message(group, seq, "me").await;
    for (viewer, expected) in [(&minji, json!(seq)), (&seoyeon, Value::Null)] {
        let copy = Unpacked::of(&app, viewer).await;
        let described = copy.json(&format!("conversations/{group}.json"));
        assert_eq!(described["notice_seq"], expected);
        let page = copy.text(&format!("conversations/{group}-1.html"));
        assert!(page.contains("공지를 등록했어요"), "{page}");
    }
}

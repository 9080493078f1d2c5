//! Reacting to messages.

use damso_domain::{ConversationId, UserId};
use damso_protocol::{ErrorKind, Message, ReactionPage, Reactions, ServerEvent};
use damso_testing::{Actor, TestApp, percent_encoded};

use crate::followed::{apply, look};

pub const HEART: &str = "\u{2764}\u{fe0f}";

/// Twenty-one kinds.
pub const MANY: [&str; 21] = [
    HEART,
    "👍",
    "👍🏽",
    "😂",
    "😮",
    "😢",
    "🙏",
    "🎉",
    "🔥",
    "👏",
    "💯",
    "🇰🇷",
    "🐻",
    "🍊",
    "🌧️",
    "⭐",
    "🎂",
    "🥳",
    "👨\u{200d}👩\u{200d}👧",
    "#\u{fe0f}\u{20e3}",
    "🫩",
];

pub fn kind(emoji: &str, who: &[&Actor]) -> Reactions {
    Reactions {
        emoji: emoji.to_owned(),
        count: i64::try_from(who.len()).unwrap(),
        user_ids: who.iter().map(|actor| actor.id()).collect(),
    }
}

pub async fn seen(viewer: &Actor, id: ConversationId, seq: i64) -> (Vec<Reactions>, Vec<String>) {
    let message: Message = viewer.message(id, seq).await.json();
    (message.reactions, message.my_reactions.unwrap())
}

/// What stands in the rows of messages is what is stored of each person.
pub async fn assert_summed_up(app: &TestApp) {
    let differing = "SELECT count(*) FROM messages m CROSS JOIN LATERAL \
        (SELECT coalesce(sum((k ->> 'count')::int), 0) AS count FROM jsonb_array_elements(m.reactions) k) s \
        WHERE s.count <> (SELECT count(*) FROM reactions r \
            WHERE r.conversation_id = m.conversation_id AND r.seq = m.seq) \
        OR (m.reactions IS NOT NULL AND s.count = 0)";
    assert_eq!(app.database.count(differing).await, 0);
}

#[tokio::test]
async fn reactions_are_counted_named_and_told() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let sent = minji.say(group, "hello").await;
    let seq = sent.seq.as_i64();
    let before = jiho.conversation(group).await;
    let mut inbox = jiho.connect().await;
    for (who, emoji) in [(&seoyeon, "👍🏽"), (&minji, HEART), (&minji, "👍🏽"), (&jiho, HEART)] {
        assert_eq!(who.react(group, seq, emoji).await.status, 204);
    }
    let both = vec![kind("👍🏽", &[&seoyeon, &minji]), kind(HEART, &[&minji, &jiho])];
    assert_eq!(
        seen(&minji, group, seq).await,
        (both.clone(), vec!["👍🏽".to_owned(), HEART.to_owned()])
    );
    assert_eq!(
        seen(&jiho, group, seq).await,
        (both.clone(), vec![HEART.to_owned()])
    );

    // The first of a kind goes: the kinds keep their places.
    seoyeon.unreact(group, seq, "👍🏽").await;
    let message: Message = jiho.message(group, seq).await.json();
    assert_eq!(
        message.reactions,
        [kind("👍🏽", &[&minji]), kind(HEART, &[&minji, &jiho])]
    );
    assert_eq!(message.rev.as_i64(), sent.rev.as_i64() + 5);
    // Everything that shows a message shows the same, each to whoever looks.
    assert_eq!(jiho.messages(group).await.items.last(), Some(&message));
    assert_eq!(
        jiho.conversation(group).await.last_message.as_ref(),
        Some(&message)
    );
    let listed = jiho.conversations().await;
    let listed = listed.items.into_iter().find(|one| one.id == group);
    assert_eq!(listed.unwrap().last_message.as_ref(), Some(&message));
    let synced = jiho.sync_since(0, &[&before]).await;
    assert_eq!(synced.conversations[0].messages, std::slice::from_ref(&message));
    assert_eq!(
        synced.conversations[0].conversation.last_message,
        Some(message.clone())
    );
    let again: Message = minji.send_with_key(group, sent.client_key, "hello").await.json();
    assert_eq!(again.my_reactions.unwrap(), ["👍🏽", HEART]);

    let mut followed = look(&jiho, group).await;
    followed.insert(
        sent.seq,
        Message {
            my_reactions: Some(Vec::new()),
            ..sent
        },
    );
    let events = inbox.settle().await;
    let told: Vec<(bool, UserId, &str)> = events
        .iter()
        .map(|event| match event {
            ServerEvent::ReactionAdded(change) => (true, change.user_id, change.emoji.as_str()),
            ServerEvent::ReactionRemoved(change) => (false, change.user_id, change.emoji.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told.len(), 5);
    assert_eq!(told[4], (false, seoyeon.id(), "👍🏽"));
    events
        .iter()
        .for_each(|event| apply(&mut followed, jiho.id(), event));
    assert_eq!(followed, look(&jiho, group).await);
    assert_summed_up(&app).await;
}

#[tokio::test]
async fn a_reaction_once_more_changes_nothing() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "hello").await;
    minji.react(direct, 1, HEART).await;
    let rev = minji.conversation(direct).await.rev;
    let mut inbox = seoyeon.connect().await;
    assert_eq!(minji.react(direct, 1, HEART).await.status, 204);
    assert_eq!(minji.unreact(direct, 1, "👍").await.status, 204);
    assert_eq!(seoyeon.unreact(direct, 1, HEART).await.status, 204);
    inbox.assert_silent().await;
    assert_eq!(minji.conversation(direct).await.rev, rev);
    assert_eq!(seen(&minji, direct, 1).await.0, [kind(HEART, &[&minji])]);
}

#[tokio::test]
async fn what_is_not_an_emoji_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let sent = minji.say(direct, "hello").await;
    for text in [
        "a",
        "1",
        ":heart:",
        "\u{2764}",
        "#\u{20e3}",
        "🏽",
        "🇰",
        "👍👍",
        "👍 ",
        "\u{200d}",
        "<b>",
        "👍/👍",
        "👨\u{200d}👍",
        "\u{0}",
    ] {
        for reply in [
            minji.react(direct, 1, text).await,
            minji.unreact(direct, 1, text).await,
            minji
                .reactions(direct, 1, &format!("emoji={}", percent_encoded(text)))
                .await,
        ] {
            assert_eq!(reply.refusal(), (422, ErrorKind::NotAnEmoji), "{text:?}");
        }
    }
    let path = |rest: &str| format!("/conversations/{direct}/messages/1/reactions/{rest}");
    for broken in ["%ff", "%e2%9d"] {
        let reply = minji.delete(&path(broken)).await;
        assert!([400, 422].contains(&reply.status.as_u16()), "{broken}");
    }
    assert_eq!(minji.conversation(direct).await.rev, sent.rev);
    // As a browser spells it, and as a program may that encodes nothing.
    for spelled in ["%E2%9D%A4%EF%B8%8F", HEART] {
        let request = minji.request("PUT".parse().unwrap(), &path(spelled));
        assert_eq!(minji.send_request(request).await.status, 204, "{spelled}");
    }
    assert_eq!(seen(&minji, direct, 1).await.1, [HEART]);
}

#[tokio::test]
async fn a_message_takes_twenty_kinds_and_everybody_may_join_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "hello").await;
    let (last, twenty) = MANY.split_last().unwrap();
    for emoji in twenty {
        assert_eq!(minji.react(direct, 1, emoji).await.status, 204, "{emoji}");
    }
    let rev = minji.conversation(direct).await.rev;
    for actor in [&minji, &seoyeon] {
        assert_eq!(
            actor.react(direct, 1, last).await.refusal(),
            (422, ErrorKind::TooManyReactions)
        );
    }
    assert_eq!(minji.conversation(direct).await.rev, rev);
    assert_eq!(seoyeon.react(direct, 1, twenty[7]).await.status, 204);
    // One goes, and there is room.
    minji.unreact(direct, 1, twenty[0]).await;
    assert_eq!(seoyeon.react(direct, 1, last).await.status, 204);
    let kinds: Vec<String> = seen(&minji, direct, 1)
        .await
        .0
        .into_iter()
        .map(|kind| kind.emoji)
        .collect();
    assert_eq!(kinds, MANY[1..]);
    assert_summed_up(&app).await;
}

#[tokio::test]
async fn only_who_sees_a_message_reacts_to_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, late, removed, outsider] = app
        .friends(["minji", "seoyeon", "late", "removed", "outsider"])
        .await;
    let group = minji.create_group("hikers", &[&seoyeon, &removed]).await.id;
    let seq = minji.say(group, "before").await.seq.as_i64();
    minji.add_members(group, &[&late]).await;
    minji.remove_member(group, &removed).await;
    seoyeon.delete_message(group, seq, "me").await;
    let gone = minji.say(group, "gone").await.seq.as_i64();
    minji.react(group, gone, HEART).await;
    minji.delete_message(group, gone, "everyone").await;
    let rev = minji.conversation(group).await.rev;
    let message_not_found = (404, ErrorKind::MessageNotFound);
    let not_there = (404, ErrorKind::ConversationNotFound);
    for (who, actor, seq, expected) in [
        ("joined later", &late, seq, message_not_found),
        ("hid it", &seoyeon, seq, message_not_found),
        ("was removed", &removed, seq, not_there),
        ("never was in it", &outsider, seq, not_there),
        ("to nothing", &minji, 99, message_not_found),
    ] {
        for reply in [
            actor.react(group, seq, HEART).await,
            actor.unreact(group, seq, HEART).await,
            actor.reactions(group, seq, "").await,
        ] {
            assert_eq!(reply.refusal(), expected, "{who}");
        }
    }
    assert_eq!(
        minji.react(group, 1, HEART).await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    assert_eq!(
        minji.react(group, gone, HEART).await.refusal(),
        (409, ErrorKind::MessageDeleted)
    );
    // It went with the message.
    assert_eq!(minji.unreact(group, gone, HEART).await.status, 204);
    assert_eq!(minji.conversation(group).await.rev, rev);
    assert_eq!(app.database.count("SELECT count(*) FROM reactions").await, 0);

    // Told to those who see it; the others learn the number only.
    let (mut sees, mut joined_later, mut hid) = (
        minji.connect().await,
        late.connect().await,
        seoyeon.connect().await,
    );
    minji.react(group, seq, HEART).await;
    assert!(matches!(
        &sees.settle().await[..],
        [ServerEvent::ReactionAdded(_)]
    ));
    for inbox in [&mut joined_later, &mut hid] {
        let events = inbox.settle().await;
        assert!(matches!(&events[..], [ServerEvent::MessageWithheld(withheld)]
            if withheld.rev.as_i64() == rev.as_i64() + 1));
    }
}

#[tokio::test]
async fn a_message_names_ten_and_the_list_names_everybody() {
    let app = TestApp::start().await;
    let people = app
        .friends([
            "p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09", "p10", "p11", "p12",
        ])
        .await;
    let others: Vec<&Actor> = people[1..].iter().collect();
    let group = people[0].create_group("many", &others).await.id;
    let seq = people[0].say(group, "hello").await.seq.as_i64();
    for actor in &people {
        actor.react(group, seq, HEART).await;
    }
    people[3].react(group, seq, "👍").await;
    let (kinds, mine) = seen(&people[11], group, seq).await;
    let ids = |range: std::ops::Range<usize>| people[range].iter().map(Actor::id).collect::<Vec<_>>();
    assert_eq!((kinds[0].count, &kinds[0].user_ids), (12, &ids(0..10)));
    assert_eq!(mine, [HEART], "also when I am not named");

    let (mut walked, mut query) = (Vec::new(), "limit=5".to_owned());
    loop {
        let page: ReactionPage = people[0].reactions(group, seq, &query).await.json();
        for reaction in &page.items {
            assert!(page.users.iter().any(|user| user.id == reaction.user_id));
        }
        walked.extend(
            page.items
                .into_iter()
                .map(|reaction| (reaction.user_id, reaction.emoji)),
        );
        let Some(cursor) = page.next_cursor else { break };
        query = format!("limit=5&cursor={cursor}");
    }
    let mut expected: Vec<_> = ids(0..12).into_iter().map(|id| (id, HEART.to_owned())).collect();
    expected.push((people[3].id(), "👍".to_owned()));
    assert_eq!(walked, expected);
    let query = format!("emoji={}", percent_encoded("👍"));
    let only: ReactionPage = people[0].reactions(group, seq, &query).await.json();
    assert_eq!((only.items.len(), only.items[0].user_id), (1, people[3].id()));

    // One of the ten goes: the eleventh moves up.
    people[1].unreact(group, seq, HEART).await;
    let (kinds, _) = seen(&people[0], group, seq).await;
    assert_eq!(kinds[0].count, 11);
    assert_eq!(kinds[0].user_ids, [ids(0..1), ids(2..11)].concat());
    // Who leaves leaves it there.
    people[2].leave(group).await;
    assert_eq!(seen(&people[0], group, seq).await.0[0].count, 11);
    let wrong = people[0].reactions(group, seq, "limit=0").await;
    assert_eq!(wrong.refusal(), (422, ErrorKind::InvalidFields));
    assert_summed_up(&app).await;
}

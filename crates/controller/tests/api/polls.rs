//! Polls in groups.

use std::time::Duration;

use damso_domain::{ClientKey, ConversationId, MessageKind, Timestamp};
use damso_protocol::{
    CreatePollRequest, ErrorKind, Message, Poll, PollOption, PollVotePage, PollVoteUpdated, ServerEvent,
};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::{Value, json};

use crate::followed::revs;

/// A lunch: 김밥, 국수 or 떡볶이.
pub fn lunch() -> CreatePollRequest {
    CreatePollRequest {
        client_key: ClientKey::new(),
        question: "점심 뭐 먹을까?".to_owned(),
        options: ["김밥", "국수", "떡볶이"].map(str::to_owned).to_vec(),
        is_multiple: false,
        is_anonymous: false,
        closes_at: None,
    }
}

pub async fn create(author: &Actor, id: ConversationId, request: &CreatePollRequest) -> Reply {
    let body = serde_json::to_value(request).unwrap();
    author.post(&format!("/conversations/{id}/polls"), &body).await
}

/// Makes one and says its number.
pub async fn make(author: &Actor, id: ConversationId, request: &CreatePollRequest) -> i64 {
    let reply = create(author, id, request).await;
    assert_eq!(reply.status, 201);
    reply.json::<Message>().seq.as_i64()
}

fn path(id: ConversationId, seq: i64, end: &str) -> String {
    format!("/conversations/{id}/messages/{seq}/{end}")
}

pub async fn vote(voter: &Actor, id: ConversationId, seq: i64, options: &[i64]) -> Reply {
    let body = json!({ "options": options });
    voter.put(&path(id, seq, "poll-vote"), &body).await
}

pub async fn unvote(voter: &Actor, id: ConversationId, seq: i64) -> Reply {
    voter.delete(&path(id, seq, "poll-vote")).await
}

pub async fn close(closer: &Actor, id: ConversationId, seq: i64) -> Reply {
    closer.post(&path(id, seq, "poll-close"), &json!({})).await
}

async fn votes(viewer: &Actor, id: ConversationId, seq: i64, query: &str) -> Reply {
    viewer
        .get(&format!("{}?{query}", path(id, seq, "poll-votes")))
        .await
}

/// The poll as somebody sees it, in a page as alone.
pub async fn seen(viewer: &Actor, id: ConversationId, seq: i64) -> Poll {
    let message: Message = viewer.message(id, seq).await.json();
    let page = viewer.messages(id).await.items;
    assert!(page.contains(&message), "{message:?}");
    message.poll.unwrap()
}

/// How many have chosen each option.
fn counts(poll: &Poll) -> Vec<i64> {
    poll.options.iter().map(|option| option.votes).collect()
}

fn option(number: i64, text: &str, voters: &[&Actor]) -> PollOption {
    PollOption {
        number,
        text: text.to_owned(),
        votes: i64::try_from(voters.len()).unwrap(),
        user_ids: voters.iter().map(|voter| voter.id()).collect(),
    }
}

/// What stands in the rows of messages is what is stored of each person.
pub async fn assert_summed_up(app: &TestApp) {
    let differing = "SELECT count(*) FROM messages m CROSS JOIN LATERAL \
        (SELECT sum((o ->> 'votes')::int) AS votes FROM jsonb_array_elements(m.poll -> 'options') o) s \
        WHERE m.poll IS NOT NULL AND (\
            s.votes <> (SELECT coalesce(sum(cardinality(v.options)), 0) FROM poll_votes v \
                WHERE v.conversation_id = m.conversation_id AND v.seq = m.seq) \
            OR (m.poll ->> 'voter_count')::int <> (SELECT count(*) FROM poll_votes v \
                WHERE v.conversation_id = m.conversation_id AND v.seq = m.seq AND v.options <> '{}'))";
    assert_eq!(app.database.count(differing).await, 0);
}

#[tokio::test]
async fn a_poll_is_a_message_that_is_voted_in_live() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let before = jiho.conversation(group).await;
    let mut inbox = jiho.connect().await;
    let request = CreatePollRequest {
        question: " 점심\n뭐 먹을까? ".to_owned(),
        ..lunch()
    };
    let reply = create(&minji, group, &request).await;
    assert_eq!(reply.status, 201);
    let made: Message = reply.json();
    let seq = made.seq.as_i64();
    assert_eq!(
        (made.kind, made.text.as_deref()),
        (MessageKind::Poll, Some("점심 뭐 먹을까?"))
    );
    let poll = made.poll.clone().unwrap();
    assert_eq!((poll.voter_count, poll.my_options), (0, Some(vec![])));
    // The same key again, whatever else is said: the one that was stored.
    let again = CreatePollRequest {
        options: vec!["하나".to_owned()],
        closes_at: Timestamp::from_millis(0),
        ..request
    };
    let reply = create(&minji, group, &again).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json::<Message>()),
        (200, made.clone())
    );
    // It counts, and is what the list shows.
    let listed = jiho.conversation(group).await;
    assert_eq!(listed.unread_count, 1);
    assert_eq!(listed.last_message, Some(made.clone()));

    for (voter, options) in [(&seoyeon, [2]), (&minji, [2]), (&jiho, [1]), (&minji, [3])] {
        let voted: Message = vote(voter, group, seq, &options).await.json();
        assert_eq!(voted.poll.unwrap().my_options.unwrap(), options);
    }
    let seen_by_jiho = seen(&jiho, group, seq).await;
    let expected = [
        option(1, "김밥", &[&jiho]),
        option(2, "국수", &[&seoyeon]),
        option(3, "떡볶이", &[&minji]),
    ];
    assert_eq!(seen_by_jiho.options, expected);
    assert_eq!(
        (seen_by_jiho.voter_count, seen_by_jiho.my_options),
        (3, Some(vec![1]))
    );
    assert_eq!(
        unvote(&jiho, group, seq)
            .await
            .json::<Message>()
            .poll
            .unwrap()
            .voter_count,
        2
    );
    assert_eq!(seen(&jiho, group, seq).await.my_options, Some(vec![]));

    // Everyone hears of it in order, and the same; only jiho's own devices hear which vote is jiho's.
    let events = inbox.settle().await;
    let message: Message = jiho.message(group, seq).await.json();
    let to = message.rev.as_i64();
    assert_eq!(
        revs(&events, group),
        (before.rev.as_i64() + 1..=to).collect::<Vec<_>>()
    );
    let told = events.iter().rev().find_map(|event| match event {
        ServerEvent::MessageUpdated(told) => Some(told.message.clone()),
        _ => None,
    });
    assert_eq!(told, Some(message.clone().without_mine()));
    let own: Vec<&PollVoteUpdated> = events
        .iter()
        .filter_map(|event| match event {
            ServerEvent::PollVoteUpdated(vote) => Some(vote),
            _ => None,
        })
        .collect();
    assert_eq!(own.len(), 2);
    assert_eq!(
        (own[0].options.as_slice(), own[1].options.as_slice()),
        (&[1][..], &[][..])
    );
    assert_eq!(own[1].rev, message.rev);

    // Whoever was not there is told the same by a sync.
    let synced = jiho.sync_since(0, &[&before]).await;
    assert_eq!(synced.conversations[0].messages.last(), Some(&message));
    let votes = &synced.user_changes.poll_votes;
    assert_eq!(votes.len(), 1);
    assert_eq!(
        (votes[0].seq, votes[0].rev, votes[0].options.len()),
        (message.seq, message.rev, 0)
    );
    assert!(minji.sync_since(0, &[]).await.user_changes.poll_votes[0].options == [3]);
    assert_summed_up(&app).await;
}

#[tokio::test]
async fn several_can_be_chosen_where_the_poll_says_so() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let request = CreatePollRequest {
        is_multiple: true,
        ..lunch()
    };
    let seq = make(&minji, group, &request).await;
    let rev = vote(&seoyeon, group, seq, &[3, 1, 3]).await.json::<Message>().rev;
    vote(&minji, group, seq, &[1]).await.json::<Message>();
    let poll = seen(&seoyeon, group, seq).await;
    assert_eq!((counts(&poll), poll.voter_count), (vec![2, 0, 1], 2));
    assert_eq!(poll.my_options.unwrap(), [1, 3]);

    // The same again changes nothing and tells nobody.
    let mut inbox = minji.connect().await;
    assert_eq!(vote(&seoyeon, group, seq, &[1, 3]).await.status, 200);
    assert_eq!(minji.conversation(group).await.rev.as_i64(), rev.as_i64() + 1);
    inbox.assert_silent().await;

    let page: PollVotePage = votes(&minji, group, seq, "limit=1").await.json();
    assert_eq!(
        (page.items[0].user_id, page.items[0].options.as_slice()),
        (seoyeon.id(), &[1, 3][..])
    );
    assert_eq!(page.users.len(), 1);
    let cursor = page.next_cursor.unwrap();
    let page: PollVotePage = votes(&minji, group, seq, &format!("cursor={cursor}"))
        .await
        .json();
    assert_eq!((page.items[0].user_id, page.next_cursor), (minji.id(), None));
    // A vote that was taken back is nobody's.
    unvote(&seoyeon, group, seq).await.json::<Message>();
    let page: PollVotePage = votes(&minji, group, seq, "").await.json();
    assert_eq!(page.items.len(), 1);
    for query in ["limit=0", "limit=101"] {
        assert_eq!(votes(&minji, group, seq, query).await.status, 422, "{query}");
    }
    assert_summed_up(&app).await;
}

#[tokio::test]
async fn nobody_learns_who_voted_in_an_anonymous_poll() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let request = CreatePollRequest {
        is_anonymous: true,
        ..lunch()
    };
    let seq = make(&minji, group, &request).await;
    let (mut inbox, mut own) = (minji.connect().await, seoyeon.connect().await);
    vote(&seoyeon, group, seq, &[2]).await.json::<Message>();
    vote(&jiho, group, seq, &[2]).await.json::<Message>();

    let poll = seen(&minji, group, seq).await;
    assert_eq!((counts(&poll), poll.voter_count), (vec![0, 2, 0], 2));
    assert!(poll.options.iter().all(|option| option.user_ids.is_empty()));
    let reply = votes(&minji, group, seq, "").await;
    assert_eq!(reply.refusal(), (409, ErrorKind::PollAnonymous));
    // No name in what anybody is told, on whatever way: not even the author's device hears of one.
    let told = serde_json::to_string(&inbox.settle().await).unwrap();
    let page = minji
        .get(&format!("/conversations/{group}/messages?limit=100"))
        .await;
    let synced = minji
        .post("/sync", &json!({ "user_rev": 1_000_000, "conversations": [] }))
        .await;
    let poll = page.json::<Value>()["items"].as_array().unwrap().last().unwrap()["poll"].to_string();
    for voter in [&seoyeon, &jiho] {
        let id = voter.id().to_string();
        assert!(!told.contains(&id) && !poll.contains(&id));
        assert!(
            !synced.json::<Value>()["user_changes"]["poll_votes"]
                .to_string()
                .contains(&id)
        );
    }
    assert!(!told.contains("poll_vote_updated"));
    // The voter's other devices know.
    let heard = own.settle().await;
    let vote = heard.iter().find_map(|event| match event {
        ServerEvent::PollVoteUpdated(vote) => Some(vote.options.clone()),
        _ => None,
    });
    assert_eq!(vote, Some(vec![2]));
    assert_eq!(seen(&seoyeon, group, seq).await.my_options, Some(vec![2]));
    assert_summed_up(&app).await;
}

/// The first field that is wrong.
fn wrong_field(reply: &Reply) -> (String, String) {
    assert_eq!(reply.status, 422, "{}", reply.text());
    let problem = reply.problem();
    let kind = serde_json::to_value(problem.fields[0].kind).unwrap();
    (problem.fields[0].field.clone(), kind.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_is_no_poll_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await;
    let mut inbox = seoyeon.connect().await;
    let numbered = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let with_options = |options| CreatePollRequest { options, ..lunch() };
    let asking = |question: &str| CreatePollRequest {
        question: question.to_owned(),
        ..lunch()
    };
    let closing = |closes_at| CreatePollRequest {
        closes_at: Some(closes_at),
        ..lunch()
    };
    let (now, day) = (Timestamp::now(), Duration::from_hours(24));
    for (request, field, kind) in [
        (with_options(numbered(0)), "options", "too_short"),
        (with_options(numbered(1)), "options", "too_short"),
        (with_options(numbered(11)), "options", "too_long"),
        (with_options(texts(&["네", " "])), "options", "empty"),
        (with_options(texts(&["네", "\u{200b}"])), "options", "empty"),
        (
            with_options(vec!["네".to_owned(), "가".repeat(101)]),
            "options",
            "too_long",
        ),
        (
            with_options(texts(&["네", "아니요", " 네\n"])),
            "options",
            "duplicate",
        ),
        (asking(""), "question", "empty"),
        (asking(&"가".repeat(301)), "question", "too_long"),
        (
            closing(now.before(Duration::from_secs(1))),
            "closes_at",
            "out_of_range",
        ),
        (closing(now.after(day * 367)), "closes_at", "out_of_range"),
    ] {
        let reply = create(&minji, group.id, &request).await;
        assert_eq!(
            wrong_field(&reply),
            (field.to_owned(), kind.to_owned()),
            "{request:?}"
        );
    }
    for body in [
        json!({}),
        json!({ "client_key": ClientKey::new(), "question": "?", "options": "네" }),
    ] {
        let reply = minji
            .post(&format!("/conversations/{}/polls", group.id), &body)
            .await;
        assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest));
    }
    // Groups only, whoever asks.
    for place in [minji.notes().await.id, minji.open_direct(&seoyeon).await.id] {
        let reply = create(&minji, place, &lunch()).await;
        assert_eq!(reply.refusal(), (409, ErrorKind::NotAGroup));
        assert!(minji.messages(place).await.items.is_empty());
    }
    assert_eq!(minji.conversation(group.id).await.rev, group.rev);
    inbox.assert_silent().await;

    assert_eq!(
        create(&minji, group.id, &with_options(numbered(10))).await.status,
        201
    );
    assert_eq!(
        create(&minji, group.id, &closing(now.after(day * 365)))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn what_is_no_vote_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho, late] = app.friends(["minji", "seoyeon", "jiho", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let seq = make(&minji, group, &lunch()).await;
    let plain = minji.say(group, "hello").await.seq.as_i64();
    let gone = make(&minji, group, &lunch()).await;
    vote(&seoyeon, group, gone, &[1]).await.json::<Message>();
    minji.delete_message(group, gone, "everyone").await;
    let hidden = make(&minji, group, &lunch()).await;
    seoyeon.delete_message(group, hidden, "me").await;
    minji.remove_member(group, &jiho).await;
    minji.add_members(group, &[&late]).await.json::<Value>();
    let rev = minji.conversation(group).await.rev;
    let mut inbox = minji.connect().await;

    for options in [[0], [4], [-1], [i64::MAX]] {
        let reply = vote(&seoyeon, group, seq, &options).await;
        assert_eq!(
            reply.refusal(),
            (422, ErrorKind::PollOptionUnknown),
            "{options:?}"
        );
    }
    let reply = vote(&seoyeon, group, seq, &[1, 2]).await;
    assert_eq!(reply.refusal(), (422, ErrorKind::PollTakesOne));
    let reply = vote(&seoyeon, group, seq, &[]).await;
    assert_eq!(wrong_field(&reply), ("options".to_owned(), "empty".to_owned()));
    // What is no poll, is none any more, or is not there for somebody; the same for all that is done with one.
    for (voter, seq, refusal) in [
        (&seoyeon, 1, (409, ErrorKind::NotAPoll)),
        (&seoyeon, plain, (409, ErrorKind::NotAPoll)),
        (&seoyeon, gone, (409, ErrorKind::MessageDeleted)),
        (&seoyeon, hidden, (404, ErrorKind::MessageNotFound)),
        (&seoyeon, 1_000, (404, ErrorKind::MessageNotFound)),
        (&late, seq, (404, ErrorKind::MessageNotFound)),
        (&jiho, seq, (404, ErrorKind::ConversationNotFound)),
    ] {
        for reply in [
            vote(voter, group, seq, &[1]).await,
            unvote(voter, group, seq).await,
            close(voter, group, seq).await,
            votes(voter, group, seq, "").await,
        ] {
            assert_eq!(reply.refusal(), refusal, "{seq}");
        }
    }
    assert_eq!(minji.conversation(group).await.rev, rev);
    assert_eq!(seen(&minji, group, seq).await.voter_count, 0);
    assert_eq!(app.database.count("SELECT count(*) FROM poll_votes").await, 0);
    inbox.assert_silent().await;
}

#[tokio::test]
async fn nobody_votes_in_a_poll_that_is_closed() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    minji.set_role(group, &jiho, "admin").await.json::<Value>();
    let request = CreatePollRequest {
        closes_at: Some(Timestamp::now().after(Duration::from_hours(1))),
        ..lunch()
    };
    let over = make(&minji, group, &request).await;
    let closed = make(&seoyeon, group, &lunch()).await;
    let ruled = make(&seoyeon, group, &lunch()).await;
    let foreign = make(&minji, group, &lunch()).await;
    for seq in [over, closed] {
        vote(&seoyeon, group, seq, &[1]).await.json::<Message>();
    }
    // Its hour has passed.
    let past =
        "UPDATE messages SET poll = poll || '{\"closes_at\": \"2026-01-01T00:00:00.000Z\"}' WHERE seq = ";
    app.database.execute(&format!("{past}{over}")).await;
    let mut inbox = jiho.connect().await;
    let before = jiho.conversation(group).await.rev.as_i64();
    let shut: Message = close(&seoyeon, group, closed).await.json();
    assert!(shut.poll.unwrap().is_closed(Timestamp::now()));
    close(&jiho, group, ruled).await.json::<Message>();
    assert_eq!(
        close(&seoyeon, group, foreign).await.refusal(),
        (403, ErrorKind::NotAllowed)
    );
    assert!(!seen(&minji, group, foreign).await.is_closed(Timestamp::now()));
    let rev = before + 2;
    for seq in [over, closed, ruled] {
        // Once more changes nothing.
        assert_eq!(close(&jiho, group, seq).await.status, 200);
        let reply = vote(&seoyeon, group, seq, &[2]).await;
        assert_eq!(reply.refusal(), (409, ErrorKind::PollClosed));
    }
    assert_eq!(
        unvote(&seoyeon, group, over).await.refusal(),
        (409, ErrorKind::PollClosed)
    );
    // What is so already is answered, as a retry needs it.
    assert_eq!(vote(&seoyeon, group, closed, &[1]).await.status, 200);
    assert_eq!(unvote(&minji, group, closed).await.status, 200);
    assert_eq!(counts(&seen(&minji, group, over).await), [1, 0, 0]);
    assert_eq!(jiho.conversation(group).await.rev.as_i64(), rev);
    assert_eq!(revs(&inbox.settle().await, group), [before + 1, before + 2]);
    assert_summed_up(&app).await;
}

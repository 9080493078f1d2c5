//! Who hears of what, and when.

use damso_domain::{
    BirthdayVisibility, FriendRequestsFrom, GroupAddsFrom, MessagesFrom, PresenceStatus, PresenceVisibility,
};
use damso_protocol::MessagesErased;
use damso_repository::user::ChosenPresence;

use super::*;

fn pong() -> ServerEvent {
    ServerEvent::Pong(Empty {})
}

#[tokio::test]
async fn what_is_queued_leaves_at_once_and_in_order() {
    let (hub, user) = (Hub::new(), UserId::new());
    let mut subscription = hub.subscribe(user, SessionId::new());
    hub.to_user(user, &pong());
    hub.to_user(user, &ServerEvent::Resync(Empty {}));
    let Outgoing::Frames(frames) = subscription.next().await else {
        panic!("closed")
    };
    assert_eq!(
        frames,
        [r#"{"type":"pong","data":{}}"#, r#"{"type":"resync","data":{}}"#]
    );
}

#[tokio::test]
async fn a_slow_reader_is_closed_and_harms_nobody_else() {
    let (hub, slow, quick) = (Hub::new(), UserId::new(), UserId::new());
    let mut slow_end = hub.subscribe(slow, SessionId::new());
    let mut quick_end = hub.subscribe(quick, SessionId::new());
    for _ in 0..=QUEUE_FRAMES {
        hub.to_user(slow, &pong());
    }
    hub.to_user(quick, &pong());
    assert_eq!(slow_end.next().await, Outgoing::Close(CloseCode::SlowReader));
    assert!(matches!(quick_end.next().await, Outgoing::Frames(_)));
}

#[tokio::test]
async fn an_ended_session_is_closed_and_not_entered_again() {
    let (hub, user, session) = (Hub::new(), UserId::new(), SessionId::new());
    let mut subscription = hub.subscribe(user, session);
    hub.end_sessions(user, &[session], Timestamp::now());
    assert_eq!(
        subscription.next().await,
        Outgoing::Close(CloseCode::SessionEnded)
    );
    assert_eq!(
        hub.subscribe(user, session).next().await,
        Outgoing::Close(CloseCode::SessionEnded)
    );
}

fn erased(conversation_id: ConversationId, rev: i64) -> ServerEvent {
    ServerEvent::MessagesErased(MessagesErased {
        conversation_id,
        rev: Rev::new(rev),
        author_id: UserId::new(),
        deleted_at: Timestamp::now(),
    })
}

/// The numbers of what has come.
async fn heard(subscription: &mut Subscription) -> Vec<i64> {
    let Outgoing::Frames(frames) = subscription.next().await else {
        panic!("closed")
    };
    let rev = |frame: &ByteString| {
        let event: ServerEvent = serde_json::from_str(frame).unwrap();
        event.conversation_rev().unwrap().1.as_i64()
    };
    frames.iter().map(rev).collect()
}

#[tokio::test]
async fn a_fact_that_never_comes_holds_up_others_for_a_moment_only() {
    let (hub, user) = (Hub::new(), UserId::new());
    let conversation = ConversationId::new();
    let mut subscription = hub.subscribe(user, SessionId::new());
    for rev in [1, 5, 4] {
        hub.to_user(user, &erased(conversation, rev));
    }
    assert_eq!(heard(&mut subscription).await, [1]);
    assert_eq!(heard(&mut subscription).await, [4, 5]);
}

#[tokio::test]
async fn leaving_forgets_everything() {
    let (hub, user, conversation) = (Hub::new(), UserId::new(), ConversationId::new());
    let subscription = hub.subscribe(user, SessionId::new());
    subscription.watch(HashSet::from([conversation]));
    drop(subscription);
    assert!(hub.0.users.is_empty() && hub.0.watchers.is_empty());
}

fn settings(typing_indicators: bool) -> Settings {
    Settings {
        read_receipts: true,
        typing_indicators,
        presence_visibility: PresenceVisibility::Friends,
        discoverable_by_handle: true,
        friend_requests_from: FriendRequestsFrom::Everyone,
        group_adds_from: GroupAddsFrom::Friends,
        messages_from: MessagesFrom::Friends,
        birthday_visibility: BirthdayVisibility::Friends,
        presence: ChosenPresence {
            status: PresenceStatus::Online,
            text: None,
            expires_at: None,
        },
    }
}

#[test]
fn settings_that_were_read_before_a_change_do_not_undo_it() {
    let (hub, user) = (Hub::new(), UserId::new());
    let subscription = hub.subscribe(user, SessionId::new());
    assert!(!subscription.connection.sharing().typing, "nothing is known yet");
    hub.share(user, Rev::new(2), &settings(false));
    subscription.share(Rev::new(1), &settings(true));
    assert!(!subscription.connection.sharing().typing);
    subscription.share(Rev::new(3), &settings(true));
    assert!(subscription.connection.sharing().typing);
}

/// What somebody who looks is told of one reader whose pointer moves in this way within a moment.
async fn told_of(moves: &[Option<i64>]) -> Vec<Option<i64>> {
    let (hub, reader, conversation) = (Hub::new(), UserId::new(), ConversationId::new());
    let mut looks = hub.subscribe(UserId::new(), SessionId::new());
    looks.share(Rev::ZERO, &settings(true));
    looks.watch(HashSet::from([conversation]));
    for read_seq in moves {
        hub.reads_moved(conversation, reader, read_seq.map(Seq::new));
    }
    hub.tell_gathered();
    let Outgoing::Frames(frames) = looks.next().await else {
        panic!("closed")
    };
    let event: ServerEvent = serde_json::from_str(&frames[0]).unwrap();
    let ServerEvent::ReadsMoved(moved) = event else {
        panic!("{event:?}")
    };
    let told = moved.reads.iter();
    told.map(|read| read.read_seq.map(Seq::as_i64)).collect()
}

#[tokio::test]
async fn of_moves_within_a_moment_the_furthest_is_told() {
    assert_eq!(told_of(&[Some(4), Some(5)]).await, [Some(5)]);
    assert_eq!(told_of(&[Some(5), Some(4)]).await, [Some(5)]);
}

#[tokio::test]
async fn what_was_read_before_does_not_hide_that_somebody_is_not_counted() {
    assert_eq!(told_of(&[Some(4), None, Some(5)]).await, [None, Some(5)]);
    assert_eq!(told_of(&[Some(4), None]).await, [None]);
}

#[tokio::test]
async fn typing_is_heard_only_between_those_who_look() {
    let (hub, typist, reader, elsewhere) = (Hub::new(), UserId::new(), UserId::new(), UserId::new());
    let conversation = ConversationId::new();
    let typist_end = hub.subscribe(typist, SessionId::new());
    let mut reader_end = hub.subscribe(reader, SessionId::new());
    let mut elsewhere_end = hub.subscribe(elsewhere, SessionId::new());
    for end in [&typist_end, &reader_end, &elsewhere_end] {
        end.share(Rev::ZERO, &settings(true));
    }
    reader_end.watch(HashSet::from([conversation]));
    // Not on the typist's screen yet, so nobody is told.
    typist_end.typing(conversation);
    typist_end.watch(HashSet::from([conversation]));
    typist_end.typing(conversation);
    hub.to_user(elsewhere, &pong());
    let Outgoing::Frames(heard) = reader_end.next().await else {
        panic!("closed")
    };
    assert_eq!(heard.len(), 1);
    let Outgoing::Frames(heard) = elsewhere_end.next().await else {
        panic!("closed")
    };
    assert_eq!(heard, [r#"{"type":"pong","data":{}}"#]);
}

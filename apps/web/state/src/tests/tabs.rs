use damso_domain::{ClientKey, ConversationId, Rev, Seq, UserId};
use damso_protocol::{ConversationChanges, Friend, SyncPosition, SyncRequest, SyncResponse};

use super::build::{World, at, nothing_changed, user};
use crate::{TabMessage, Watches};

#[test]
fn what_a_tab_says_arrives_as_it_was_meant() {
    let (tab, id) = (ClientKey::new(), ConversationId::new());
    let messages = [
        TabMessage::Leads { is_live: true },
        TabMessage::Leads { is_live: false },
        TabMessage::Hello,
        TabMessage::Here,
        TabMessage::Frame(r#"{"type":"pong","data":{ }}"#.to_owned()),
        TabMessage::Ask("{}".to_owned()),
        TabMessage::Synced {
            request: r#"{"user_rev":1}"#.to_owned(),
            answer: "{\n}".to_owned(),
        },
        TabMessage::Echo(r#"{"text":"안녕 하세요"}"#.to_owned()),
        TabMessage::Dropped(ClientKey::new()),
        TabMessage::Watch(vec![id, ConversationId::new()]),
        TabMessage::Watch(Vec::new()),
        TabMessage::Typing(id),
    ];
    for message in messages {
        assert_eq!(TabMessage::decode(&message.encode(tab)), Some((tab, message)));
    }
    for text in ["", "hello", "nobody hello ", &format!("{tab} sings la")] {
        assert_eq!(TabMessage::decode(text), None, "{text}");
    }
}

#[test]
fn what_any_tab_shows_is_watched_once() {
    let [here, there] = [ClientKey::new(), ClientKey::new()];
    let [one, two] = [ConversationId::new(), ConversationId::new()];
    let sorted = |mut ids: Vec<ConversationId>| {
        ids.sort_unstable();
        ids
    };
    let mut watches = Watches::default();
    watches.set(here, vec![one]);
    watches.set(there, vec![one, two]);
    assert_eq!(watches.union(), sorted(vec![one, two]));
    watches.set(there, vec![one]);
    assert_eq!(watches.union(), [one]);
    watches.set(here, Vec::new());
    assert!(!watches.has(here) && watches.has(there));
    assert_eq!(watches.union(), [one], "the other tab still shows it");
    watches.set(there, Vec::new());
    assert!(watches.union().is_empty());
}

/// A tab asked from `since`, when the group had seen as many changes, and hears of all up to `rev`.
fn answer(world: &World, since: i64, rev: i64) -> (SyncRequest, SyncResponse) {
    let request = SyncRequest {
        user_rev: Rev::new(since),
        profiles_since: None,
        conversations: vec![SyncPosition {
            id: world.group,
            rev: Rev::new(since),
            read_seq: Seq::ZERO,
        }],
    };
    let mut conversation = world.chat().clone();
    conversation.rev = Rev::new(rev);
    conversation.last_seq = Seq::new(rev);
    conversation.unread_count = rev;
    let messages = (since + 1..=rev).map(|seq| world.message(seq, world.jiho));
    let mut response = nothing_changed(Rev::new(rev));
    response.conversations.push(ConversationChanges {
        id: world.group,
        rev: Rev::new(rev),
        messages: messages.collect(),
        withheld: Vec::new(),
        members: Vec::new(),
        removed_members: Vec::new(),
        conversation,
        is_reset: false,
    });
    response.user_changes.friends.push(Friend {
        user: user(UserId::new(), "현우"),
        nickname: None,
        is_favorite: false,
        is_hidden: false,
        since: at(0),
        presence: damso_protocol::Presence::NOT_TOLD,
        birthday: None,
    });
    (request, response)
}

/// As `known` changes have left it.
fn world_at(known: i64) -> World {
    let mut world = World::opened();
    world.model.people.load(Vec::new(), Vec::new());
    world.model.set_user_rev(Rev::new(known));
    for seq in 1..=known {
        world.apply(world.said(seq, world.jiho));
    }
    world
}

#[test]
fn an_answer_that_another_tab_asked_for_is_taken_where_it_fits() {
    // Asked from 2, answered up to 4.
    for (known, left_with, is_gap) in [
        (2, 4, false),
        (3, 4, false),
        (4, 4, false),
        (5, 5, false),
        (1, 1, true),
    ] {
        let mut world = world_at(known);
        let (request, response) = answer(&world, 2, 4);
        let effects = world.model.take_answer(&request, response);
        assert_eq!(world.chat().rev, Rev::new(left_with), "known up to {known}");
        assert_eq!(world.chat().unread_count, left_with, "known up to {known}");
        assert_eq!(
            world.seqs(),
            (1..=left_with).collect::<Vec<_>>(),
            "known up to {known}"
        );
        assert_eq!(world.model.user_rev(), Rev::new(left_with), "known up to {known}");
        assert_eq!(effects.gaps.contains(&world.group), is_gap, "known up to {known}");
        assert_eq!(effects.has_wide_gap, is_gap, "known up to {known}");
        let news = usize::from((2..4).contains(&known));
        assert_eq!(world.model.people.friends().len(), news, "known up to {known}");
    }
}

#[test]
fn the_tab_that_asked_takes_a_reset_even_from_an_earlier_day() {
    let mut world = world_at(5);
    let (mut request, mut response) = answer(&world, 0, 3);
    request.conversations[0].rev = Rev::new(5);
    response.conversations[0].is_reset = true;
    response.conversations[0].messages.clear();
    let effects = world.model.take_answer(&request, response);
    assert!(effects.reset.contains(&world.group));
    assert!(world.model.timeline(world.group).is_none(), "it is loaded anew");
}

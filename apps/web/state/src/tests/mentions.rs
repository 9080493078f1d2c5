use damso_domain::{ClientKey, Mention, Rev, Role, Seq, UserId};
use damso_protocol::{
    Block, BlockAdded, BlockRemoved, ErrorKind, Message, MessageCreated, MessageDeleted, ServerEvent,
    UnreadChanged,
};

use crate::mentioning::Candidate;
use crate::{Echo, EchoState, Outbox};

use super::build::{World, at, conversation, created, user};

/// A message of Jiho's that means somebody; `None` is everybody.
fn meaning(world: &World, seq: i64, who: Option<UserId>) -> Message {
    Message {
        mentions: who.into_iter().collect(),
        mentions_all: who.is_none(),
        mention_spans: vec![Mention {
            user_id: who,
            start: 0,
            end: 2,
        }],
        ..world.message(seq, world.jiho)
    }
}

fn edited(message: Message, rev: i64) -> ServerEvent {
    ServerEvent::MessageUpdated(MessageCreated {
        message: Message {
            rev: Rev::new(rev),
            edited_at: Some(at(rev)),
            ..message
        },
    })
}

fn deleted(world: &World, seq: i64, rev: i64) -> ServerEvent {
    ServerEvent::MessageDeleted(MessageDeleted {
        conversation_id: world.group,
        seq: Seq::new(seq),
        rev: Rev::new(rev),
        author_id: world.jiho,
        deleted_at: at(rev),
    })
}

fn blocked(world: &World, user_rev: i64) -> ServerEvent {
    ServerEvent::BlockAdded(BlockAdded {
        user_rev: Rev::new(user_rev),
        block: Block {
            user: user(world.jiho, "지호"),
            hide_profile: false,
            since: at(0),
        },
    })
}

fn counts(world: &World) -> (i64, i64) {
    (world.chat().unread_count, world.chat().mention_count)
}

#[test]
fn mentions_of_me_and_of_everybody_are_counted_until_they_are_read_or_gone() {
    let mut world = World::opened();
    let (me, seoyeon) = (world.me, world.seoyeon);
    for (seq, who) in [(1, Some(me)), (2, Some(seoyeon)), (3, None), (4, Some(me))] {
        let effects = world.apply(created(meaning(&world, seq, who)));
        assert_eq!(effects.arrivals[0].mentions_me, who != Some(seoyeon), "{seq}");
    }
    assert_eq!(counts(&world), (4, 3));
    let mine = Message {
        author_id: me,
        ..meaning(&world, 5, None)
    };
    world.apply(created(mine));
    assert_eq!(counts(&world), (4, 3), "my own calls me nowhere");
    world.apply(deleted(&world, 3, 6));
    assert_eq!(counts(&world), (3, 2));
    let read = UnreadChanged {
        conversation_id: world.group,
        read_seq: Seq::new(1),
        unread_count: 2,
        mention_count: 1,
        // As of before the deletion.
        rev: Rev::new(6),
        user_rev: Rev::ZERO,
    };
    world.apply(ServerEvent::UnreadChanged(read));
    assert_eq!(counts(&world), (2, 1));
}

#[test]
fn an_edit_changes_what_counts_and_calls_nobody() {
    let mut world = World::opened();
    let (me, seoyeon) = (world.me, world.seoyeon);
    world.apply(created(meaning(&world, 1, Some(seoyeon))));
    let effects = world.apply(edited(meaning(&world, 1, Some(me)), 2));
    assert_eq!((counts(&world), effects.arrivals.len()), ((1, 1), 0));
    assert!(effects.stale.is_empty());
    world.apply(edited(meaning(&world, 1, Some(me)), 3));
    assert_eq!(counts(&world), (1, 1), "it was counted before");
    world.apply(edited(world.message(1, world.jiho), 4));
    assert_eq!(counts(&world), (1, 0));
}

/// Of a message that is not loaded, or only as it has become, nobody here can say what it was.
#[test]
fn what_is_not_known_is_asked_for() {
    let mut world = World::new();
    let me = world.me;
    world.apply(created(meaning(&world, 1, Some(me))));
    let effects = world.apply(edited(world.message(1, world.jiho), 2));
    assert!(effects.stale.contains(&world.group));

    let mut world = World::new();
    world.apply(created(world.message(1, world.jiho)));
    let effects = world.apply(edited(world.message(1, world.jiho), 2));
    assert!(effects.stale.is_empty(), "nothing mentions me before and after");

    let mut world = World::new();
    world.apply(created(meaning(&world, 1, Some(me))));
    let ahead = Message {
        rev: Rev::new(2),
        ..world.message(1, world.jiho)
    };
    world.load(vec![ahead], false, false);
    let effects = world.apply(deleted(&world, 1, 2));
    assert!(effects.stale.contains(&world.group));
}

#[test]
fn whoever_is_blocked_calls_nobody() {
    let mut world = World::opened();
    let me = world.me;
    world.apply(created(meaning(&world, 1, Some(me))));
    let effects = world.apply(blocked(&world, 1));
    assert!(
        effects.stale.contains(&world.group),
        "what counts is another question"
    );
    let effects = world.apply(created(meaning(&world, 2, Some(me))));
    assert!(!effects.arrivals[0].mentions_me);
    assert_eq!(counts(&world), (2, 1));
    // What was counted before the block comes late.
    let late = UnreadChanged {
        conversation_id: world.group,
        read_seq: Seq::ZERO,
        unread_count: 2,
        mention_count: 2,
        rev: Rev::new(2),
        user_rev: Rev::ZERO,
    };
    let effects = world.apply(ServerEvent::UnreadChanged(late));
    assert_eq!(
        (counts(&world).1, effects.stale.contains(&world.group)),
        (1, true)
    );
    let let_be = ServerEvent::BlockRemoved(BlockRemoved {
        user_rev: Rev::new(2),
        user_id: world.jiho,
    });
    assert!(world.apply(let_be).stale.contains(&world.group));
}

#[test]
fn a_block_that_a_sync_brings_is_asked_about_too() {
    let mut world = World::opened();
    let me = world.me;
    world.apply(created(meaning(&world, 1, Some(me))));
    let mut answer = super::build::nothing_changed(Rev::new(1));
    answer.user_changes.blocks = vec![Block {
        user: user(world.jiho, "지호"),
        hide_profile: false,
        since: at(0),
    }];
    let effects = world.model.take_sync(answer);
    assert!(effects.stale.contains(&world.group));
}

#[test]
fn a_muted_chat_tells_of_what_mentions_me() {
    let mut world = World::opened();
    let (me, seoyeon) = (world.me, world.seoyeon);
    let mut muted = world.chat().membership.clone();
    muted.muted_until = Some(at(3_600_000));
    world.model.put_membership(world.group, muted);
    let mut came = world.apply(created(meaning(&world, 1, Some(me)))).arrivals;
    came.extend(world.apply(created(meaning(&world, 2, Some(seoyeon)))).arrivals);
    let told = world.model.worth_telling(&came, at(0));
    assert_eq!(told.iter().map(|one| one.seq).collect::<Vec<_>>(), [Seq::new(1)]);
    assert_eq!(
        world.model.chats.unread_total(at(0)),
        1,
        "the tab counts it as well"
    );

    let mut world = World::opened();
    world.apply(blocked(&world, 1));
    let mut muted = world.chat().membership.clone();
    muted.muted_until = Some(at(3_600_000));
    world.model.put_membership(world.group, muted);
    let came = world.apply(created(meaning(&world, 1, Some(me)))).arrivals;
    assert_eq!(world.model.worth_telling(&came, at(0)), []);
}

#[test]
fn names_are_offered_by_who_spoke_last() {
    let mut world = World::opened();
    let (jiho, seoyeon) = (world.jiho, world.seoyeon);
    let everybody = &["모두", "all"][..];
    let offered = |world: &World, typed: &str| -> Vec<Option<UserId>> {
        let candidates = world.model.mention_candidates(world.group, typed, everybody);
        candidates.iter().map(|candidate| candidate.user_id).collect()
    };
    assert_eq!(offered(&world, ""), [Some(seoyeon), Some(jiho)], "by name");
    world.apply(world.said(1, jiho));
    assert_eq!(offered(&world, ""), [Some(jiho), Some(seoyeon)]);
    assert_eq!(offered(&world, "ㅅㅇ"), [Some(seoyeon)]);
    assert_eq!(offered(&world, "some"), [Some(jiho), Some(seoyeon)], "by handle");
    assert_eq!(offered(&world, "모두"), [], "for admins");
    let mut group = conversation(world.group, &[world.me, jiho, seoyeon]);
    group.rev = Rev::new(1);
    group.membership.role = Role::Admin;
    world.model.put_conversation(group);
    assert_eq!(offered(&world, "al"), [None]);
    let all = Candidate {
        user_id: None,
        name: "모두".to_owned(),
    };
    assert_eq!(
        world.model.mention_candidates(world.group, "ㅁㄷ", everybody),
        [all]
    );
    assert_eq!(offered(&world, "").len(), 3);
}

#[test]
fn what_was_refused_for_its_mentions_goes_out_without_them() {
    let world = World::new();
    let [named, all] = [Some(world.jiho), None].map(|user_id| Mention {
        user_id,
        start: 0,
        end: 2,
    });
    for (kind, left) in [
        (ErrorKind::MentionNotMember, vec![]),
        (ErrorKind::NotAllowed, vec![named]),
        (ErrorKind::MessageTooLong, vec![named, all]),
    ] {
        let echo = Echo {
            client_key: ClientKey::new(),
            conversation_id: world.group,
            text: Some("@a @b".to_owned()),
            files: Vec::new(),
            reply_to: None,
            forward_of: None,
            mentions: vec![named, all],
            is_silent: false,
            wait_until: None,
            created_at: at(0),
            tab: None,
            state: EchoState::Sending,
        };
        // As after a reload, with nothing but what the browser kept.
        let kept = Echo::from_json(&echo.to_json()).expect("kept");
        let mut outbox = Outbox::default();
        outbox.push(kept);
        let request = outbox.take_next(world.group).expect("it waits");
        assert_eq!(
            (request.mention_spans, request.mentions_all),
            (vec![named, all], true)
        );
        outbox.request_ended(echo.client_key);
        outbox.refuse(echo.client_key, kind);
        assert!(outbox.retry(echo.client_key));
        assert_eq!(
            outbox.take_next(world.group).expect("again").mention_spans,
            left,
            "{kind:?}"
        );
    }
}

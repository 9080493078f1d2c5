use std::sync::Arc;

use damso_domain::{MessageKind, Rev, Seq, UserId};
use damso_protocol::{
    ChangedPollVote, Message, MessageCreated, MessagesErased, Poll, PollOption, PollVoteUpdated, ServerEvent,
    SyncResponse, UserChanges,
};

use super::build::{World, at, nothing_changed};
use super::pages::page;
use crate::model::Place;
use crate::polls::my_options;

const SEQ: Seq = Seq::new(1);

fn option(number: i64, voters: &[UserId]) -> PollOption {
    PollOption {
        number,
        text: number.to_string(),
        votes: i64::try_from(voters.len()).unwrap(),
        user_ids: voters.to_vec(),
    }
}

/// A poll by Jiho with three options, as its answer says it at this change.
fn poll(world: &World, rev: i64, mine: &[i64], voters: [&[UserId]; 3]) -> Message {
    let count: usize = voters.iter().map(|voters| voters.len()).sum();
    Message {
        kind: MessageKind::Poll,
        rev: Rev::new(rev),
        poll: Some(Poll {
            options: (1..)
                .zip(voters)
                .map(|(number, voters)| option(number, voters))
                .collect(),
            is_multiple: false,
            is_anonymous: false,
            closes_at: None,
            voter_count: i64::try_from(count).unwrap(),
            my_options: Some(mine.to_vec()),
        }),
        ..world.message(1, world.jiho)
    }
}

/// The same, and nobody is named.
fn secret(world: &World, rev: i64, mine: &[i64], voters: [&[UserId]; 3]) -> Message {
    let mut message = poll(world, rev, mine, voters);
    let poll = message.poll.as_mut().unwrap();
    poll.is_anonymous = true;
    poll.options.iter_mut().for_each(|option| option.user_ids.clear());
    message
}

fn told(message: Message) -> ServerEvent {
    ServerEvent::MessageUpdated(MessageCreated::new(message))
}

fn voted(world: &World, user_rev: i64, rev: i64, options: &[i64]) -> ServerEvent {
    ServerEvent::PollVoteUpdated(PollVoteUpdated {
        user_rev: Rev::new(user_rev),
        conversation_id: world.group,
        seq: SEQ,
        rev: Rev::new(rev),
        options: options.to_vec(),
    })
}

fn first(world: &World) -> Arc<Message> {
    let timeline = world.model.timeline(world.group).expect("opened");
    timeline.get(SEQ).expect("there").clone()
}

fn mine(world: &World) -> Vec<i64> {
    my_options(&first(world)).to_vec()
}

fn counts(message: &Message) -> Vec<i64> {
    let options = &message.poll.as_ref().expect("a poll").options;
    options.iter().map(|option| option.votes).collect()
}

/// The poll is loaded, and nobody has voted.
fn asked() -> World {
    let mut world = World::opened();
    let made = poll(&world, 1, &[], [&[], &[], &[]]);
    world.apply(ServerEvent::MessageCreated(MessageCreated::new(made)));
    assert_eq!(world.chat().unread_count, 1, "it counts as a message does");
    world
}

#[test]
fn my_vote_is_known_in_whatever_order_its_facts_come() {
    let mut world = asked();
    let me = world.me;
    let one = told(secret(&world, 2, &[2], [&[], &[me], &[]]));
    let other = told(secret(&world, 3, &[1], [&[me], &[], &[]]));
    let (first_vote, second_vote) = (voted(&world, 1, 2, &[2]), voted(&world, 2, 3, &[1]));
    let facts = [one, other, first_vote, second_vote];
    for order in [
        [0, 2, 1, 3],
        [0, 1, 2, 3],
        [2, 3, 0, 1],
        [1, 0, 3, 2],
        [3, 1, 2, 0],
    ] {
        let mut world = world_copy(&mut world);
        for at in order {
            world.model.apply(facts[at].clone(), 0.0);
            world.model.apply(facts[at].clone(), 0.0);
        }
        assert_eq!(mine(&world), [1], "{order:?}");
        assert_eq!(counts(&first(&world)), [1, 0, 0], "{order:?}");
    }
}

fn world_copy(world: &mut World) -> World {
    World {
        model: world.model.clone(),
        ..*world
    }
}

#[test]
fn an_answer_that_comes_late_changes_nothing_of_a_newer_vote() {
    let mut world = asked();
    let me = world.me;
    // On another device I have changed my mind since; its fact has come before the answer to my own vote.
    world.apply(voted(&world, 1, 2, &[2]));
    world.apply(voted(&world, 2, 3, &[3]));
    world.model.take_poll(secret(&world, 2, &[2], [&[], &[me], &[]]));
    assert_eq!(mine(&world), [3]);
    world.apply(told(secret(&world, 2, &[], [&[], &[me], &[]])));
    world.apply(told(secret(&world, 3, &[], [&[], &[], &[me]])));
    assert_eq!((mine(&world), counts(&first(&world))), (vec![3], vec![0, 0, 1]));
}

#[test]
fn votes_of_others_leave_mine_alone() {
    let mut world = asked();
    let (me, jiho) = (world.me, world.jiho);
    world.model.take_poll(poll(&world, 2, &[1], [&[me], &[], &[]]));
    world.apply(told(poll(&world, 2, &[1], [&[me], &[], &[]])));
    world.apply(told(poll(&world, 3, &[], [&[me], &[jiho], &[]])));
    assert_eq!((mine(&world), counts(&first(&world))), (vec![1], vec![1, 1, 0]));
}

#[test]
fn a_page_that_was_on_its_way_does_not_undo_a_vote() {
    let mut world = asked();
    let me = world.me;
    let request = world.model.request_page(world.group, Place::Anywhere);
    world.apply(voted(&world, 1, 2, &[2]));
    world.apply(told(secret(&world, 2, &[], [&[], &[me], &[]])));
    let before = secret(&world, 1, &[], [&[], &[], &[]]);
    world.model.take_page(request, page(vec![before], false, false));
    assert_eq!((mine(&world), counts(&first(&world))), (vec![2], vec![0, 1, 0]));
}

#[test]
fn a_sync_brings_votes_of_other_devices() {
    let mut world = asked();
    let me = world.me;
    let changes = UserChanges {
        poll_votes: vec![ChangedPollVote {
            conversation_id: world.group,
            seq: SEQ,
            rev: Rev::new(2),
            options: vec![3],
        }],
        ..UserChanges::default()
    };
    let response = SyncResponse {
        user_changes: changes,
        ..nothing_changed(Rev::new(1))
    };
    world.model.begin_sync();
    world.model.take_sync(response);
    world.model.end_sync(0.0);
    assert_eq!(mine(&world), [3]);
    world.apply(told(secret(&world, 2, &[], [&[], &[], &[me]])));
    assert_eq!((mine(&world), counts(&first(&world))), (vec![3], vec![0, 0, 1]));
}

#[test]
fn what_i_choose_is_drawn_at_once_and_taken_back_when_it_is_refused() {
    let mut world = asked();
    let (me, jiho) = (world.me, world.jiho);
    world.apply(told(poll(&world, 2, &[], [&[jiho], &[], &[]])));
    let id = world.group;
    assert!(world.model.voting.want(id, SEQ, vec![2]));
    let drawn = |world: &World| world.model.voting.drawn(first(world), me);
    let shown = drawn(&world);
    assert_eq!((counts(&shown), my_options(&shown)), (vec![1, 1, 0], &[2][..]));
    let poll_of = |message: &Message| message.poll.clone().expect("a poll");
    assert_eq!(
        (poll_of(&shown).voter_count, &poll_of(&shown).options[1].user_ids),
        (2, &vec![me])
    );
    assert_eq!(world.model.my_vote(id, SEQ), [2]);
    // I change my mind while the request is on its way: another one follows.
    assert!(!world.model.voting.want(id, SEQ, vec![1]));
    let shown = drawn(&world);
    assert_eq!((counts(&shown), my_options(&shown)), (vec![2, 0, 0], &[1][..]));
    world.model.voting.forget(id, SEQ);
    assert_eq!(counts(&drawn(&world)), [1, 0, 0]);
    // Answered and told, it is what is known.
    assert!(world.model.voting.want(id, SEQ, vec![3]));
    world.model.voting.answered(id, SEQ);
    world
        .model
        .take_poll(poll(&world, 3, &[3], [&[jiho], &[], &[me]]));
    assert_eq!(world.model.voting.wanted(id, SEQ), None);
    assert_eq!(counts(&drawn(&world)), [1, 0, 1]);
    assert!(world.model.voting.want(id, SEQ, Vec::new()));
    assert_eq!(
        (poll_of(&drawn(&world)).voter_count, counts(&drawn(&world))),
        (1, vec![1, 0, 0])
    );
}

#[test]
fn votes_that_were_erased_go_from_open_polls_only() {
    for (is_secret, left) in [(false, vec![1, 0, 0]), (true, vec![1, 1, 0])] {
        let mut world = asked();
        let (jiho, seoyeon) = (world.jiho, world.seoyeon);
        let made = if is_secret { secret } else { poll };
        world.apply(told(made(&world, 2, &[], [&[jiho], &[seoyeon], &[]])));
        let erased = MessagesErased {
            conversation_id: world.group,
            rev: Rev::new(3),
            author_id: seoyeon,
            deleted_at: at(0),
        };
        let effects = world.apply(ServerEvent::MessagesErased(erased));
        assert_eq!(counts(&first(&world)), left);
        assert_eq!(first(&world).rev, Rev::new(if is_secret { 2 } else { 3 }));
        assert!(effects.stale_messages.is_empty());
    }
}

#[test]
fn whose_votes_were_erased_is_asked_where_not_all_are_named() {
    let mut world = asked();
    let seoyeon = world.seoyeon;
    let mut crowded = poll(&world, 2, &[], [&[], &[], &[]]);
    let option = &mut crowded.poll.as_mut().unwrap().options[0];
    (option.votes, option.user_ids) = (12, (0..10).map(|_| UserId::new()).collect());
    world.apply(told(crowded));
    let erased = MessagesErased {
        conversation_id: world.group,
        rev: Rev::new(3),
        author_id: seoyeon,
        deleted_at: at(0),
    };
    let effects = world.apply(ServerEvent::MessagesErased(erased));
    assert!(effects.stale_messages.contains(&(world.group, SEQ)));
}

#[test]
fn a_deleted_poll_shows_nothing_of_itself() {
    let mut world = asked();
    world.apply(ServerEvent::MessageDeleted(damso_protocol::MessageDeleted {
        conversation_id: world.group,
        seq: SEQ,
        rev: Rev::new(2),
        author_id: world.jiho,
        deleted_at: at(0),
    }));
    assert_eq!(first(&world).poll, None);
    // A fact about it that comes late.
    world.apply(voted(&world, 1, 2, &[1]));
    assert_eq!(first(&world).poll, None);
}

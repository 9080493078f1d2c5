use damso_domain::{Rev, Seq};
use damso_protocol::{
    Block, BlockAdded, BlockRemoved, Friend, FriendAdded, FriendRemoved, MessageWithheld, Presence,
    ServerEvent,
};

use crate::Model;
use crate::kept::{Kept, Mirror};

use super::build::{World, account, at, nothing_changed, user};

fn block(world: &World, hide_profile: bool) -> Block {
    Block {
        user: user(world.jiho, "지호"),
        hide_profile,
        since: at(1_000),
    }
}

fn blocked(world: &World, user_rev: i64, hide_profile: bool) -> ServerEvent {
    ServerEvent::BlockAdded(BlockAdded {
        user_rev: Rev::new(user_rev),
        block: block(world, hide_profile),
    })
}

/// A friend becomes somebody I block, first so and then otherwise, and is let be again.
fn story(world: &World) -> Vec<ServerEvent> {
    vec![
        ServerEvent::FriendAdded(FriendAdded {
            user_rev: Rev::new(1),
            friend: Friend {
                user: user(world.jiho, "지호"),
                nickname: None,
                is_favorite: false,
                is_hidden: false,
                since: at(0),
                presence: Presence::NOT_TOLD,
                birthday: None,
            },
        }),
        ServerEvent::FriendRemoved(FriendRemoved {
            user_rev: Rev::new(2),
            user_id: world.jiho,
        }),
        blocked(world, 3, false),
        blocked(world, 4, true),
        ServerEvent::BlockRemoved(BlockRemoved {
            user_rev: Rev::new(5),
            user_id: world.jiho,
        }),
    ]
}

#[test]
fn a_block_is_known_as_it_is_told_whatever_the_order() {
    let world = World::opened();
    let events = story(&world);
    for until in 0..=events.len() {
        let mut straight = world.model.clone();
        events[..until].iter().for_each(|event| {
            straight.apply(event.clone(), 0.0);
        });
        let mut twisted = world.model.clone();
        for event in events[..until].iter().rev().chain(&events[..until]) {
            twisted.apply(event.clone(), 0.0);
        }
        assert_eq!(twisted.people, straight.people, "{until}");
        assert_eq!(straight.people.is_blocked(world.jiho), (3..=4).contains(&until));
        let expected: Vec<Block> = (3..=4)
            .contains(&until)
            .then(|| block(&world, until == 4))
            .into_iter()
            .collect();
        assert_eq!(straight.people.blocks(), expected);
    }
}

#[test]
fn after_a_gap_a_sync_says_whom_i_block() {
    let mut world = World::opened();
    let effects = world.apply(blocked(&world, 3, false));
    assert!(effects.has_wide_gap && !world.model.people.is_blocked(world.jiho));
    let mut response = nothing_changed(Rev::new(4));
    response.user_changes.blocks.push(block(&world, true));
    world.model.take_sync(response);
    world.model.end_sync(0.0);
    assert_eq!(world.model.people.blocks(), [block(&world, true)]);
    // What comes late is older than that.
    world.apply(blocked(&world, 3, false));
    assert_eq!(world.model.people.blocks(), [block(&world, true)]);
    let mut response = nothing_changed(Rev::new(5));
    response.user_changes.removed_block_ids.push(world.jiho);
    world.model.take_sync(response);
    assert!(!world.model.people.is_blocked(world.jiho));
}

#[test]
fn what_is_withheld_is_drawn_as_nothing_and_counted_as_nothing() {
    let mut world = World::opened();
    let said = world.said(1, world.jiho);
    world.apply(said);
    let before = world.chat().clone();
    let effects = world.apply(ServerEvent::MessageWithheld(MessageWithheld {
        conversation_id: world.group,
        seq: Seq::new(2),
        rev: Rev::new(2),
    }));
    assert!(effects.arrivals.is_empty());
    assert_eq!(world.chat().unread_count, before.unread_count);
    assert_eq!(world.chat().last_message, before.last_message);
    assert_eq!(world.seqs(), [1]);
    let said = world.said(3, world.jiho);
    world.apply(said);
    assert_eq!(world.seqs(), [1, 3]);
}

#[test]
fn whom_i_block_is_kept_for_the_next_visit() {
    let mut world = World::opened();
    world.model.people.load(Vec::new(), Vec::new());
    world.model.people.load_blocks(vec![block(&world, true)]);
    let me = account(world.me);
    let written = Mirror::default().changes(&world.model, &me);
    let records = written.puts.into_iter().map(|(_, record)| record);
    let mut model = Model::new(&me);
    model.restore(Kept::read(records).expect("our own"));
    assert_eq!(model.people.blocks(), [block(&world, true)]);
}

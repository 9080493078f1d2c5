use damso_domain::{ConversationId, Rev, Seq, UserId};
use damso_protocol::{Conversation, ConversationJoined, MessageCreated, MessageDeleted, ServerEvent};

use crate::Arrival;

use super::build::{World, at, conversation, created};

/// Says something there and returns what has come.
fn arrives(world: &mut World, id: ConversationId, seq: i64) -> Vec<Arrival> {
    let mut message = world.message(seq, world.jiho);
    message.conversation_id = id;
    world
        .apply(ServerEvent::MessageCreated(MessageCreated { message }))
        .arrivals
}

/// A world with a second conversation.
fn two_chats() -> (World, ConversationId) {
    let mut world = World::opened();
    let other = ConversationId::new();
    let (me, jiho) = (world.me, world.jiho);
    world
        .model
        .chats
        .put(conversation(other, &[me, jiho, UserId::new()]));
    (world, other)
}

#[test]
fn each_conversation_is_told_of_once() {
    let (mut world, other) = two_chats();
    let group = world.group;
    let mut came = arrives(&mut world, group, 1);
    came.extend(arrives(&mut world, group, 2));
    came.extend(arrives(&mut world, other, 1));
    let told = world.model.worth_telling(&came, at(0));
    let mut places: Vec<_> = told.iter().map(|a| (a.conversation_id, a.seq)).collect();
    places.sort_by_key(|(id, _)| *id != group);
    assert_eq!(places, [(group, Seq::new(2)), (other, Seq::new(1))]);
}

#[test]
fn a_silent_message_counts_and_calls_nobody() {
    let mut world = World::opened();
    let loud = world.said(1, world.jiho);
    let mut silent = world.message(2, world.jiho);
    silent.is_silent = true;
    let mut came = world.apply(loud).arrivals;
    came.extend(world.apply(created(silent)).arrivals);
    assert_eq!(world.chat().unread_count, 2);
    let told = world.model.worth_telling(&came, at(0));
    let told: Vec<Seq> = told.iter().map(|arrival| arrival.seq).collect();
    assert_eq!(told, [Seq::new(1)], "the earlier one is not lost over it");
}

#[test]
fn the_first_message_of_a_conversation_comes_with_it() {
    let mut world = World::opened();
    let mut joined = conversation(ConversationId::new(), &[world.me, world.jiho]);
    let mut message = world.message(1, world.jiho);
    message.conversation_id = joined.id;
    joined.last_seq = message.seq;
    joined.last_message = Some(message);
    let appears = |world: &mut World, rev: i64, conversation: &Conversation| {
        let event = ConversationJoined {
            user_rev: Rev::new(rev),
            conversation: Box::new(conversation.clone()),
            users: Vec::new(),
        };
        world.apply(ServerEvent::ConversationJoined(event)).arrivals
    };
    assert_eq!(appears(&mut world, 1, &joined), [], "all of it has been read");
    let id = joined.id;
    joined.id = ConversationId::new();
    joined.unread_count = 1;
    assert_eq!(appears(&mut world, 2, &joined)[0].seq, Seq::new(1));
    joined.id = id;
    assert_eq!(appears(&mut world, 3, &joined), [], "it was there before");
}

#[test]
fn what_is_muted_does_not_hide_what_is_not() {
    let (mut world, other) = two_chats();
    let group = world.group;
    let mut muted = world.chat().membership.clone();
    muted.muted_until = Some(at(3_600_000));
    world.model.put_membership(group, muted);
    let mut came = arrives(&mut world, other, 1);
    came.extend(arrives(&mut world, group, 1));
    let told = world.model.worth_telling(&came, at(0));
    assert_eq!(
        told.iter().map(|a| a.conversation_id).collect::<Vec<_>>(),
        [other]
    );
    assert_eq!(world.model.worth_telling(&came, at(3_600_001)).len(), 2);
}

#[test]
fn what_was_read_or_deleted_meanwhile_is_not_told() {
    let (mut world, other) = two_chats();
    let group = world.group;
    let mut came = arrives(&mut world, group, 1);
    came.extend(arrives(&mut world, other, 1));
    let mut read = world
        .model
        .chats
        .get(other)
        .expect("listed")
        .conversation
        .membership
        .clone();
    read.read_seq = Seq::new(1);
    world.model.put_membership(other, read);
    let deleted = MessageDeleted {
        conversation_id: group,
        seq: Seq::new(1),
        rev: Rev::new(2),
        author_id: world.jiho,
        deleted_at: at(0),
    };
    world.apply(ServerEvent::MessageDeleted(deleted));
    assert_eq!(world.model.worth_telling(&came, at(0)), []);
}

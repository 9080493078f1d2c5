use std::sync::Arc;

use damso_domain::{Rev, Seq, UserId};
use damso_protocol::{
    Message, MessageCreated, MessageDeleted, MessagesErased, ReactionChanged, Reactions, ServerEvent,
};

use super::build::{World, at};
use super::kept::Shelf;
use super::pages::page;
use crate::model::Place;
use crate::{Mirror, Model};

const HEART: &str = "❤️";

fn change(world: &World, rev: i64, emoji: &str, user_id: UserId) -> ReactionChanged {
    ReactionChanged {
        conversation_id: world.group,
        seq: Seq::new(1),
        rev: Rev::new(rev),
        emoji: emoji.to_owned(),
        user_id,
    }
}

fn added(world: &World, rev: i64, emoji: &str, user_id: UserId) -> ServerEvent {
    ServerEvent::ReactionAdded(change(world, rev, emoji, user_id))
}

fn removed(world: &World, rev: i64, emoji: &str, user_id: UserId) -> ServerEvent {
    ServerEvent::ReactionRemoved(change(world, rev, emoji, user_id))
}

/// A message of an event: nothing in it depends on who looks.
fn updated(message: Message) -> ServerEvent {
    ServerEvent::MessageUpdated(MessageCreated::new(message))
}

fn kinds(message: &Message) -> Vec<(&str, i64, usize)> {
    let kinds = message.reactions.iter();
    kinds
        .map(|kind| (kind.emoji.as_str(), kind.count, kind.user_ids.len()))
        .collect()
}

fn mine(message: &Message) -> Vec<&str> {
    let mine = message.my_reactions.as_ref().expect("every copy here says it");
    mine.iter().map(String::as_str).collect()
}

fn first(world: &World) -> Arc<Message> {
    let timeline = world.model.timeline(world.group).expect("opened");
    timeline.get(Seq::new(1)).expect("there").clone()
}

/// The first message by Jiho, which is loaded and the last one of the list.
fn said() -> World {
    let mut world = World::opened();
    let said = world.said(1, world.jiho);
    world.apply(said);
    world
}

#[test]
fn reactions_are_counted_in_the_message_and_in_the_list() {
    let mut world = said();
    let (me, jiho, seoyeon) = (world.me, world.jiho, world.seoyeon);
    for event in [
        added(&world, 2, "👍", seoyeon),
        added(&world, 3, HEART, me),
        added(&world, 4, "👍", me),
        added(&world, 5, HEART, jiho),
        removed(&world, 6, "👍", seoyeon),
    ] {
        world.apply(event.clone());
        // Once more: it is known.
        world.apply(event);
    }
    let message = first(&world);
    assert_eq!(
        kinds(&message),
        [("👍", 1, 1), (HEART, 2, 2)],
        "kinds keep their places"
    );
    assert_eq!(mine(&message), ["👍", HEART]);
    assert_eq!(message.rev, Rev::new(6));
    assert_eq!(world.chat().last_message.as_ref(), Some(&*message));
    world.apply(removed(&world, 7, "👍", me));
    assert_eq!(kinds(&first(&world)), [(HEART, 2, 2)]);
    assert_eq!(mine(&first(&world)), [HEART]);
}

#[test]
fn an_edit_keeps_what_is_known_of_my_own_reactions() {
    let mut world = said();
    // Eleven others reacted, and so did I: not among the ten who are named.
    let mut message = Message::clone(&first(&world));
    message.rev = Rev::new(1);
    message.reactions = vec![Reactions {
        emoji: HEART.to_owned(),
        count: 12,
        user_ids: (0..10).map(|_| UserId::new()).collect(),
    }];
    message.my_reactions = Some(vec![HEART.to_owned()]);
    world.load(vec![message.clone()], false, false);
    let edited = Message {
        rev: Rev::new(2),
        text: Some("고쳤어요".to_owned()),
        edited_at: Some(at(1)),
        ..message
    };
    let effects = world.apply(updated(edited.clone()));
    assert_eq!(*first(&world), edited, "mine as before");
    assert!(effects.stale_messages.is_empty());
    assert!(
        !effects.unknown_users.is_empty(),
        "nobody has told us their names"
    );

    // Who has no copy cannot know: the server is asked.
    let mut fresh = World::opened();
    let unknown = Message {
        conversation_id: fresh.group,
        rev: Rev::new(1),
        ..edited
    };
    let effects = fresh.apply(updated(unknown));
    assert!(effects.stale_messages.contains(&(fresh.group, Seq::new(1))));
}

#[test]
fn an_edit_of_an_older_message_is_not_the_last_one() {
    let mut world = said();
    let second = world.said(2, world.seoyeon);
    world.apply(second);
    let edited = Message {
        rev: Rev::new(3),
        text: Some("고쳤어요".to_owned()),
        edited_at: Some(at(1)),
        ..Message::clone(&first(&world))
    };
    world.apply(updated(edited.clone()));
    assert_eq!(first(&world).text, edited.text);
    assert_eq!(
        world.chat().last_message.as_ref().map(|last| last.seq),
        Some(Seq::new(2))
    );
    assert_eq!(world.chat().unread_count, 2, "it is no new message");
}

#[test]
fn the_answer_to_my_own_edit_and_its_event_are_one_change() {
    let mut world = World::opened();
    let mine = world.message(1, world.me);
    world.apply(super::build::created(mine.clone()));
    let edited = Message {
        rev: Rev::new(2),
        text: Some("고쳤어요".to_owned()),
        edited_at: Some(at(1)),
        ..mine
    };
    world.model.take_edited(edited.clone());
    assert_eq!(world.chat().last_message.as_ref(), Some(&edited));
    world.apply(updated(edited.clone()));
    assert_eq!(*first(&world), edited);
    assert_eq!(world.chat().rev, Rev::new(2));
    assert_eq!(
        world.model.last_editable(world.group).map(|last| last.seq),
        Some(Seq::new(1))
    );
}

#[test]
fn beyond_ten_the_eleventh_is_asked_for() {
    let mut world = said();
    let people: Vec<UserId> = (0..12).map(|_| UserId::new()).collect();
    for (rev, user) in (2..).zip(&people) {
        world.apply(added(&world, rev, HEART, *user));
    }
    let message = first(&world);
    assert_eq!(message.reactions[0].user_ids, people[..10]);
    assert_eq!(message.reactions[0].count, 12);
    // One that is not named goes: nothing is missing.
    let effects = world.apply(removed(&world, 14, HEART, people[11]));
    assert!(effects.stale_messages.is_empty());
    let effects = world.apply(removed(&world, 15, HEART, people[0]));
    assert!(effects.stale_messages.contains(&(world.group, Seq::new(1))));
    assert_eq!(kinds(&first(&world)), [(HEART, 10, 9)]);

    // An answer that is older than what is known by now is asked for again; a fitting one is taken.
    let mut fresh = Message::clone(&first(&world));
    fresh.reactions[0].user_ids = people[1..11].to_vec();
    let late = Message {
        rev: Rev::new(14),
        ..fresh.clone()
    };
    let effects = world.model.refresh_message(late);
    assert!(effects.stale_messages.contains(&(world.group, Seq::new(1))));
    let effects = world.model.refresh_message(fresh.clone());
    assert!(effects.stale_messages.is_empty());
    assert_eq!(*first(&world), fresh);
    assert_eq!(world.chat().last_message.as_ref(), Some(&fresh));
}

#[test]
fn what_happens_while_a_page_is_on_its_way_is_not_lost() {
    let mut world = said();
    let old = Message::clone(&first(&world));
    let request = world.model.request_page(world.group, Place::Anywhere);
    world.apply(added(&world, 2, HEART, world.seoyeon));
    world.model.take_page(request, page(vec![old], false, false));
    assert_eq!(kinds(&first(&world)), [(HEART, 1, 1)]);
}

#[test]
fn what_somebody_reacted_with_goes_with_their_messages() {
    let mut world = said();
    let (me, seoyeon) = (world.me, world.seoyeon);
    for event in [
        added(&world, 2, HEART, seoyeon),
        added(&world, 3, "👍", seoyeon),
        added(&world, 4, HEART, me),
    ] {
        world.apply(event);
    }
    let erased = ServerEvent::MessagesErased(MessagesErased {
        conversation_id: world.group,
        rev: Rev::new(5),
        author_id: seoyeon,
        deleted_at: at(9),
    });
    let effects = world.apply(erased);
    assert_eq!(kinds(&first(&world)), [(HEART, 1, 1)]);
    assert_eq!(mine(&first(&world)), [HEART]);
    assert_eq!(first(&world).rev, Rev::new(5));
    assert_eq!(world.chat().last_message.as_ref(), Some(&*first(&world)));
    assert!(effects.stale_messages.is_empty());

    let deleted = ServerEvent::MessageDeleted(MessageDeleted {
        conversation_id: world.group,
        seq: Seq::new(1),
        rev: Rev::new(6),
        author_id: world.jiho,
        deleted_at: at(10),
    });
    world.apply(deleted);
    assert!(first(&world).reactions.is_empty() && mine(&first(&world)).is_empty());
}

#[test]
fn whoever_may_have_reacted_unnamed_is_asked_about_when_they_go() {
    let mut world = said();
    for rev in 2..14 {
        world.apply(added(&world, rev, HEART, UserId::new()));
    }
    let erased = ServerEvent::MessagesErased(MessagesErased {
        conversation_id: world.group,
        rev: Rev::new(14),
        author_id: world.seoyeon,
        deleted_at: at(9),
    });
    let effects = world.apply(erased);
    assert!(effects.stale_messages.contains(&(world.group, Seq::new(1))));
}

fn drawn(world: &World) -> Arc<Message> {
    world.model.reacting.drawn(&first(world), world.me)
}

#[test]
fn what_i_want_is_drawn_at_once_and_never_twice() {
    let mut world = said();
    let (id, seq, me) = (world.group, Seq::new(1), world.me);
    assert!(!world.model.reacts(id, seq, HEART));
    assert!(world.model.reacting.want(id, seq, HEART, true));
    assert_eq!(
        (kinds(&drawn(&world)), mine(&drawn(&world))),
        (vec![(HEART, 1, 1)], vec![HEART])
    );
    assert!(kinds(&first(&world)).is_empty(), "what is known is left alone");
    // The event before the answer: one heart all the same.
    world.apply(added(&world, 2, HEART, me));
    assert_eq!(kinds(&drawn(&world)), [(HEART, 1, 1)]);
    world.model.reacting.answered(id, seq, HEART);
    world.model.settle_reaction(id, seq);
    assert_eq!(
        world.model.reacting.wanted(id, seq, HEART),
        None,
        "nothing waits any more"
    );

    // Taken back, the answer before the event; a second thought needs no second request meanwhile.
    assert!(world.model.reacting.want(id, seq, HEART, false));
    assert!(!world.model.reacting.want(id, seq, HEART, true));
    assert!(!world.model.reacting.want(id, seq, HEART, false));
    world.model.reacting.answered(id, seq, HEART);
    world.model.settle_reaction(id, seq);
    assert!(kinds(&drawn(&world)).is_empty());
    world.apply(removed(&world, 3, HEART, me));
    assert_eq!(world.model.reacting.wanted(id, seq, HEART), None);

    // Refused: it is as it was.
    world.model.reacting.want(id, seq, "👍", true);
    assert_eq!(kinds(&drawn(&world)), [("👍", 1, 1)]);
    world.model.reacting.forget(id, seq, "👍");
    assert!(kinds(&drawn(&world)).is_empty());
}

#[test]
fn what_is_kept_for_the_next_visit_holds_reactions_and_edits() {
    let mut world = said();
    world.model.people.load(Vec::new(), Vec::new());
    world.apply(added(&world, 2, HEART, world.me));
    let edited = Message {
        rev: Rev::new(3),
        edited_at: Some(at(1)),
        ..Message::clone(&first(&world))
    };
    world.apply(updated(edited.clone()));
    let (mut shelf, mut mirror) = (Shelf::default(), Mirror::default());
    shelf.write(mirror.changes(&world.model, &super::build::account(world.me)));
    let (restored, _): (Model, Mirror) = shelf.restore(world.me);
    let timeline = restored.timeline(world.group).expect("kept");
    assert_eq!(**timeline.get(Seq::new(1)).expect("kept"), edited);
}

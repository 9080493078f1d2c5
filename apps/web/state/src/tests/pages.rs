use damso_domain::{Rev, Seq};
use damso_protocol::{Message, Messages};

use super::build::{World, at};
use crate::Timeline;
use crate::model::Place;

fn range(world: &World, seqs: std::ops::RangeInclusive<i64>) -> Vec<Message> {
    seqs.map(|seq| world.message(seq, world.jiho)).collect()
}

pub(super) fn page(items: Vec<Message>, has_more_before: bool, has_more_after: bool) -> Messages {
    Messages {
        items,
        users: Vec::new(),
        has_more_before,
        has_more_after,
    }
}

#[test]
fn what_lies_outside_inserts_nothing() {
    let mut world = World::new();
    let items = range(&world, 10..=20);
    world.load(items, true, true);
    for (seq, is_inside) in [(9, false), (15, true), (21, false)] {
        let before = world.seqs().len();
        let mut message = world.message(seq, world.seoyeon);
        message.rev = Rev::new(100);
        world
            .model
            .timeline_mut(world.group)
            .store(&std::sync::Arc::new(message));
        assert_eq!(world.seqs().len(), before, "{seq}");
        let timeline = world.model.timeline(world.group).expect("opened");
        assert_eq!(
            timeline
                .get(Seq::new(seq))
                .is_some_and(|known| known.rev == Rev::new(100)),
            is_inside,
            "{seq}"
        );
    }
}

#[test]
fn older_pages_push_out_the_newest_and_the_reverse() {
    let mut world = World::new();
    let items = range(&world, 101..=200);
    world.load(items, true, false);
    let request = world.model.request_page(world.group, Place::Before);
    let older = page(range(&world, 1..=100), false, true);
    world.model.take_page(request, older);
    let timeline = world.model.timeline(world.group).expect("opened");
    assert_eq!(timeline.len(), Timeline::MAX_ROWS);
    assert_eq!(
        (timeline.first_seq(), timeline.last_seq()),
        (Some(Seq::new(1)), Some(Seq::new(150)))
    );
    assert!(timeline.has_more_after() && !timeline.has_more_before());

    let request = world.model.request_page(world.group, Place::After);
    let newer = page(range(&world, 151..=200), true, false);
    world.model.take_page(request, newer);
    let timeline = world.model.timeline(world.group).expect("opened");
    assert_eq!(
        (timeline.first_seq(), timeline.last_seq()),
        (Some(Seq::new(51)), Some(Seq::new(200)))
    );
    assert!(!timeline.has_more_after() && timeline.has_more_before());
}

#[test]
fn new_messages_push_out_old_ones_only_while_the_end_is_followed() {
    for (is_following, expected) in [(true, (2, 151)), (false, (1, 150))] {
        let mut world = World::new();
        let items = range(&world, 1..=150);
        world.load(items, false, false);
        let message = std::sync::Arc::new(world.message(151, world.jiho));
        let timeline = world.model.timeline_mut(world.group);
        timeline.follow(is_following);
        timeline.store(&message);
        let seqs = world.seqs();
        assert_eq!((seqs[0], seqs[149]), expected, "following: {is_following}");
        assert_eq!(seqs.len(), 150);
    }
}

#[test]
fn what_happens_while_a_page_is_on_its_way_is_not_lost() {
    let mut world = World::new();
    let old = world.message(1, world.jiho);
    let request = world.model.request_page(world.group, Place::Anywhere);
    let new = std::sync::Arc::new(world.message(2, world.jiho));
    let timeline = world.model.timeline_mut(world.group);
    timeline.delete(Seq::new(1), Rev::new(9), at(0));
    timeline.store(&new);
    // The page was read before both.
    world.model.take_page(request, page(vec![old], false, false));
    assert_eq!(world.seqs(), [1, 2]);
    let timeline = world.model.timeline(world.group).expect("opened");
    assert!(timeline.get(Seq::new(1)).expect("there").deleted_at.is_some());
}

#[test]
fn a_page_beside_a_stretch_that_was_dropped_is_ignored() {
    let mut world = World::new();
    let request = world.model.request_page(world.group, Place::Before);
    let items = range(&world, 1..=5);
    world.model.take_page(request, page(items, false, true));
    assert!(!world.model.timeline(world.group).expect("made").is_loaded());
    assert_eq!(world.seqs(), [0_i64; 0]);
}

/// The group was left and joined again while the first page was on its way.
#[test]
fn an_answer_of_an_earlier_time_does_not_end_the_question_of_now() {
    for has_failed in [false, true] {
        let mut world = World::new();
        let earlier = world.model.request_page(world.group, Place::Anywhere);
        world.model.trim_timelines(&[], 0);
        let now = world.model.request_page(world.group, Place::Anywhere);
        let old = range(&world, 9..=9);
        if has_failed {
            assert!(!world.model.page_failed(earlier));
        } else {
            world.model.take_page(earlier, page(old, false, false));
        }
        assert!(!world.model.timeline(world.group).expect("made").is_loaded());
        let event = world.said(1, world.jiho);
        world.apply(event);
        let items = range(&world, 2..=2);
        world.model.take_page(now, page(items, false, false));
        assert_eq!(world.seqs(), [1, 2]);
    }
}

#[test]
fn a_page_in_place_of_another_one_comes_alone() {
    let mut world = World::opened();
    let first = world.model.request_page(world.group, Place::Anywhere);
    let second = world.model.request_page(world.group, Place::Anywhere);
    let (old, new) = (range(&world, 1..=2), range(&world, 8..=9));
    world.model.take_page(second, page(new, true, false));
    world.model.take_page(first, page(old, false, true));
    assert_eq!(world.seqs(), [8, 9]);
}

//! What I have begun to write, on this device and on others.

use damso_domain::{Rev, Seq};
use damso_protocol::{ChangedDraft, Draft, DraftUpdated, ServerEvent, SyncRequest, UserChanges};

use crate::drafts::DraftMark;

use super::build::{World, at, conversation, nothing_changed};

fn draft(text: &str, millis: i64) -> Draft {
    Draft {
        text: text.to_owned(),
        reply_to_seq: None,
        updated_at: at(millis),
    }
}

fn told(world: &World, rev: i64, draft: Option<Draft>) -> DraftUpdated {
    DraftUpdated {
        user_rev: Rev::new(rev),
        conversation_id: world.group,
        draft,
    }
}

fn event(world: &World, rev: i64, draft: Option<Draft>) -> ServerEvent {
    ServerEvent::DraftUpdated(told(world, rev, draft))
}

#[test]
fn facts_are_applied_in_their_order_whatever_the_order_they_come_in() {
    let mut world = World::new();
    let (first, second) = (draft("half", 1), draft("half a word", 2));
    let late = event(&world, 2, Some(second.clone()));
    let effects = world.apply(late.clone());
    assert!(effects.has_wide_gap && effects.drafts.is_empty());
    let early = event(&world, 1, Some(first));
    let effects = world.apply(early.clone());
    assert!(effects.drafts.contains(&world.group));
    assert_eq!(world.chat().draft, Some(second.clone()));
    for again in [early, late] {
        assert!(world.apply(again).drafts.is_empty());
    }
    assert_eq!(world.chat().draft, Some(second));
}

#[test]
fn an_answer_is_not_undone_by_what_was_told_before_it() {
    let mut world = World::new();
    let mine = draft("mine", 2);
    let answer = told(&world, 2, Some(mine.clone()));
    assert!(world.model.take_draft(answer));
    for (rev, draft) in [(1, Some(draft("theirs", 1))), (2, Some(mine.clone()))] {
        let event = event(&world, rev, draft);
        world.apply(event);
        assert_eq!(world.chat().draft, Some(mine.clone()));
    }
    let removed = event(&world, 3, None);
    world.apply(removed);
    assert_eq!(world.chat().draft, None);
    let late = told(&world, 2, Some(mine));
    assert!(!world.model.take_draft(late));
    assert_eq!(world.chat().draft, None);
}

/// Whatever else describes the conversation may have been read before.
#[test]
fn a_description_says_nothing_of_the_draft() {
    let mut world = World::new();
    let mine = draft("mine", 1);
    let fact = event(&world, 1, Some(mine.clone()));
    world.apply(fact);
    let mut fresh = conversation(world.group, &[world.me, world.jiho]);
    world.model.refresh_conversation(fresh.clone());
    assert_eq!(world.chat().draft, Some(mine.clone()));
    fresh.rev = Rev::new(3);
    fresh.last_seq = Seq::new(3);
    world.model.put_conversation(fresh);
    assert_eq!(world.chat().draft, Some(mine));
}

#[test]
fn a_sync_brings_what_changed() {
    let mut world = World::new();
    let changed = |world: &World, draft: Option<Draft>| UserChanges {
        drafts: vec![ChangedDraft {
            conversation_id: world.group,
            draft,
        }],
        ..UserChanges::default()
    };
    for (rev, draft) in [(4, Some(draft("from afar", 4))), (6, None)] {
        let mut response = nothing_changed(Rev::new(rev));
        response.user_changes = changed(&world, draft.clone());
        let request = SyncRequest {
            user_rev: world.model.user_rev(),
            ..SyncRequest::default()
        };
        let effects = world.model.take_answer(&request, response);
        assert!(effects.drafts.contains(&world.group));
        assert_eq!(world.chat().draft, draft);
    }
}

#[test]
fn what_comes_with_a_conversation_is_as_of_then() {
    let mut world = World::new();
    let fact = event(&world, 1, Some(draft("of the time before", 1)));
    world.apply(fact);
    let mut response = nothing_changed(Rev::new(5));
    response.joined = vec![conversation(world.group, &[world.me, world.jiho])];
    let effects = world.model.take_sync(response);
    assert!(effects.drafts.contains(&world.group));
    assert_eq!(world.chat().draft, None);
}

#[test]
fn what_is_written_here_stays_until_the_server_has_it() {
    let mut mark = DraftMark::NONE;
    let [theirs, mine, later] = [Rev::new(1), Rev::new(2), Rev::new(3)];
    assert!(!mark.gives_way_to(Rev::ZERO));
    assert!(mark.gives_way_to(theirs));
    assert!(mark.write() && !mark.write());
    assert!(!mark.gives_way_to(theirs));
    mark.sent(true, mine, false);
    assert!(!mark.gives_way_to(later), "more has been written meanwhile");
    mark.sent(true, mine, true);
    assert!(!mark.gives_way_to(mine), "it is my own");
    assert!(mark.gives_way_to(later));
}

/// It is gone from here with its message; a tab that hears of it only now must not bring it back.
#[test]
fn what_was_sent_is_not_brought_back_by_what_was_told_before() {
    let mut mark = DraftMark::NONE;
    mark.write();
    mark.sent(true, Rev::new(2), true);
    mark.write();
    mark.sent(false, Rev::new(3), true);
    assert!(!mark.is_there);
    for told in [1, 2, 3] {
        assert!(!mark.gives_way_to(Rev::new(told)), "{told}");
    }
    assert!(mark.gives_way_to(Rev::new(4)));
}

#[test]
fn it_is_known_as_of_when_a_draft_is() {
    let mut world = World::new();
    assert_eq!(world.model.told_draft(world.group), Some((None, Rev::ZERO)));
    let mine = draft("mine", 1);
    let fact = event(&world, 1, Some(mine.clone()));
    world.apply(fact);
    assert_eq!(
        world.model.told_draft(world.group),
        Some((Some(mine), Rev::new(1)))
    );
}

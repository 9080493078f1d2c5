//! What I have put away, marked as unread or given a name of my own.

use damso_domain::{FolderId, Rev, Seq, Timestamp};
use damso_protocol::{Folder, FoldersUpdated, Membership, MembershipUpdated, ServerEvent};

use crate::Chat;
use crate::preview::{Title, common_title, title};

use super::build::{World, at};

fn put(world: &mut World, rev: i64, change: impl FnOnce(&mut Membership)) {
    let mut membership = world.chat().membership.clone();
    change(&mut membership);
    world.apply(ServerEvent::MembershipUpdated(MembershipUpdated {
        user_rev: Rev::new(rev),
        conversation_id: world.group,
        membership,
    }));
}

fn put_away(world: &mut World, rev: i64, seq: i64) {
    put(world, rev, |membership| {
        membership.archived_seq = Some(Seq::new(seq));
        membership.is_archived = true;
    });
}

fn chat(world: &World) -> &Chat {
    world.model.chats.get(world.group).expect("listed")
}

fn now() -> Timestamp {
    at(100_000)
}

#[test]
fn only_somebody_else_brings_back_what_is_put_away() {
    let mut world = World::opened();
    put_away(&mut world, 1, 0);
    let mine = world.said(1, world.me);
    world.apply(mine);
    assert!(chat(&world).is_archived(now()));
    let theirs = world.said(2, world.jiho);
    world.apply(theirs);
    assert!(!chat(&world).is_archived(now()));
}

#[test]
fn what_is_told_late_does_not_put_away_again() {
    let mut world = World::opened();
    let theirs = world.said(1, world.jiho);
    world.apply(theirs);
    put_away(&mut world, 1, 0);
    assert!(
        !chat(&world).is_archived(now()),
        "it was put away before that message"
    );
    put_away(&mut world, 2, 1);
    assert!(chat(&world).is_archived(now()));
}

#[test]
fn a_muted_one_stays_away_until_it_is_not_muted_any_more() {
    let mut world = World::opened();
    put(&mut world, 1, |membership| {
        membership.muted_until = Some(at(200_000));
    });
    put_away(&mut world, 2, 0);
    let theirs = world.said(1, world.jiho);
    world.apply(theirs);
    assert!(chat(&world).is_archived(now()));
    assert!(!chat(&world).is_archived(at(200_000)));
    let chats = &world.model.chats;
    assert!(!chats.has_unmuted(now(), at(199_999)));
    assert!(chats.has_unmuted(at(199_999), at(200_000)));
    assert!(!chats.has_unmuted(at(200_000), at(200_001)));
}

#[test]
fn a_mark_counts_as_one_and_what_is_away_does_not_call() {
    let mut world = World::opened();
    put(&mut world, 1, |membership| membership.is_marked_unread = true);
    assert_eq!(world.model.chats.unread_total(now()), 1);
    for seq in [1, 2] {
        let theirs = world.said(seq, world.jiho);
        world.apply(theirs);
    }
    assert_eq!(world.model.chats.unread_total(now()), 2);
    put_away(&mut world, 2, 2);
    assert_eq!(world.model.chats.unread_total(now()), 0);
    assert_eq!(world.model.chats.archived_count(now()), 1);
}

#[test]
fn what_is_in_a_folder_that_goes_is_in_none() {
    let mut world = World::opened();
    let folders = ["일", "가족"].map(|name| Folder {
        id: FolderId::new(),
        name: name.to_owned(),
    });
    let told = |world: &mut World, rev, items: &[Folder]| {
        world.apply(ServerEvent::FoldersUpdated(FoldersUpdated {
            user_rev: Rev::new(rev),
            items: items.to_vec(),
        }));
    };
    told(&mut world, 1, &folders);
    put(&mut world, 2, |membership| {
        membership.folder_id = Some(folders[0].id);
    });
    assert_eq!(world.model.chats.folders(), folders);
    told(&mut world, 3, &folders[..1]);
    assert_eq!(world.chat().membership.folder_id, Some(folders[0].id));
    told(&mut world, 4, &folders[1..]);
    assert_eq!(world.chat().membership.folder_id, None);
}

#[test]
fn my_name_for_it_stands_before_every_other() {
    let mut world = World::opened();
    let title_of = |world: &World| title(chat(world), &world.model.people, world.me);
    let common = title_of(&world);
    put(&mut world, 1, |membership| {
        membership.name_override = Some("산".to_owned());
    });
    assert_eq!(title_of(&world), Title::Name("산".to_owned()));
    assert_eq!(common_title(chat(&world), &world.model.people, world.me), common);
}

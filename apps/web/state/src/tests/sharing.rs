//! What people let each other see: how far they read, and whether they are here.

use damso_domain::{
    BirthdayVisibility, FriendRequestsFrom, GroupAddsFrom, MessagesFrom, PresenceStatus, PresenceVisibility,
    Rev, Seq, ShownStatus, UserId,
};
use damso_protocol::{
    ChangedPresence, Friend, MemberRemoved, MovedRead, OwnPresence, Presence, PresenceChanged, ReadsMoved,
    ServerEvent, Settings, SettingsUpdated,
};

use super::build::{World, at, nothing_changed, user};

pub(super) fn settings(read_receipts: bool) -> Settings {
    Settings {
        read_receipts,
        typing_indicators: true,
        presence_visibility: PresenceVisibility::Friends,
        discoverable_by_handle: true,
        friend_requests_from: FriendRequestsFrom::Everyone,
        group_adds_from: GroupAddsFrom::Friends,
        messages_from: MessagesFrom::Friends,
        birthday_visibility: BirthdayVisibility::Friends,
        presence: OwnPresence {
            status: PresenceStatus::Online,
            text: None,
            expires_at: None,
        },
    }
}

fn friend(id: UserId) -> Friend {
    Friend {
        user: user(id, "지호"),
        nickname: None,
        is_favorite: false,
        is_hidden: false,
        since: at(0),
        presence: Presence::NOT_TOLD,
        birthday: None,
    }
}

fn here(user_id: UserId) -> ServerEvent {
    let item = ChangedPresence {
        user_id,
        status: ShownStatus::Away,
        text: Some("점심".to_owned()),
        last_seen_at: None,
    };
    ServerEvent::PresenceChanged(PresenceChanged { items: vec![item] })
}

#[test]
fn what_others_have_read_is_read_again_once_it_may_be_shown_or_not() {
    let mut world = World::opened();
    let read = world.model.load_settings(settings(true));
    assert!(read.settings, "nothing was known before");
    let mut update = |rev: i64, read_receipts| {
        let event = SettingsUpdated {
            user_rev: Rev::new(rev),
            settings: settings(read_receipts),
        };
        let effects = world.apply(ServerEvent::SettingsUpdated(event));
        (effects.settings, !effects.stale_reads.is_empty())
    };
    assert_eq!(update(1, true), (false, false));
    assert_eq!(update(2, false), (true, true));
    assert_eq!(update(3, true), (true, true));
}

#[test]
fn presence_is_kept_of_friends_only() {
    let mut world = World::opened();
    let jiho = world.jiho;
    assert!(!world.apply(here(jiho)).people, "no friend yet");
    world.model.people.add_friend(friend(jiho));
    assert!(!world.apply(here(UserId::new())).people, "still nobody");
    assert!(world.apply(here(jiho)).people);
    assert!(!world.apply(here(jiho)).people, "nothing new");
    let known = world.model.people.presence(jiho).expect("a friend");
    assert_eq!(
        (known.status, known.text.as_deref()),
        (ShownStatus::Away, Some("점심"))
    );
}

/// Between the two, nobody told how far they read.
#[test]
fn receipts_that_were_off_and_on_again_while_away_are_read_again() {
    let mut world = World::opened();
    world.model.load_settings(settings(true));
    let mut response = nothing_changed(Rev::new(2));
    response.user_changes.settings = Some(settings(true));
    let effects = world.model.take_sync(response);
    assert!(effects.stale_reads.contains(&world.group));
}

fn moved(world: &World, read_seq: Option<Seq>) -> ServerEvent {
    let read = MovedRead {
        user_id: world.jiho,
        read_seq,
    };
    ServerEvent::ReadsMoved(ReadsMoved {
        conversation_id: world.group,
        reads: vec![read],
    })
}

/// What was asked before does not know who has come since, nor whose reading is not shown any more.
#[test]
fn how_far_everyone_has_read_is_asked_again_when_that_has_become_another_question() {
    let reads = |world: &World| {
        [world.jiho, world.me].map(|user_id| damso_protocol::MemberRead {
            user_id,
            joined_seq: Seq::ZERO,
            read_seq: Seq::ZERO,
        })
    };
    let mut world = World::opened();
    let request = world.model.request_reads(world.group);
    world.apply(ServerEvent::MemberRemoved(MemberRemoved {
        conversation_id: world.group,
        rev: Rev::new(1),
        user_id: world.jiho,
    }));
    assert!(world.model.take_reads(request, Some(&reads(&world))));
    let chat = world.model.chats.get(world.group).expect("listed");
    assert!(chat.reads().is_empty());

    let mut world = World::opened();
    world.model.load_settings(settings(true));
    let request = world.model.request_reads(world.group);
    world.model.load_settings(settings(false));
    assert!(world.model.take_reads(request, Some(&reads(&world))));

    // A pointer that moves before the first answer is not in it, and is kept nowhere.
    let mut world = World::opened();
    let request = world.model.request_reads(world.group);
    world.apply(moved(&world, Some(Seq::new(4))));
    assert!(world.model.take_reads(request, Some(&reads(&world))));

    let request = world.model.request_reads(world.group);
    assert!(!world.model.take_reads(request, Some(&reads(&world))));
    let request = world.model.request_reads(world.group);
    world.apply(moved(&world, Some(Seq::new(4))));
    assert!(!world.model.take_reads(request, Some(&reads(&world))));
    let request = world.model.request_reads(world.group);
    world.apply(moved(&world, None));
    assert!(world.model.take_reads(request, Some(&reads(&world))));
}

/// The list of friends may be of the moment before one of them came.
#[test]
fn presence_that_is_told_while_friends_are_read_is_the_newer_one() {
    let mut world = World::new();
    world.model.begin_sync();
    world.apply(here(world.jiho));
    world.model.people.load(vec![friend(world.jiho)], Vec::new());
    assert!(world.model.end_sync(0.0).people);
    let known = world.model.people.presence(world.jiho).expect("a friend");
    assert_eq!(known.status, ShownStatus::Away);
}

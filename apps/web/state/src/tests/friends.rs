use damso_domain::{CalendarDay, NameQuery, Rev, UserId};
use damso_protocol::{Friend, FriendAdded, FriendRemoved, FriendUpdated, Presence, ServerEvent};

use crate::preview::{Title, title};

use super::build::{World, at, nothing_changed, user};

fn friend(id: UserId, name: &str) -> Friend {
    Friend {
        user: user(id, name),
        nickname: None,
        is_favorite: false,
        is_hidden: false,
        since: at(0),
        presence: Presence::NOT_TOLD,
        birthday: None,
    }
}

fn named(id: UserId, name: &str, nickname: &str) -> Friend {
    Friend {
        nickname: Some(nickname.to_owned()),
        ..friend(id, name)
    }
}

fn updated(user_rev: i64, friend: Friend) -> ServerEvent {
    ServerEvent::FriendUpdated(FriendUpdated {
        user_rev: Rev::new(user_rev),
        friend,
    })
}

/// A friend gets a name, is put on top, hidden, and loses all of it with the friendship.
fn story(id: UserId) -> Vec<ServerEvent> {
    let added = |user_rev| {
        ServerEvent::FriendAdded(FriendAdded {
            user_rev: Rev::new(user_rev),
            friend: friend(id, "지호"),
        })
    };
    let favourite = Friend {
        is_favorite: true,
        ..named(id, "지호", "산 친구")
    };
    let hidden = Friend {
        is_favorite: false,
        is_hidden: true,
        nickname: None,
        ..favourite.clone()
    };
    vec![
        added(1),
        updated(2, named(id, "지호", "산 친구")),
        updated(3, favourite),
        updated(4, hidden),
        ServerEvent::FriendRemoved(FriendRemoved {
            user_rev: Rev::new(5),
            user_id: id,
        }),
        added(6),
    ]
}

#[test]
fn a_friend_is_kept_as_it_is_told_whatever_the_order() {
    let world = World::opened();
    let events = story(world.jiho);
    let expected = [
        None,
        Some((None, false, false)),
        Some((Some("산 친구".to_owned()), false, false)),
        Some((Some("산 친구".to_owned()), true, false)),
        Some((None, false, true)),
        None,
        Some((None, false, false)),
    ];
    for (until, expected) in expected.into_iter().enumerate() {
        let mut straight = world.model.clone();
        for event in &events[..until] {
            assert!(straight.apply(event.clone(), 0.0).people);
        }
        let mut twisted = world.model.clone();
        for event in events[..until].iter().rev().chain(&events[..until]) {
            twisted.apply(event.clone(), 0.0);
        }
        assert_eq!(twisted.people, straight.people, "{until}");
        let friend = straight.people.friend(world.jiho);
        let kept = friend.map(|friend| (friend.nickname, friend.is_favorite, friend.is_hidden));
        assert_eq!(kept, expected, "{until}");
    }
}

#[test]
fn after_a_gap_a_sync_says_how_i_keep_a_friend() {
    let mut world = World::opened();
    let kept = Friend {
        is_hidden: true,
        ..named(world.jiho, "지호", "산 친구")
    };
    let mut response = nothing_changed(Rev::new(4));
    response.user_changes.friends.push(kept.clone());
    world.model.take_sync(response);
    assert_eq!(world.model.people.friends(), [kept]);
}

/// The event is made at another moment than what is told of presence.
#[test]
fn who_is_here_is_not_changed_by_a_nickname() {
    let mut world = World::opened();
    let here = Presence {
        text: Some("회의 중".to_owned()),
        ..Presence::NOT_TOLD
    };
    let people = &mut world.model.people;
    people.load(
        vec![Friend {
            presence: here.clone(),
            birthday: None,
            ..friend(world.jiho, "지호")
        }],
        Vec::new(),
    );
    people.update_friend(named(world.jiho, "지호", "산 친구"));
    assert_eq!(people.presence(world.jiho), Some(&here));
    assert_eq!(people.name(&user(world.jiho, "지호")), "산 친구");
}

#[test]
fn birthdays_of_this_week_are_in_the_order_in_which_they_come() {
    let mut world = World::opened();
    let born = |name: &str, day: &str| Friend {
        birthday: Some(day.parse().unwrap()),
        ..friend(UserId::new(), name)
    };
    let friends = vec![
        born("나", "12-31"),
        born("가", "01-05"),
        born("다", "12-31"),
        born("라", "01-08"),
        born("마", "12-30"),
        friend(UserId::new(), "바"),
        Friend {
            is_hidden: true,
            ..born("사", "12-31")
        },
        born("아", "01-07"),
    ];
    world.model.people.load(friends, Vec::new());
    let found = |year, month, day| {
        let today = CalendarDay::new(year, month, day).unwrap();
        let soon = world.model.people.birthdays(today).into_iter();
        soon.map(|(days, friend)| (friend.user.display_name, days))
            .collect::<Vec<_>>()
    };
    let expected = [("나", 0), ("다", 0), ("가", 5), ("아", 7)];
    assert_eq!(
        found(2026, 12, 31),
        expected.map(|(name, days)| (name.to_owned(), days))
    );
    assert!(found(2026, 6, 1).is_empty());
}

#[test]
fn friends_stand_in_the_order_of_what_i_call_them() {
    let mut world = World::opened();
    let [first, second, third] = [(); 3].map(|()| UserId::new());
    let friends = vec![
        friend(first, "나"),
        named(second, "가", "하"),
        named(third, "하", "가"),
    ];
    world.model.people.load(friends, Vec::new());
    let ids = world
        .model
        .people
        .friends()
        .into_iter()
        .map(|friend| friend.user.id);
    assert_eq!(ids.collect::<Vec<_>>(), [third, first, second]);
}

#[test]
fn chats_are_called_by_what_i_call_their_members() {
    let mut world = World::opened();
    let me = world.me;
    let called = |world: &World| {
        title(
            world.model.chats.get(world.group).unwrap(),
            &world.model.people,
            me,
        )
    };
    let group = world.model.chats.get(world.group).unwrap();
    let mut unnamed = group.conversation.clone();
    unnamed.name = None;
    world.model.chats.load(vec![unnamed]);
    for (id, name) in [(world.jiho, "지호"), (world.seoyeon, "서연")] {
        world.model.people.learn(user(id, name));
    }
    let Title::Members(before) = called(&world) else {
        panic!("it has no name")
    };
    assert!(before.contains(&"지호".to_owned()));
    world
        .model
        .people
        .update_friend(named(world.jiho, "지호", "산 친구"));
    let Title::Members(after) = called(&world) else {
        panic!("it has no name")
    };
    assert!(after.contains(&"산 친구".to_owned()) && !after.contains(&"지호".to_owned()));
}

#[test]
fn people_are_found_by_every_name_they_have() {
    let mut world = World::opened();
    let id = UserId::new();
    world
        .model
        .people
        .load(vec![named(id, "박지호", "산 친구")], Vec::new());
    let user = world.model.people.user(id).unwrap().clone();
    let mut handle = user.clone();
    handle.handle = Some("jiho.p".to_owned());
    for (typed, expected) in [
        ("산 친", true),
        ("ㅅㅊㄱ", true),
        ("tks", true),
        ("박지호", true),
        ("ㅂㅈㅎ", true),
        ("qkrwlgh", true),
        ("@jiho", true),
        ("ㅓㅑㅗㅐ", true),
        ("민지", false),
        ("", true),
    ] {
        assert_eq!(
            world.model.people.is_found(&handle, &NameQuery::new(typed)),
            expected,
            "{typed}"
        );
    }
}

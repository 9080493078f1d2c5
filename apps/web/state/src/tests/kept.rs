use std::collections::BTreeMap;

use damso_domain::{ConversationId, Rev, Seq, UserId};
use damso_protocol::{ConversationLeft, Friend, FriendAdded, ServerEvent};

use super::build::{World, account, at, user};
use crate::kept::{ACCOUNT, Changes, owner};
use crate::{Kept, Mirror, Model};

/// A database of the browser: records by their names.
#[derive(Clone, Default)]
pub(super) struct Shelf(BTreeMap<String, String>);

impl Shelf {
    pub(super) fn write(&mut self, changes: Changes) {
        if changes.is_whole {
            self.0.clear();
        }
        for name in changes.deletes {
            self.0.remove(&name);
        }
        self.0.extend(changes.puts);
    }

    fn read(&self) -> Option<Kept> {
        Kept::read(self.0.values().cloned())
    }

    /// The next visit.
    pub(super) fn restore(&self, me: UserId) -> (Model, Mirror) {
        let mut model = Model::new(&account(me));
        let mirror = model.restore(self.read().expect("our own"));
        (model, mirror)
    }
}

/// A world whose lists are loaded, with an empty page of the group.
fn loaded() -> World {
    let mut world = World::opened();
    let friend = Friend {
        user: user(world.jiho, "지호"),
        nickname: Some("산 친구".to_owned()),
        is_favorite: true,
        is_hidden: false,
        since: at(0),
        presence: damso_protocol::Presence::NOT_TOLD,
        birthday: None,
    };
    world.model.people.load(vec![friend], Vec::new());
    world
}

fn befriended(user_rev: i64, id: UserId) -> ServerEvent {
    ServerEvent::FriendAdded(FriendAdded {
        user_rev: Rev::new(user_rev),
        friend: Friend {
            user: user(id, "현우"),
            nickname: None,
            is_favorite: false,
            is_hidden: false,
            since: at(user_rev),
            presence: damso_protocol::Presence::NOT_TOLD,
            birthday: None,
        },
    })
}

/// What a screen could show of it.
fn shown(model: &Model, group: ConversationId) -> impl PartialEq + std::fmt::Debug + use<> {
    let messages: Vec<_> = model
        .timeline(group)
        .into_iter()
        .flat_map(|timeline| timeline.messages().cloned().collect::<Vec<_>>())
        .collect();
    let conversation = model.chats.get(group).map(|chat| chat.conversation.clone());
    (model.user_rev(), model.people.friends(), conversation, messages)
}

#[test]
fn the_next_visit_begins_where_the_last_one_ended() {
    let mut world = loaded();
    for seq in 1..=3 {
        world.apply(world.said(seq, world.jiho));
    }
    world.apply(befriended(1, UserId::new()));
    let me = account(world.me);
    let (mut shelf, mut mirror) = (Shelf::default(), Mirror::default());
    shelf.write(mirror.changes(&world.model, &me));

    let (model, mut restored) = shelf.restore(world.me);
    assert_eq!(shown(&model, world.group), shown(&world.model, world.group));
    assert_eq!(model.chats.sorted_ids(), world.model.chats.sorted_ids());
    assert_eq!(
        model
            .chats
            .get(world.group)
            .expect("listed")
            .conversation
            .unread_count,
        3
    );
    assert!(model.people.user(world.seoyeon).is_some(), "members have names");
    assert_eq!(owner(&shelf.0[ACCOUNT]), Some(me.clone()));
    assert!(restored.changes(&model, &me).is_empty(), "all of it is there");
}

#[test]
fn only_what_changed_is_written() {
    let mut world = loaded();
    let me = account(world.me);
    let mut mirror = Mirror::default();
    assert!(mirror.changes(&world.model, &me).is_whole);
    assert!(mirror.changes(&world.model, &me).is_empty());

    world.apply(world.said(1, world.jiho));
    let changes = mirror.changes(&world.model, &me);
    assert!(!changes.is_whole);
    let names: Vec<_> = changes.puts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [format!("chat.{}", world.group)]);

    world.apply(ServerEvent::ConversationLeft(ConversationLeft {
        user_rev: Rev::new(1),
        conversation_id: world.group,
    }));
    let changes = mirror.changes(&world.model, &me);
    assert!(changes.deletes.contains(&format!("chat.{}", world.group)));
    assert!(
        changes.deletes.contains(&format!("user.{}", world.seoyeon)),
        "nobody names her"
    );
    assert!(
        !changes.deletes.contains(&format!("user.{}", world.jiho)),
        "a friend"
    );
}

#[test]
fn a_crash_after_any_write_leaves_no_cursor_ahead_of_its_data() {
    let mut world = loaded();
    let me = account(world.me);
    let (mut shelf, mut mirror) = (Shelf::default(), Mirror::default());
    shelf.write(mirror.changes(&world.model, &me));
    let events = [
        world.said(1, world.jiho),
        befriended(1, UserId::new()),
        world.said(2, world.seoyeon),
        befriended(2, UserId::new()),
        world.said(3, world.me),
    ];
    let mut shelves = vec![shelf.clone()];
    for event in &events {
        world.apply(event.clone());
        shelf.write(mirror.changes(&world.model, &me));
        shelves.push(shelf.clone());
    }
    for crashed in shelves {
        let (mut model, _) = crashed.restore(world.me);
        let chat = &model.chats.get(world.group).expect("listed").conversation;
        let timeline = model.timeline(world.group).expect("kept");
        assert_eq!(i64::try_from(timeline.len()), Ok(chat.rev.as_i64()));
        // The server tells again from the beginning: what is known changes nothing, the rest is added.
        for event in &events {
            model.apply(event.clone(), 0.0);
        }
        assert_eq!(shown(&model, world.group), shown(&world.model, world.group));
    }
}

#[test]
fn half_a_list_is_not_kept() {
    let world = World::opened();
    assert!(!world.model.people.is_loaded());
    let changes = Mirror::default().changes(&world.model, &account(world.me));
    assert!(changes.is_empty());
}

#[test]
fn the_newest_messages_are_kept_and_the_others_can_be_loaded() {
    let mut world = loaded();
    let messages: Vec<_> = (1..=80).map(|seq| world.message(seq, world.jiho)).collect();
    world.load(messages, false, false);
    let mut shelf = Shelf::default();
    shelf.write(Mirror::default().changes(&world.model, &account(world.me)));

    let (model, _) = shelf.restore(world.me);
    let timeline = model.timeline(world.group).expect("kept");
    assert_eq!(timeline.len(), Mirror::MESSAGES);
    assert_eq!(timeline.last_seq().map(Seq::as_i64), Some(80));
    assert!(timeline.has_more_before() && !timeline.has_more_after());
}

#[test]
fn what_cannot_be_read_is_loaded_anew() {
    let world = loaded();
    let mut shelf = Shelf::default();
    shelf.write(Mirror::default().changes(&world.model, &account(world.me)));
    assert!(shelf.read().is_some());
    let spoilt = |name: String, json: &str| {
        let mut shelf = shelf.clone();
        shelf.0.insert(name, json.to_owned());
        shelf.read()
    };
    let other_format = shelf.0[ACCOUNT].replace("\"format\":6", "\"format\":0");
    assert_ne!(other_format, shelf.0[ACCOUNT]);
    assert!(spoilt(ACCOUNT.to_owned(), &other_format).is_none());
    assert_eq!(owner(&other_format), None);
    for json in ["", "c", "c{}", "u[1]", "?", "\u{1F600}"] {
        assert!(spoilt(format!("chat.{}", world.group), json).is_none(), "{json}");
    }
    // Without the account there is no cursor; the mark of the tab that writes is no record.
    assert!(Kept::read(Vec::new()).is_none());
    assert!(spoilt("writer".to_owned(), "wsome-tab").is_some());
}

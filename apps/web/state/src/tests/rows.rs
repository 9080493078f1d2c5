use damso_domain::{ClientKey, ReadState, Seq, UserId};
use damso_protocol::{Message, SystemNotice};

use super::build::{World, at};
use crate::rows::{RowsInput, rows};
use crate::{Echo, EchoState, RowBody, RowKey};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn said(world: &World, seq: i64, author: UserId, millis: i64) -> Message {
    Message {
        created_at: at(millis),
        ..world.message(seq, author)
    }
}

/// As it is drawn, in a few letters: `d` day, `u` divider, `n` notice, and for a message its author with
/// `*` for the start of a run, `@` for the time and the number of those who have not read it.
fn drawn(
    world: &World,
    read_at_open: Option<i64>,
    reads: &[ReadState],
    echoes: &[Echo],
    offset: i64,
) -> String {
    let timeline = world.model.timeline(world.group).expect("opened");
    let rows = rows(&RowsInput {
        timeline,
        echoes: echoes.iter().collect(),
        reads,
        me: world.me,
        reacting: &world.model.reacting,
        voting: &world.model.voting,
        read_at_open: read_at_open.map(Seq::new),
        offset_mins: |_| offset,
    });
    let keys: std::collections::HashSet<RowKey> = rows.iter().map(|row| row.key).collect();
    assert_eq!(keys.len(), rows.len(), "every row has a name of its own");
    let draw = |body: &RowBody| match body {
        RowBody::Day(_) => "d".to_owned(),
        RowBody::UnreadDivider => "u".to_owned(),
        RowBody::Notice(_) => "n".to_owned(),
        RowBody::Message(row) => {
            let who = if row.is_mine { "m" } else { "o" };
            let mark = |is_on: bool, mark: &'static str| if is_on { mark } else { "" };
            let count = if row.unread_by == 0 {
                String::new()
            } else {
                row.unread_by.to_string()
            };
            format!(
                "{who}{}{}{count}",
                mark(row.starts_run, "*"),
                mark(row.shows_time, "@")
            )
        }
    };
    rows.iter()
        .map(|row| draw(&row.body))
        .collect::<Vec<_>>()
        .join(" ")
}

fn world_with(make: impl FnOnce(&World) -> Vec<Message>) -> World {
    let mut world = World::new();
    let items = make(&world);
    world.load(items, false, false);
    world
}

#[test]
fn runs_times_and_days() {
    let world = world_with(|w| {
        vec![
            said(w, 1, w.jiho, 0),
            said(w, 2, w.jiho, 1_000),
            said(w, 3, w.jiho, MINUTE),
            said(w, 4, w.me, MINUTE + 1_000),
            said(w, 5, w.me, DAY),
            said(w, 6, w.seoyeon, DAY + 1_000),
        ]
    });
    assert_eq!(drawn(&world, None, &[], &[], 0), "d o* o@ o@ m*@ d m*@ o*@");
    // In Seoul the first day begins nine hours earlier: nothing changes here but the day's own border.
    assert_eq!(drawn(&world, None, &[], &[], 9 * 60), "d o* o@ o@ m*@ d m*@ o*@");
}

#[test]
fn local_midnight_starts_a_day() {
    let fifteen_hours = 15 * 60 * MINUTE;
    let world = world_with(|w| {
        vec![
            said(w, 1, w.jiho, fifteen_hours - 1),
            said(w, 2, w.jiho, fifteen_hours),
        ]
    });
    assert_eq!(drawn(&world, None, &[], &[], 0), "d o*@ o@");
    assert_eq!(drawn(&world, None, &[], &[], 9 * 60), "d o*@ d o*@");
}

#[test]
fn the_divider_stands_before_the_first_unread_message_of_another() {
    let world = world_with(|w| {
        vec![
            said(w, 1, w.jiho, 0),
            said(w, 2, w.me, 1),
            said(w, 3, w.jiho, 2),
            said(w, 4, w.jiho, 3),
        ]
    });
    assert_eq!(drawn(&world, Some(1), &[], &[], 0), "d o*@ m*@ u o* o@");
    assert_eq!(drawn(&world, Some(0), &[], &[], 0), "d u o*@ m*@ o* o@");
    assert_eq!(drawn(&world, Some(4), &[], &[], 0), "d o*@ m*@ o* o@");
}

#[test]
fn numbers_count_those_who_had_joined_and_have_not_read() {
    let world = world_with(|w| {
        vec![
            said(w, 1, w.jiho, 0),
            said(w, 2, w.me, MINUTE),
            said(w, 3, w.jiho, 2 * MINUTE),
        ]
    });
    let read = |user_id, joined: i64, read: Option<i64>| ReadState {
        user_id,
        joined_seq: Seq::new(joined),
        read_seq: read.map(Seq::new),
    };
    let reads = [
        read(world.me, 0, Some(3)),
        read(world.jiho, 0, Some(1)),
        read(world.seoyeon, 1, Some(2)),
        read(UserId::new(), 0, None),
    ];
    assert_eq!(drawn(&world, None, &reads, &[], 0), "d o*@ m*@1 o*@1");
}

#[test]
fn notices_break_runs() {
    let world = world_with(|w| {
        let notice = Message {
            system: Some(SystemNotice::MemberLeft),
            text: None,
            ..said(w, 2, w.jiho, 1)
        };
        vec![said(w, 1, w.jiho, 0), notice, said(w, 3, w.jiho, 2)]
    });
    assert_eq!(drawn(&world, None, &[], &[], 0), "d o*@ n o*@");
}

#[test]
fn echoes_stand_at_the_end_and_keep_their_key() {
    let world = world_with(|w| vec![said(w, 1, w.jiho, 0), said(w, 2, w.me, MINUTE)]);
    let waiting = Echo {
        tab: None,
        client_key: ClientKey::new(),
        conversation_id: world.group,
        text: Some("둘".to_owned()),
        files: Vec::new(),
        reply_to: None,
        forward_of: None,
        mentions: Vec::new(),
        is_silent: false,
        wait_until: None,
        created_at: at(MINUTE + 1),
        state: EchoState::Sending,
    };
    let stored = world
        .model
        .timeline(world.group)
        .expect("opened")
        .get(Seq::new(2))
        .expect("there")
        .client_key;
    let settled = Echo {
        client_key: stored,
        ..waiting.clone()
    };
    assert_eq!(drawn(&world, None, &[], &[settled, waiting], 0), "d o*@ m* m@");
}

#[test]
fn echoes_wait_while_the_end_is_not_loaded() {
    let mut world = World::new();
    let items = vec![world.message(1, world.jiho)];
    world.load(items, false, true);
    let waiting = Echo {
        tab: None,
        client_key: ClientKey::new(),
        conversation_id: world.group,
        text: None,
        files: Vec::new(),
        reply_to: None,
        forward_of: None,
        mentions: Vec::new(),
        is_silent: false,
        wait_until: None,
        created_at: at(0),
        state: EchoState::Sending,
    };
    assert_eq!(drawn(&world, None, &[], &[waiting], 0), "d o*@");
}

use damso_domain::{ConversationId, FriendRequestId, History, Rev, Role, Seq, SessionId, UserId};
use damso_protocol::{
    ConversationChanges, ConversationJoined, ConversationLeft, ConversationUpdated, Empty, Friend,
    FriendAdded, FriendRemoved, FriendRequest, FriendRequestClosed, FriendRequestReceived,
    FriendRequestState, MemberChanged, MemberRemoved, MembershipUpdated, MessageCreated, MessageDeleted,
    MessageHidden, MessageWithheld, MessagesErased, MovedRead, Presence, ProfileUpdated, ReactionChanged,
    ReadsMoved, ServerEvent, SessionEnded, SettingsUpdated, TypingStarted, UnreadChanged,
};

use crate::Model;

use super::build::{World, account, at, conversation, created, member, nothing_changed, user};
use super::sharing::settings;

fn tell(model: &mut Model, events: &[ServerEvent]) {
    for event in events {
        model.apply(event.clone(), 0.0);
    }
}

/// One of each fact of a conversation, in the order of their revs.
fn facts(world: &World) -> Vec<ServerEvent> {
    let (id, jiho, seoyeon) = (world.group, world.jiho, world.seoyeon);
    let newcomer = UserId::new();
    let first = world.message(1, jiho);
    let mut changed = first.clone();
    changed.rev = Rev::new(4);
    changed.text = Some("고쳤어요".to_owned());
    changed.edited_at = Some(at(8_000));
    changed.my_reactions = None;
    let mut admin = member(newcomer);
    admin.role = Role::Admin;
    let mut mine = world.message(4, world.me);
    mine.rev = Rev::new(10);
    let rev = Rev::new;
    let reaction = |number, emoji: &str, user_id| ReactionChanged {
        conversation_id: id,
        seq: Seq::new(4),
        rev: rev(number),
        emoji: emoji.to_owned(),
        user_id,
    };
    vec![
        created(first),
        created(world.message(2, seoyeon)),
        ServerEvent::MessageWithheld(MessageWithheld {
            conversation_id: id,
            seq: Seq::new(3),
            rev: rev(3),
        }),
        ServerEvent::MessageUpdated(MessageCreated { message: changed }),
        ServerEvent::MessageDeleted(MessageDeleted {
            conversation_id: id,
            seq: Seq::new(1),
            rev: rev(5),
            author_id: jiho,
            deleted_at: at(9_000),
        }),
        ServerEvent::ConversationUpdated(ConversationUpdated {
            conversation_id: id,
            rev: rev(6),
            name: Some("등산".to_owned()),
            avatar: None,
            history: History::FromJoin,
            notice: Some(Box::new(world.message(2, seoyeon).into_notice())),
        }),
        ServerEvent::MemberAdded(MemberChanged {
            conversation_id: id,
            rev: rev(7),
            member: member(newcomer),
            user: user(newcomer, "현우"),
        }),
        ServerEvent::MemberUpdated(MemberChanged {
            conversation_id: id,
            rev: rev(8),
            member: admin,
            user: user(newcomer, "현우"),
        }),
        ServerEvent::MemberRemoved(MemberRemoved {
            conversation_id: id,
            rev: rev(9),
            user_id: jiho,
        }),
        created(mine),
        ServerEvent::MessagesErased(MessagesErased {
            conversation_id: id,
            rev: rev(11),
            author_id: seoyeon,
            deleted_at: at(10_000),
        }),
        ServerEvent::ReactionAdded(reaction(12, "👍", seoyeon)),
        ServerEvent::ReactionAdded(reaction(13, "👍", world.me)),
        ServerEvent::ReactionAdded(reaction(14, "❤️", world.me)),
        ServerEvent::ReactionRemoved(reaction(15, "👍", seoyeon)),
    ]
}

/// Every order in which neighbours have changed places, each fact twice.
#[test]
fn facts_twice_and_out_of_order_end_in_the_same_state() {
    let world = World::opened();
    let facts = facts(&world);
    let mut straight = world.model.clone();
    tell(&mut straight, &facts);
    assert_eq!(
        straight.chats.get(world.group).expect("listed").conversation.rev,
        Rev::new(15)
    );

    for shift in 0..facts.len() {
        let mut shuffled = facts.clone();
        shuffled.rotate_left(shift);
        shuffled.reverse();
        let mut model = world.model.clone();
        tell(&mut model, &shuffled);
        tell(&mut model, &shuffled);
        assert_eq!(model, straight, "rotated by {shift}");
    }
}

/// A client that heard every event knows what a client knows that heard none and asked.
#[test]
fn facts_lead_to_what_a_sync_says() {
    let world = World::opened();
    let mut told = world.model.clone();
    tell(&mut told, &facts(&world));

    // The server's own view: the changed messages as they are now, and the conversation as it is now.
    let truth = told.chats.get(world.group).expect("listed").clone();
    let messages = told
        .timeline(world.group)
        .expect("opened")
        .messages()
        .map(|message| (**message).clone())
        .collect();
    let mut asked = world.model.clone();
    asked.begin_sync();
    let mut answer = nothing_changed(Rev::ZERO);
    answer.users = truth
        .members()
        .iter()
        .filter_map(|member| told.people.user(member.user_id).cloned())
        .collect();
    answer.conversations = vec![ConversationChanges {
        id: world.group,
        rev: Rev::new(15),
        messages,
        withheld: vec![Seq::new(3)],
        members: truth.members().to_vec(),
        removed_members: vec![world.jiho],
        conversation: truth.conversation.clone(),
        is_reset: false,
    }];
    asked.take_sync(answer);
    asked.end_sync(0.0);

    assert_eq!(asked.chats, told.chats);
    assert_eq!(asked.timeline(world.group), told.timeline(world.group));
    assert_eq!(asked.people, told.people);
}

#[test]
fn a_gap_waits_for_what_is_missing() {
    let mut world = World::opened();
    let [first, second] = [world.said(1, world.jiho), world.said(2, world.jiho)];
    let effects = world.apply(second);
    assert!(effects.gaps.contains(&world.group));
    assert_eq!(world.seqs(), [0_i64; 0]);
    assert!(world.model.has_gap(world.group));

    let effects = world.apply(first);
    assert!(effects.gaps.is_empty());
    assert_eq!(effects.arrivals.len(), 2);
    assert_eq!(world.seqs(), [1, 2]);
    assert!(!world.model.has_gap(world.group));
}

#[test]
fn what_arrives_during_a_sync_is_applied_after_it() {
    let mut world = World::opened();
    let (first, second) = (world.message(1, world.jiho), world.said(2, world.jiho));
    world.model.begin_sync();
    assert_eq!(world.apply(second), crate::Effects::default());
    let mut now = world.chat().clone();
    now.rev = Rev::new(1);
    now.last_seq = Seq::new(1);
    now.unread_count = 1;
    let mut answer = nothing_changed(Rev::ZERO);
    answer.conversations = vec![ConversationChanges {
        id: world.group,
        rev: Rev::new(1),
        messages: vec![first],
        withheld: Vec::new(),
        members: Vec::new(),
        removed_members: Vec::new(),
        conversation: now,
        is_reset: false,
    }];
    world.model.take_sync(answer);
    let effects = world.model.end_sync(0.0);
    assert_eq!(world.seqs(), [1, 2]);
    assert_eq!(world.chat().unread_count, 2);
    assert!(effects.gaps.is_empty());
}

#[test]
fn a_reset_drops_the_copy() {
    let mut world = World::opened();
    let event = world.said(1, world.jiho);
    world.apply(event);
    let mut now = world.chat().clone();
    now.rev = Rev::new(900);
    world.model.begin_sync();
    let mut answer = nothing_changed(Rev::ZERO);
    answer.conversations = vec![ConversationChanges {
        id: world.group,
        rev: Rev::new(900),
        messages: Vec::new(),
        withheld: Vec::new(),
        members: Vec::new(),
        removed_members: Vec::new(),
        conversation: now,
        is_reset: true,
    }];
    let effects = world.model.take_sync(answer);
    assert!(effects.reset.contains(&world.group));
    assert!(world.model.timeline(world.group).is_none());
}

#[test]
fn unread_counts_follow_others_and_my_pointer() {
    let mut world = World::opened();
    for seq in 1..=3 {
        let author = if seq == 2 { world.me } else { world.jiho };
        let event = world.said(seq, author);
        world.apply(event);
    }
    assert_eq!(world.chat().unread_count, 2);
    assert!(world.model.shows_unread(world.group, Seq::new(3)));

    let gone = MessageDeleted {
        conversation_id: world.group,
        seq: Seq::new(3),
        rev: Rev::new(4),
        author_id: world.jiho,
        deleted_at: at(0),
    };
    world.apply(ServerEvent::MessageDeleted(gone));
    assert_eq!(world.chat().unread_count, 1);

    let read = |read_seq, unread_count| {
        ServerEvent::UnreadChanged(UnreadChanged {
            conversation_id: world.group,
            read_seq: Seq::new(read_seq),
            unread_count,
            mention_count: 0,
            rev: Rev::new(4),
            user_rev: Rev::ZERO,
        })
    };
    let (newer, older) = (read(3, 0), read(1, 2));
    world.apply(newer);
    world.apply(older);
    assert_eq!(
        (world.chat().unread_count, world.chat().membership.read_seq),
        (0, Seq::new(3))
    );
    assert!(!world.model.shows_unread(world.group, Seq::new(3)));
}

#[test]
fn a_pointer_that_is_ahead_of_my_own_stream_is_asked_for_again() {
    let mut world = World::new();
    let read = |user_rev| {
        ServerEvent::UnreadChanged(UnreadChanged {
            conversation_id: world.group,
            read_seq: Seq::new(3),
            unread_count: 0,
            mention_count: 0,
            rev: Rev::new(1),
            user_rev: Rev::new(user_rev),
        })
    };
    let (now, ahead) = (read(0), read(2));
    assert!(!world.apply(now).has_wide_gap);
    assert!(
        world.apply(ahead).has_wide_gap,
        "I may have left and come back meanwhile"
    );
}

#[test]
fn whether_a_deletion_counts_is_asked_for_when_the_message_is_not_loaded() {
    let mut world = World::new();
    let [first, second] = [world.said(1, world.jiho), world.said(2, world.me)];
    world.apply(first);
    world.apply(second);
    for (seq, author_id, rev, asks) in [(2, world.me, 3, false), (1, world.jiho, 4, true)] {
        let gone = MessageDeleted {
            conversation_id: world.group,
            seq: Seq::new(seq),
            rev: Rev::new(rev),
            author_id,
            deleted_at: at(0),
        };
        let effects = world.apply(ServerEvent::MessageDeleted(gone));
        assert_eq!(effects.stale.contains(&world.group), asks, "{seq}");
    }
}

#[test]
fn reads_only_move_forward_until_somebody_is_not_counted() {
    let mut world = World::opened();
    let reads = [world.jiho, world.me].map(|user_id| damso_protocol::MemberRead {
        user_id,
        joined_seq: Seq::ZERO,
        read_seq: Seq::new(5),
    });
    let request = world.model.request_reads(world.group);
    assert!(!world.model.take_reads(request, Some(&reads)));
    for (read_seq, expected) in [
        (Some(7), Some(7)),
        (Some(6), Some(7)),
        (None, None),
        (Some(2), Some(2)),
    ] {
        let read = MovedRead {
            user_id: world.jiho,
            read_seq: read_seq.map(Seq::new),
        };
        world.apply(ServerEvent::ReadsMoved(ReadsMoved {
            conversation_id: world.group,
            reads: vec![read],
        }));
        let state = world.model.chats.get(world.group).expect("listed").reads()[0];
        assert_eq!(state.read_seq, expected.map(Seq::new));
    }
}

/// My own stream: each fact, its repetition, and a gap.
#[test]
fn my_own_stream_is_applied_once_and_in_order() {
    let mut world = World::opened();
    let other = ConversationId::new();
    let rev = Rev::new;
    let friend = Friend {
        user: user(world.jiho, "지호"),
        nickname: None,
        is_favorite: false,
        is_hidden: false,
        since: at(0),
        presence: Presence::NOT_TOLD,
        birthday: None,
    };
    let request = FriendRequest {
        id: FriendRequestId::new(),
        from: user(world.seoyeon, "서연"),
        to: damso_protocol::User::from(&account(world.me)),
        message: String::new(),
        state: FriendRequestState::Pending,
        created_at: at(0),
    };
    let mut membership = world.chat().membership.clone();
    membership.is_pinned = true;
    let events = [
        ServerEvent::FriendAdded(FriendAdded {
            user_rev: rev(1),
            friend,
        }),
        ServerEvent::FriendRequestReceived(FriendRequestReceived {
            user_rev: rev(2),
            request: request.clone(),
        }),
        ServerEvent::ConversationJoined(ConversationJoined {
            user_rev: rev(3),
            conversation: Box::new(conversation(other, &[world.me])),
            users: Vec::new(),
        }),
        ServerEvent::MembershipUpdated(MembershipUpdated {
            user_rev: rev(4),
            conversation_id: world.group,
            membership,
        }),
        ServerEvent::FriendRequestClosed(FriendRequestClosed {
            user_rev: rev(5),
            request_id: request.id,
        }),
        ServerEvent::ConversationLeft(ConversationLeft {
            user_rev: rev(6),
            conversation_id: other,
        }),
        ServerEvent::FriendRemoved(FriendRemoved {
            user_rev: rev(7),
            user_id: world.jiho,
        }),
        ServerEvent::SettingsUpdated(SettingsUpdated {
            user_rev: rev(8),
            settings: settings(false),
        }),
    ];
    let mut straight = world.model.clone();
    tell(&mut straight, &events);
    assert!(straight.people.incoming().is_empty() && !straight.people.is_friend(world.jiho));
    assert!(straight.chats.get(other).is_none());
    assert!(
        straight
            .chats
            .get(world.group)
            .expect("listed")
            .conversation
            .membership
            .is_pinned
    );

    let reversed: Vec<_> = events.iter().rev().cloned().collect();
    let effects = world.apply(reversed[0].clone());
    assert!(effects.has_wide_gap);
    tell(&mut world.model, &reversed);
    tell(&mut world.model, &reversed);
    assert_eq!(world.model, straight);
}

#[test]
fn hiding_a_message_takes_it_away_and_asks_for_the_one_before() {
    let mut world = World::opened();
    let event = world.said(1, world.jiho);
    world.apply(event);
    let hidden = MessageHidden {
        user_rev: Rev::new(1),
        conversation_id: world.group,
        seq: Seq::new(1),
    };
    let effects = world.apply(ServerEvent::MessageHidden(hidden));
    assert_eq!(world.seqs(), [0_i64; 0]);
    assert!(effects.stale.contains(&world.group));
}

#[test]
fn a_message_that_was_hidden_before_it_came_is_not_shown() {
    let mut world = World::opened();
    let said = world.said(1, world.jiho);
    let hidden = MessageHidden {
        user_rev: Rev::new(1),
        conversation_id: world.group,
        seq: Seq::new(1),
    };
    world.apply(ServerEvent::MessageHidden(hidden));
    world.apply(said);
    assert_eq!(world.seqs(), [0_i64; 0]);
    assert_eq!(world.chat().unread_count, 0);
    assert_eq!(world.chat().last_seq, Seq::new(1));
}

#[test]
fn fleeting_events_change_only_what_they_name() {
    let mut world = World::opened();
    let typing = TypingStarted {
        conversation_id: world.group,
        user_id: world.jiho,
    };
    assert!(world.apply(ServerEvent::TypingStarted(typing)).typing);
    assert_eq!(world.model.typing.users(world.group), [world.jiho]);
    let mine = TypingStarted {
        conversation_id: world.group,
        user_id: world.me,
    };
    assert!(!world.apply(ServerEvent::TypingStarted(mine)).typing);
    let event = world.said(1, world.jiho);
    assert!(world.apply(event).typing, "who has sent is not typing any more");

    let mut older = user(world.jiho, "옛 이름");
    older.version = 0;
    assert!(
        !world
            .apply(ServerEvent::ProfileUpdated(ProfileUpdated { user: older }))
            .people
    );
    let mut newer = user(world.jiho, "새 이름");
    newer.version = 2;
    assert!(
        world
            .apply(ServerEvent::ProfileUpdated(ProfileUpdated { user: newer }))
            .people
    );

    let session_id = SessionId::new();
    let ended = world.apply(ServerEvent::SessionEnded(SessionEnded { session_id }));
    assert_eq!(ended.ended_session, Some(session_id));
    assert!(world.apply(ServerEvent::Resync(Empty {})).needs_resync);
}

#[test]
fn an_unknown_author_is_asked_for() {
    let mut world = World::opened();
    let stranger = UserId::new();
    let event = world.said(1, stranger);
    assert!(world.apply(event).unknown_users.contains(&stranger));
}

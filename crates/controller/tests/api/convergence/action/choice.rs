//! What somebody does next, by chance.

use damso_domain::{
    BirthdayVisibility, ClientKey, ConversationId, FriendRequestsFrom, GroupAddsFrom, History, MessageRef,
    MessagesFrom, PresenceStatus, PresenceVisibility, Role, Seq, UserId,
};
use damso_protocol::{
    DeleteFor, UpdateConversationRequest, UpdateFriendRequest, UpdateMembershipRequest, UpdateSettingsRequest,
};
use fastrand::Rng;

use super::{Action, EMOJI};
use crate::convergence::World;

pub(super) fn choose(world: &World, rng: &mut Rng, places: &[ConversationId]) -> Action {
    let mut pick = |people: &[UserId]| people[rng.usize(..people.len())];
    let (actor, other) = (pick(&world.people), pick(&world.people));
    let place = places[rng.usize(..places.len())];
    let seq = Seq::new(rng.i64(0..40));
    match rng.u8(..92) {
        0..13 => Action::Send(actor, place, ClientKey::new()),
        13 => match world.keys.get(rng.usize(..=world.keys.len())) {
            Some(sent) => Action::Send(sent.user, sent.place, sent.key),
            None => Action::Send(actor, place, ClientKey::new()),
        },
        14..17 => {
            let target = MessageRef {
                conversation_id: place,
                seq,
            };
            let audience = if rng.bool() {
                DeleteFor::Everyone
            } else {
                DeleteFor::Me
            };
            Action::Delete(actor, target, audience)
        }
        17..23 => Action::Read(actor, place, seq),
        23 => Action::Change(actor, place, change_of_group(rng)),
        24..27 => Action::Add(actor, place, other),
        27 => Action::Remove(actor, place, other),
        28 => {
            let role = [Role::Member, Role::Admin, Role::Owner][rng.usize(..3)];
            Action::SetRole(actor, place, other, role)
        }
        64..67 => Action::Folder(actor, place, rng.u8(..)),
        29 | 62 | 63 => Action::View(actor, place, change_of_view(rng)),
        30 => Action::Leave(actor, place),
        31 => Action::OpenDirect(actor, other),
        33 => Action::AnswerRequest(actor, rng.u8(..4) > 0),
        34 if rng.bool() => Action::Unfriend(actor, other),
        35 | 36 => Action::Settings(actor, change_of_settings(rng)),
        37 => {
            use PresenceStatus::{Away, Busy, Invisible, Online};
            Action::Presence(actor, [Online, Away, Busy, Invisible][rng.usize(..4)])
        }
        38 => Action::Rename(actor, rng.u8(..)),
        40..42 => match world.keys.get(rng.usize(..=world.keys.len())) {
            // Most people have written few of the messages, so that what they meet by chance is not theirs.
            Some(sent) => Action::Edit(sent.user, sent.target(), rng.u8(..4), rng.bool().then_some(other)),
            None => Action::Edit(actor, message_at(place, seq), rng.u8(..4), None),
        },
        42..46 => Action::React(actor, message_at(place, seq), EMOJI[rng.usize(..3)]),
        46..48 => Action::Unreact(actor, message_at(place, seq), EMOJI[rng.usize(..3)]),
        48 => Action::Block(actor, other, rng.bool()),
        49 | 50 => Action::Unblock(actor, other),
        51..54 => Action::Reply(actor, message_at(place, seq), ClientKey::new()),
        54 | 55 => Action::Keep(actor, other, change_of_friend(rng)),
        56 | 57 => Action::Join(actor, place, other),
        58 => Action::BefriendByLink(actor, other),
        73..77 => Action::SetNotice(actor, message_at(place, seq)),
        77 => Action::RemoveNotice(actor, place),
        78..82 => {
            let number = (rng.u8(..4) > 0).then(|| rng.u8(..4));
            Action::Draft(actor, place, number, rng.bool().then_some(seq))
        }
        82 | 83 => Action::Poll(actor, place, ClientKey::new(), rng.u8(..4)),
        84..91 => {
            // Most messages are no polls: one of those that are there.
            let Some(target) = world.polls.get(rng.usize(..=world.polls.len())) else {
                return Action::Poll(actor, place, ClientKey::new(), rng.u8(..4));
            };
            let chosen = (1..=3).filter(|_| rng.u8(..3) == 0).collect();
            Action::Vote(actor, *target, chosen)
        }
        91 => match world.polls.get(rng.usize(..=world.polls.len())) {
            Some(target) if rng.bool() => Action::ClosePoll(actor, *target),
            _ => Action::Vote(actor, message_at(place, seq), vec![1]),
        },
        59..62 => {
            let from = world.places[rng.usize(..world.places.len())];
            Action::Forward(actor, message_at(from, seq), place, ClientKey::new())
        }
        67..73 => {
            let who = (rng.u8(..4) > 0).then_some(other);
            Action::Mention(actor, place, ClientKey::new(), who)
        }
        _ => Action::Befriend(actor, other),
    }
}

const fn message_at(place: ConversationId, seq: Seq) -> MessageRef {
    MessageRef {
        conversation_id: place,
        seq,
    }
}

fn change_of_view(rng: &mut Rng) -> UpdateMembershipRequest {
    let none = UpdateMembershipRequest::default();
    match rng.u8(..5) {
        0 => UpdateMembershipRequest {
            is_pinned: Some(rng.bool()),
            muted_until: Some(None),
            ..none
        },
        1 | 2 => UpdateMembershipRequest {
            is_archived: Some(rng.u8(..4) > 0),
            ..none
        },
        3 => UpdateMembershipRequest {
            is_marked_unread: Some(rng.bool()),
            ..none
        },
        _ => UpdateMembershipRequest {
            name_override: Some(rng.bool().then(|| format!("mine {}", rng.u8(..)))),
            ..none
        },
    }
}

fn change_of_group(rng: &mut Rng) -> UpdateConversationRequest {
    if rng.bool() {
        return UpdateConversationRequest {
            name: Some(Some(format!("group {}", rng.u8(..)))),
            ..UpdateConversationRequest::default()
        };
    }
    let history = if rng.bool() {
        History::All
    } else {
        History::FromJoin
    };
    UpdateConversationRequest {
        history: Some(history),
        ..UpdateConversationRequest::default()
    }
}

fn change_of_friend(rng: &mut Rng) -> UpdateFriendRequest {
    match rng.u8(..4) {
        0 => UpdateFriendRequest {
            is_favorite: Some(rng.bool()),
            ..UpdateFriendRequest::default()
        },
        1 => UpdateFriendRequest {
            is_hidden: Some(rng.bool()),
            ..UpdateFriendRequest::default()
        },
        _ => UpdateFriendRequest {
            nickname: Some(rng.bool().then(|| format!("nickname {}", rng.u8(..)))),
            ..UpdateFriendRequest::default()
        },
    }
}

fn change_of_settings(rng: &mut Rng) -> UpdateSettingsRequest {
    match rng.u8(..6) {
        4 | 5 => change_of_reach(rng),
        0 => UpdateSettingsRequest {
            typing_indicators: Some(rng.bool()),
            ..UpdateSettingsRequest::default()
        },
        1 => UpdateSettingsRequest {
            presence_visibility: Some(PresenceVisibility::Friends),
            ..UpdateSettingsRequest::default()
        },
        _ => UpdateSettingsRequest {
            read_receipts: Some(rng.bool()),
            ..UpdateSettingsRequest::default()
        },
    }
}

/// Mostly open, so that people go on meeting.
fn change_of_reach(rng: &mut Rng) -> UpdateSettingsRequest {
    let (is_closed, half) = (rng.u8(..4) == 0, rng.bool());
    UpdateSettingsRequest {
        discoverable_by_handle: Some(!is_closed),
        friend_requests_from: Some(match (is_closed, half) {
            (false, _) => FriendRequestsFrom::Everyone,
            (true, false) => FriendRequestsFrom::FriendsOfFriends,
            (true, true) => FriendRequestsFrom::Nobody,
        }),
        group_adds_from: Some(if is_closed {
            GroupAddsFrom::Nobody
        } else {
            GroupAddsFrom::Friends
        }),
        messages_from: Some(if half {
            MessagesFrom::Everyone
        } else {
            MessagesFrom::Friends
        }),
        birthday_visibility: Some(if rng.u8(..4) == 0 {
            BirthdayVisibility::Nobody
        } else {
            BirthdayVisibility::Friends
        }),
        ..UpdateSettingsRequest::default()
    }
}

//! What people do. Refusals are fine: they must not tell anybody anything either.

mod choice;

use damso_domain::{ClientKey, ConversationId, Mention, MessageRef, PresenceStatus, Role, Seq, UserId};
use damso_protocol::{
    BlockRequest, CreateConversationRequest, CreateFolderRequest, CreateFriendRequest,
    CreateGroupInviteRequest, CreatePollRequest, DeleteFor, Direction, EditMessageRequest, ForwardOf,
    FriendRequestsQuery, MarkReadRequest, PollVoteRequest, SendMessageRequest, SetDraftRequest,
    SetPresenceRequest, UpdateConversationRequest, UpdateFolderRequest, UpdateFriendRequest, UpdateMeRequest,
    UpdateMembershipRequest, UpdateSettingsRequest,
};
use damso_service::{ServiceError, ServiceResult, Services};
use fastrand::Rng;

use self::choice::choose;
use super::{Sent, World};

/// One thing that somebody does.
#[derive(Clone, Debug)]
enum Action {
    Send(UserId, ConversationId, ClientKey),
    Reply(UserId, MessageRef, ClientKey),
    /// `None`: everybody.
    Mention(UserId, ConversationId, ClientKey, Option<UserId>),
    Forward(UserId, MessageRef, ConversationId, ClientKey),
    Delete(UserId, MessageRef, DeleteFor),
    Read(UserId, ConversationId, Seq),
    Change(UserId, ConversationId, UpdateConversationRequest),
    Add(UserId, ConversationId, UserId),
    Remove(UserId, ConversationId, UserId),
    SetRole(UserId, ConversationId, UserId, Role),
    View(UserId, ConversationId, UpdateMembershipRequest),
    Leave(UserId, ConversationId),
    OpenDirect(UserId, UserId),
    Befriend(UserId, UserId),
    AnswerRequest(UserId, bool),
    Unfriend(UserId, UserId),
    Keep(UserId, UserId, UpdateFriendRequest),
    Settings(UserId, UpdateSettingsRequest),
    Presence(UserId, PresenceStatus),
    Rename(UserId, u8),
    /// Perhaps with a mention.
    Edit(UserId, MessageRef, u8, Option<UserId>),
    React(UserId, MessageRef, &'static str),
    Unreact(UserId, MessageRef, &'static str),
    Block(UserId, UserId, bool),
    Unblock(UserId, UserId),
    /// Somebody comes into a group by a link that another one makes for them.
    Join(UserId, ConversationId, UserId),
    /// Somebody makes a folder, changes one of theirs, puts a conversation into one, or deletes one.
    Folder(UserId, ConversationId, u8),
    /// Somebody becomes a friend by a link.
    BefriendByLink(UserId, UserId),
    SetNotice(UserId, MessageRef),
    RemoveNotice(UserId, ConversationId),
    /// `None`: nothing is begun any more.
    Draft(UserId, ConversationId, Option<u8>, Option<Seq>),
    /// With these bits: anonymous, several can be chosen.
    Poll(UserId, ConversationId, ClientKey, u8),
    /// Nothing chosen: it is taken back.
    Vote(UserId, MessageRef, Vec<i64>),
    ClosePoll(UserId, MessageRef),
}

/// Few kinds, so that people meet in them.
const EMOJI: [&str; 3] = ["👍", "❤️", "🇰🇷"];

pub(super) async fn act(world: &mut World, rng: &mut Rng, promises: &str) {
    let action = choose(world, rng, &world.places);
    let sent = perform(&world.services, &action).await;
    // Nobody else does anything, so that what was acknowledged is there.
    if let (
        Some(sent),
        Action::Send(user, ..)
        | Action::Reply(user, ..)
        | Action::Mention(user, ..)
        | Action::Forward(user, ..)
        | Action::Poll(user, ..),
    ) = (sent, &action)
    {
        let target = MessageRef {
            conversation_id: sent.place,
            seq: sent.seq,
        };
        let stored = world.services.messages.get(*user, target).await;
        assert!(
            stored.is_ok_and(|stored| stored.id == sent.id) || world.knows(sent.key),
            "{promises}: {sent:?} was acknowledged and is not there"
        );
    }
    remember(world, &action, sent).await;
}

/// Asks for messages again that were acknowledged: each key stands for the one that was stored first.
pub(super) async fn send_again(world: &World, rng: &mut Rng, promises: &str) {
    for _ in 0..3 {
        let Some(sent) = world.keys.get(rng.usize(..=world.keys.len())) else {
            continue;
        };
        let again = perform(&world.services, &Action::Send(sent.user, sent.place, sent.key)).await;
        let again = again.expect("a known key is answered whatever has happened since");
        assert_eq!(
            (again.id, again.seq),
            (sent.id, sent.seq),
            "{promises}: {sent:?} was stored twice"
        );
    }
}

/// Two people, or two devices of one, at the same moment, mostly in one conversation.
pub(super) async fn act_twice_at_once(world: &mut World, rng: &mut Rng) {
    let place = [world.places[rng.usize(..world.places.len())]];
    let (one, other) = (choose(world, rng, &place), choose(world, rng, &place));
    let (of_one, of_other) = tokio::join!(perform(&world.services, &one), perform(&world.services, &other));
    remember(world, &one, of_one).await;
    remember(world, &other, of_other).await;
}

async fn remember(world: &mut World, action: &Action, sent: Option<Sent>) {
    if let (Some(sent), Action::Poll(..)) = (sent, action) {
        world.polls.push(sent.target());
    }
    if let Some(sent) = sent.filter(|sent| !world.knows(sent.key)) {
        world.keys.push(sent);
    }
    if let Action::OpenDirect(user, other) = action {
        // It exists now; this finds it.
        let direct = CreateConversationRequest::Direct { user_id: *other };
        world.open(*user, direct).await;
    }
}

const fn at_the_beginning(user_id: Option<UserId>) -> Mention {
    Mention {
        user_id,
        start: 0,
        end: 2,
    }
}

async fn send(
    services: &Services,
    user: UserId,
    place: ConversationId,
    key: ClientKey,
    reply_to_seq: Option<Seq>,
) -> Option<Sent> {
    let request = SendMessageRequest {
        client_key: key,
        text: Some(format!("message {key}")),
        attachment_ids: Vec::new(),
        reply_to_seq,
        forward_of: None,
        mention_spans: Vec::new(),
        mentions_all: false,
        // One in four.
        is_silent: key.as_uuid().as_u128().is_multiple_of(4),
    };
    send_request(services, user, place, &request).await
}

async fn send_request(
    services: &Services,
    user: UserId,
    place: ConversationId,
    request: &SendMessageRequest,
) -> Option<Sent> {
    let key = request.client_key;
    let sent = refused(services.messages.send(user, place, request).await)?;
    Some(Sent {
        user,
        place,
        key,
        id: sent.message.id,
        seq: sent.message.seq,
    })
}

/// Does it. Says what was stored when it was a message.
#[expect(clippy::too_many_lines, reason = "one arm for each action")]
async fn perform(services: &Services, action: &Action) -> Option<Sent> {
    match action.clone() {
        Action::Send(user, place, key) => return send(services, user, place, key, None).await,
        Action::Reply(user, target, key) => {
            return send(services, user, target.conversation_id, key, Some(target.seq)).await;
        }
        Action::Mention(user, place, client_key, who) => {
            let request = SendMessageRequest {
                client_key,
                text: Some(format!("@x {client_key}")),
                attachment_ids: Vec::new(),
                reply_to_seq: None,
                forward_of: None,
                mention_spans: vec![at_the_beginning(who)],
                mentions_all: who.is_none(),
                is_silent: false,
            };
            return send_request(services, user, place, &request).await;
        }
        Action::Forward(user, MessageRef { conversation_id, seq }, place, client_key) => {
            let request = SendMessageRequest {
                client_key,
                text: None,
                attachment_ids: Vec::new(),
                reply_to_seq: None,
                forward_of: Some(ForwardOf { conversation_id, seq }),
                mention_spans: Vec::new(),
                mentions_all: false,
                is_silent: false,
            };
            return send_request(services, user, place, &request).await;
        }
        Action::Delete(user, target, audience) => {
            done(services.messages.delete(user, target, audience).await);
        }
        Action::Read(user, place, seq) => {
            done(
                services
                    .reads
                    .mark_read(user, place, MarkReadRequest { seq })
                    .await,
            );
        }
        Action::Change(user, place, change) => done(services.groups.update(user, place, change).await),
        Action::Add(user, place, other) => done(services.members.add(user, place, vec![other]).await),
        Action::Remove(user, place, other) => done(services.members.remove(user, place, other).await),
        Action::SetRole(user, place, other, role) => {
            done(services.members.update_role(user, place, other, role).await);
        }
        Action::View(user, place, view) => {
            done(services.conversations.update_membership(user, place, view).await);
        }
        Action::Folder(user, place, number) => keep_folders(services, user, place, number).await,
        Action::Leave(user, place) => done(services.conversations.leave(user, place).await),
        Action::OpenDirect(user, user_id) => {
            let direct = CreateConversationRequest::Direct { user_id };
            done(services.conversations.create(user, direct).await);
        }
        Action::Befriend(user, other) => {
            let request = CreateFriendRequest {
                user_id: Some(other),
                ..CreateFriendRequest::default()
            };
            done(services.friends.request(user, &request).await);
        }
        Action::AnswerRequest(user, accepts) => answer_request(services, user, accepts).await,
        Action::Unfriend(user, other) => done(services.friends.remove(user, other).await),
        Action::Keep(user, other, change) => done(services.friends.update(user, other, &change).await),
        Action::Settings(user, change) => done(services.settings.update(user, change).await),
        Action::Presence(user, status) => {
            let request = SetPresenceRequest {
                status,
                text: None,
                expires_at: None,
            };
            done(services.settings.set_presence(user, &request).await);
        }
        Action::Edit(user, target, number, who) => {
            let request = EditMessageRequest {
                text: Some(format!("@x {number}")),
                mention_spans: who.map(|who| at_the_beginning(Some(who))).into_iter().collect(),
                mentions_all: false,
            };
            done(services.edits.edit(user, target, &request).await);
        }
        Action::React(user, target, emoji) => done(services.reactions.add(user, target, emoji).await),
        Action::Unreact(user, target, emoji) => done(services.reactions.remove(user, target, emoji).await),
        Action::Rename(user, number) => {
            let request = UpdateMeRequest {
                display_name: Some(format!("name {number}")),
                birthday: (number % 2 == 0)
                    .then(|| (number % 3 > 0).then(|| format!("03-{:02}", number % 16 + 1))),
                ..UpdateMeRequest::default()
            };
            done(services.account.update(user, &request).await);
        }
        Action::Block(user, other, hide_profile) => {
            done(
                services
                    .blocks
                    .put(user, other, BlockRequest { hide_profile })
                    .await,
            );
        }
        Action::Unblock(user, other) => done(services.blocks.remove(user, other).await),
        Action::Join(maker, place, user) => {
            let request = CreateGroupInviteRequest::default();
            let made = services
                .invite_links
                .create_for_group(maker, place, request)
                .await;
            if let Some(invite) = refused(made) {
                done(services.invite_links.join(user, &invite.code).await);
                done(
                    services
                        .invite_links
                        .delete_for_group(maker, place, &invite.code)
                        .await,
                );
            }
        }
        Action::BefriendByLink(maker, user) => {
            let invite = services.invite_links.create_for_friend(maker).await.unwrap();
            let request = CreateFriendRequest {
                invite_code: Some(invite.code),
                ..CreateFriendRequest::default()
            };
            done(services.friends.request(user, &request).await);
        }
        Action::SetNotice(user, target) => {
            done(
                services
                    .notices
                    .set(user, target.conversation_id, target.seq)
                    .await,
            );
        }
        Action::Poll(user, place, client_key, kind) => {
            let request = CreatePollRequest {
                client_key,
                question: format!("poll {client_key}"),
                options: ["one", "two", "three"].map(str::to_owned).to_vec(),
                is_multiple: kind & 1 == 1,
                is_anonymous: kind & 2 == 2,
                closes_at: None,
            };
            let made = refused(services.polls.create(user, place, &request).await)?;
            return Some(Sent {
                user,
                place,
                key: client_key,
                id: made.message.id,
                seq: made.message.seq,
            });
        }
        Action::Vote(user, target, options) if options.is_empty() => {
            done(services.polls.take_vote_back(user, target).await);
        }
        Action::Vote(user, target, options) => {
            done(
                services
                    .polls
                    .vote(user, target, &PollVoteRequest { options })
                    .await,
            );
        }
        Action::ClosePoll(user, target) => done(services.polls.close(user, target).await),
        Action::RemoveNotice(user, place) => done(services.notices.remove(user, place).await),
        Action::Draft(user, place, number, reply_to_seq) => {
            let request = SetDraftRequest {
                text: number.map(|number| format!("half {number} ")).unwrap_or_default(),
                reply_to_seq: reply_to_seq.filter(|_| number.is_some()),
            };
            done(services.drafts.set(user, place, &request).await);
        }
    }
    None
}

/// Somebody may be refused, but nothing may go wrong.
fn done<T>(outcome: ServiceResult<T>) {
    drop(refused(outcome));
}

/// What came of it. Somebody may be refused, but nothing may go wrong.
fn refused<T>(outcome: ServiceResult<T>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        // Two who open one direct conversation at once: the second is asked to try again.
        Err(ServiceError::Refused(_) | ServiceError::Unavailable(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn answer_request(services: &Services, user: UserId, accepts: bool) {
    let query = FriendRequestsQuery {
        direction: Direction::Incoming,
        cursor: None,
        limit: None,
    };
    let waiting = services.friends.list_requests(user, &query).await.unwrap();
    let Some(request) = waiting.items.first() else {
        return;
    };
    if accepts {
        done(services.friends.accept(user, request.id).await);
    } else {
        done(services.friends.decline(user, request.id).await);
    }
}

async fn keep_folders(services: &Services, user: UserId, place: ConversationId, number: u8) {
    let folders = services.folders.list(user).await.unwrap().items;
    let name = format!("folder {number}");
    let Some(folder) = folders.get(usize::from(number / 8) % folders.len().max(1)) else {
        return done(services.folders.create(user, &CreateFolderRequest { name }).await);
    };
    match number % 8 {
        0 => done(services.folders.create(user, &CreateFolderRequest { name }).await),
        1 => {
            let request = UpdateFolderRequest {
                name: Some(name),
                position: Some(i64::from(number % 3)),
            };
            done(services.folders.update(user, folder.id, &request).await);
        }
        2 => done(services.folders.delete(user, folder.id).await),
        _ => {
            let view = UpdateMembershipRequest {
                folder_id: Some((number % 8 != 3).then_some(folder.id)),
                ..UpdateMembershipRequest::default()
            };
            done(services.conversations.update_membership(user, place, view).await);
        }
    }
}

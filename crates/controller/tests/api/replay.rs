//! Events applied to an old state give what a fresh look gives. It finds the event that somebody forgot.

use std::collections::BTreeMap;

use damso_domain::{ConversationId, History, MessageKind, Role, Seq, UserId};
use damso_protocol::{Conversation, Member, Message, ServerEvent, SyncPosition, SyncRequest, SyncResponse};
use damso_testing::{Actor, Inbox, TestApp};
use serde_json::json;

use crate::followed;

/// One conversation as a client keeps it.
#[derive(Clone, Debug, PartialEq)]
struct Copy {
    rev: i64,
    name: Option<String>,
    history: History,
    /// What stands on top, and what it says.
    notice: Option<(Seq, Option<String>)>,
    is_pinned: bool,
    read_seq: Seq,
    members: BTreeMap<UserId, (Role, Seq)>,
    messages: BTreeMap<Seq, Message>,
}

impl Copy {
    async fn fetch(viewer: &Actor, conversation: &Conversation) -> Self {
        let page = viewer.page(conversation.id, "limit=100").await;
        assert!(!page.has_more_before, "the scripts are shorter than a page");
        let mut copy = Self {
            rev: 0,
            name: None,
            history: conversation.history,
            notice: None,
            is_pinned: conversation.membership.is_pinned,
            read_seq: conversation.membership.read_seq,
            members: conversation.members.iter().map(place).collect(),
            messages: page
                .items
                .into_iter()
                .map(|message| (message.seq, message))
                .collect(),
        };
        copy.take_settings(conversation);
        copy
    }

    fn take_settings(&mut self, conversation: &Conversation) {
        self.rev = conversation.rev.as_i64();
        self.name.clone_from(&conversation.name);
        self.history = conversation.history;
        self.notice = conversation.notice.as_deref().map(said);
    }

    fn drop_notice(&mut self, seq: Seq) {
        self.notice.take_if(|(known, _)| *known == seq);
    }

    fn unread(&self, viewer: UserId) -> usize {
        let counts = |message: &&Message| {
            self.read_seq < message.seq
                && message.author_id != viewer
                && message.kind == MessageKind::User
                && message.deleted_at.is_none()
        };
        self.messages.values().filter(counts).count()
    }

    fn apply(&mut self, viewer: UserId, event: &ServerEvent) {
        followed::apply(&mut self.messages, viewer, event);
        match event {
            ServerEvent::ConversationUpdated(updated) => {
                self.name.clone_from(&updated.name);
                self.history = updated.history;
                self.notice = updated.notice.as_deref().map(said);
            }
            ServerEvent::MessageUpdated(updated) => {
                let message = &updated.message;
                if let Some((_, text)) = self.notice.as_mut().filter(|(seq, _)| *seq == message.seq) {
                    text.clone_from(&message.text);
                }
            }
            ServerEvent::MessageDeleted(deleted) => self.drop_notice(deleted.seq),
            ServerEvent::MemberAdded(changed) | ServerEvent::MemberUpdated(changed) => {
                self.members.extend([place(&changed.member)]);
            }
            ServerEvent::MemberRemoved(removed) => {
                self.members.remove(&removed.user_id);
            }
            _ => (),
        }
    }
}

fn said(notice: &Message) -> (Seq, Option<String>) {
    (notice.seq, notice.text.clone())
}

fn place(member: &Member) -> (UserId, (Role, Seq)) {
    (member.user_id, (member.role, member.joined_seq))
}

/// Everything a client keeps.
struct Client {
    viewer: Actor,
    user_rev: i64,
    copies: BTreeMap<ConversationId, Copy>,
}

impl Client {
    async fn new(viewer: Actor) -> Self {
        let mut client = Self {
            user_rev: viewer.me().await.user_rev.as_i64(),
            copies: BTreeMap::new(),
            viewer,
        };
        client.copies = client.fresh().await;
        client
    }

    async fn fresh(&self) -> BTreeMap<ConversationId, Copy> {
        let mut copies = BTreeMap::new();
        for conversation in self.viewer.conversations().await.items {
            let copy = Copy::fetch(&self.viewer, &conversation).await;
            assert_eq!(
                copy.unread(self.viewer.id()),
                usize::try_from(conversation.unread_count).unwrap()
            );
            assert_eq!(
                copy.messages.values().next_back(),
                conversation.last_message.as_ref()
            );
            copies.insert(conversation.id, copy);
        }
        copies
    }

    async fn apply(&mut self, event: &ServerEvent) {
        if let Some(rev) = event.user_rev() {
            self.user_rev += 1;
            assert_eq!(
                rev.as_i64(),
                self.user_rev,
                "no gap in the user's own stream: {event:?}"
            );
        }
        if let Some((id, rev)) = event.conversation_rev() {
            // A conversation that has just appeared brings its newest messages along.
            if let Some(copy) = self.copies.get_mut(&id).filter(|copy| copy.rev < rev.as_i64()) {
                copy.rev += 1;
                assert_eq!(rev.as_i64(), copy.rev, "no gap in the conversation: {event:?}");
                copy.apply(self.viewer.id(), event);
            }
        }
        match event {
            ServerEvent::ConversationJoined(joined) => {
                let copy = Copy::fetch(&self.viewer, &joined.conversation).await;
                self.copies.insert(joined.conversation.id, copy);
            }
            ServerEvent::ConversationLeft(left) => {
                self.copies.remove(&left.conversation_id);
            }
            ServerEvent::MembershipUpdated(updated) => {
                let copy = self.copies.get_mut(&updated.conversation_id).unwrap();
                copy.is_pinned = updated.membership.is_pinned;
            }
            ServerEvent::MessageHidden(hidden) => {
                let copy = self.copies.get_mut(&hidden.conversation_id).unwrap();
                copy.messages.remove(&hidden.seq);
                copy.drop_notice(hidden.seq);
            }
            ServerEvent::UnreadChanged(changed) => {
                let copy = self.copies.get_mut(&changed.conversation_id).unwrap();
                copy.read_seq = copy.read_seq.max(changed.read_seq);
                assert_eq!(
                    copy.unread(self.viewer.id()),
                    usize::try_from(changed.unread_count).unwrap()
                );
            }
            _ => (),
        }
    }

    async fn sync(&mut self) {
        let position = |(id, copy): (&ConversationId, &Copy)| SyncPosition {
            id: *id,
            rev: damso_domain::Rev::new(copy.rev),
            read_seq: copy.read_seq,
        };
        let conversations = self.copies.iter().map(position).collect();
        let request = SyncRequest {
            user_rev: damso_domain::Rev::new(self.user_rev),
            profiles_since: None,
            conversations,
        };
        let SyncResponse {
            user_rev,
            user_changes,
            conversations,
            pointers,
            joined,
            left,
            ..
        } = self.viewer.sync(&request).await;
        self.user_rev = user_rev.as_i64();
        for changes in conversations {
            let copy = self.copies.get_mut(&changes.id).unwrap();
            copy.take_settings(&changes.conversation);
            copy.messages
                .extend(changes.messages.into_iter().map(|message| (message.seq, message)));
            copy.members.extend(changes.members.iter().map(place));
            copy.members.retain(|id, _| !changes.removed_members.contains(id));
        }
        for pointer in pointers {
            self.copies.get_mut(&pointer.conversation_id).unwrap().read_seq = pointer.read_seq;
        }
        for changed in user_changes.memberships {
            self.copies.get_mut(&changed.conversation_id).unwrap().is_pinned = changed.membership.is_pinned;
        }
        for hidden in user_changes.hidden_messages {
            if let Some(copy) = self.copies.get_mut(&hidden.conversation_id) {
                copy.messages.remove(&hidden.seq);
                copy.drop_notice(hidden.seq);
            }
        }
        self.copies.retain(|id, _| !left.contains(id));
        for conversation in joined {
            let copy = Copy::fetch(&self.viewer, &conversation).await;
            self.copies.insert(conversation.id, copy);
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Script(u64);

impl Script {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }
}

/// Does one thing somewhere. Refusals are fine: they must not announce anything either.
async fn act(script: &mut Script, people: &[Actor], places: &[ConversationId]) {
    let (actor, other, id) = (script.pick(people), script.pick(people), *script.pick(places));
    let seq = i64::try_from(script.below(12)).unwrap();
    match script.below(20) {
        0..4 => drop(actor.send(id, "something").await),
        4 => drop(actor.delete_message(id, seq, "everyone").await),
        // Only the viewer's own hiding and reading is seen here.
        5 => drop(people[0].delete_message(id, seq, "me").await),
        6 => drop(
            people[0]
                .put(&format!("/conversations/{id}/read"), &json!({ "seq": seq }))
                .await,
        ),
        7 => drop(
            actor
                .update_group(id, &json!({ "name": format!("name {seq}") }))
                .await,
        ),
        8 => drop(people[1].add_members(id, &[other]).await),
        9 => drop(people[1].remove_member(id, other).await),
        10 => drop(
            people[1]
                .set_role(id, other, if seq < 6 { "admin" } else { "member" })
                .await,
        ),
        11 => drop(
            people[0]
                .update_membership(id, &json!({ "is_pinned": script.below(2) == 0 }))
                .await,
        ),
        14 => drop(actor.edit(id, seq, &format!("edited {}", script.below(3))).await),
        15..17 => {
            let emoji = *script.pick(&["👍", "😂", "🇰🇷"]);
            drop(actor.react(id, seq, emoji).await);
        }
        17 => {
            let emoji = *script.pick(&["👍", "😂"]);
            drop(actor.unreact(id, seq, emoji).await);
        }
        18 => drop(people[1].set_notice(id, seq).await),
        19 => drop(actor.remove_notice(id).await),
        12 if script.below(4) == 0 => drop(people[0].leave(id).await),
        _ => drop(people[0].send(id, "mine").await),
    }
}

async fn play(seed: u64) {
    let app = TestApp::start().await;
    let people = app.friends(["viewer", "owner", "third", "fourth"]).await;
    let [viewer, owner, third, fourth] = &people;
    let places = [
        owner.create_group("first", &[viewer, third]).await.id,
        owner.create_group("second", &[viewer, third, fourth]).await.id,
        viewer.open_direct(owner).await.id,
        viewer.notes().await.id,
    ];
    let mut client = Client::new(viewer.clone()).await;
    let mut script = Script(seed);
    for _ in 0..8 {
        let mut inbox: Inbox = viewer.connect().await;
        assert_eq!(inbox.ready.as_ref().unwrap().user_rev.as_i64(), client.user_rev);
        for _ in 0..6 {
            act(&mut script, &people, &places).await;
            for event in inbox.settle().await {
                client.apply(&event).await;
            }
        }
        assert_eq!(client.copies, client.fresh().await, "seed {seed}, live");
        drop(inbox);
        for _ in 0..4 {
            act(&mut script, &people, &places).await;
        }
        client.sync().await;
        assert_eq!(client.copies, client.fresh().await, "seed {seed}, after a gap");
    }
    assert_eq!(client.user_rev, viewer.me().await.user_rev.as_i64());
}

#[tokio::test]
async fn live_events_and_sync_lead_to_what_a_fresh_look_shows() {
    for seed in [1, 2, 3, 4] {
        play(seed).await;
    }
}

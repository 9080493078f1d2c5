//! What a client shows, and what it shows when it has just been opened.

use std::collections::{BTreeMap, BTreeSet};

use damso_client_state::Model;
use damso_client_state::model::Place;
use damso_domain::{ConversationId, FriendRequestId, Rev, Seq, UserId, unread_by};
use damso_protocol::{
    Block, Conversation, Direction, Folder, Friend, FriendRequest, FriendRequestsQuery, Message,
    MessagesQuery, PageQuery, Presence, Settings,
};
use damso_service::Services;

/// Everything a screen could show.
#[derive(Debug, PartialEq)]
pub(super) struct Shown {
    user_rev: Rev,
    settings: Option<Settings>,
    folders: Vec<Folder>,
    chats: BTreeMap<ConversationId, ShownChat>,
    friends: BTreeMap<UserId, Friend>,
    requests: BTreeMap<FriendRequestId, FriendRequest>,
    blocks: BTreeMap<UserId, Block>,
}

#[derive(Debug, Default, PartialEq)]
struct ShownChat {
    conversation: Option<Conversation>,
    messages: BTreeMap<Seq, Message>,
    /// How far those have read who are counted.
    reads: BTreeSet<String>,
    /// The numbers beside the messages.
    unread_by: BTreeSet<String>,
}

impl Shown {
    pub(super) fn of(model: &Model) -> Self {
        let requests = [model.people.incoming(), model.people.outgoing()].concat();
        let chats = model
            .chats
            .iter()
            .map(|chat| (chat.id(), ShownChat::of(model, chat)));
        // Presence has no number: it has tests of its own.
        let friends = model.people.friends().into_iter().map(|friend| {
            let presence = Presence::NOT_TOLD;
            (friend.user.id, Friend { presence, ..friend })
        });
        Self {
            user_rev: model.user_rev(),
            settings: model.settings().cloned(),
            folders: model.chats.folders().to_vec(),
            chats: chats.collect(),
            friends: friends.collect(),
            requests: requests
                .into_iter()
                .map(|request| (request.id, request))
                .collect(),
            blocks: model
                .people
                .blocks()
                .into_iter()
                .map(|block| (block.user.id, block))
                .collect(),
        }
    }
}

impl Shown {
    /// What is only here, and what is only there.
    pub(super) fn differences(&self, fresh: &Self) -> String {
        let (mut found, nothing) = (Vec::new(), ShownChat::default());
        let lists = |shown: &Self| {
            format!(
                "{:#?}",
                (
                    &shown.user_rev,
                    &shown.settings,
                    &shown.folders,
                    &shown.friends,
                    &shown.requests,
                    &shown.blocks
                )
            )
        };
        found.extend(differing_lines("lists", &lists(self), &lists(fresh)));
        let ids: BTreeSet<_> = self.chats.keys().chain(fresh.chats.keys()).collect();
        for id in ids {
            let chat = |shown: &Self| format!("{:#?}", shown.chats.get(id).unwrap_or(&nothing));
            found.extend(differing_lines(&id.to_string(), &chat(self), &chat(fresh)));
        }
        found.join("\n")
    }
}

/// Line by line when there are as many of them, with the lines before; else those that are only in one.
fn differing_lines(what: &str, shown: &str, fresh: &str) -> Vec<String> {
    let (shown, fresh): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), fresh.lines().collect());
    if shown.len() == fresh.len() {
        let differing = (0..shown.len()).filter(|at| shown[*at] != fresh[*at]);
        return differing
            .map(|at| {
                let before = shown[at.saturating_sub(2)..at].join(" ");
                format!("{what}: {before} {} is to be {}", shown[at], fresh[at])
            })
            .collect();
    }
    let only = |mark: char, one: &[&str], other: &[&str]| {
        let lines = one.iter().enumerate().filter(|(_, line)| !other.contains(*line));
        lines
            .map(|(at, line)| format!("{mark} {what}:{at} {line}"))
            .collect::<Vec<_>>()
    };
    [only('-', &shown, &fresh), only('+', &fresh, &shown)].concat()
}

impl ShownChat {
    fn of(model: &Model, chat: &damso_client_state::Chat) -> Self {
        let mut conversation = chat.conversation.clone();
        // Where they stand in the list is drawn from their names, how far they have read from `reads`.
        conversation.members.sort_by_key(|member| member.user_id);
        for member in &mut conversation.members {
            member.read_seq = None;
        }
        let last = conversation.last_message.as_ref();
        conversation.last_message = last.map(without_rev_of_quote);
        // The list shows what was asked, not how I have voted.
        let last = conversation.last_message.as_mut();
        if let Some(poll) = last.and_then(|last| last.poll.as_mut()) {
            poll.my_options = None;
        }
        // A reaction to it raises it and changes nothing of what stands on top.
        if let Some(notice) = &mut conversation.notice {
            notice.rev = Rev::ZERO;
        }
        let messages = model.timeline(chat.id()).into_iter().flat_map(|timeline| {
            timeline
                .messages()
                .map(|message| (message.seq, without_rev_of_quote(message)))
        });
        let messages: BTreeMap<Seq, Message> = messages.collect();
        let unread_by = messages.values().map(|message| {
            let count = unread_by(message.seq, message.author_id, chat.reads());
            format!("{} has not been read by {count}", message.seq)
        });
        let reads = chat.reads().iter();
        let reads = reads.filter_map(|read| Some(format!("{} has read {}", read.user_id, read.read_seq?)));
        Self {
            conversation: Some(conversation),
            unread_by: unread_by.collect(),
            messages,
            reads: reads.collect(),
        }
    }
}

/// It says which of two quotes is the newer one. A reaction to what is quoted raises it and changes nothing of the quote.
fn without_rev_of_quote(message: &Message) -> Message {
    let mut message = message.clone();
    if let Some(reply) = &mut message.reply_to {
        reply.rev = Rev::ZERO;
    }
    message
}

/// What a client shows that has just been opened, with every conversation loaded.
pub(super) async fn look(services: &Services, user: UserId) -> Shown {
    let mut model = open(services, user).await;
    let ids: Vec<ConversationId> = model.chats.iter().map(damso_client_state::Chat::id).collect();
    for id in ids {
        let request = model.request_page(id, Place::Anywhere);
        let page = services.messages.list(user, id, &newest()).await.unwrap();
        assert_numbers(&page.items);
        model.take_page(request, page);
        let request = model.request_reads(id);
        let reads = services.reads.list(user, id).await.unwrap();
        model.take_reads(request, Some(&reads.items));
    }
    Shown::of(&model)
}

/// Each change has a number of its own, so no two messages have the same.
fn assert_numbers(messages: &[Message]) {
    let revs: BTreeSet<_> = messages.iter().map(|message| message.rev).collect();
    assert_eq!(revs.len(), messages.len(), "{messages:?}");
}

/// The lists, as a client reads them when it starts.
pub(super) async fn open(services: &Services, user: UserId) -> Model {
    let me = services.account.get(user).await.unwrap();
    let mut model = Model::new(&me);
    let all = PageQuery {
        limit: Some(100),
        ..PageQuery::default()
    };
    let list = services.conversations.list(user, &all).await.unwrap();
    model.people.learn_all(list.users);
    model.chats.load(list.items);
    let friends = services.friends.list(user, &all).await.unwrap();
    let mut requests = Vec::new();
    for direction in [Direction::Incoming, Direction::Outgoing] {
        let query = FriendRequestsQuery {
            direction,
            cursor: None,
            limit: None,
        };
        requests.extend(services.friends.list_requests(user, &query).await.unwrap().items);
    }
    model.people.load(friends.items, requests);
    model
        .people
        .load_blocks(services.blocks.list(user, &all).await.unwrap().items);
    model.load_settings(services.settings.get(user).await.unwrap());
    let folders = services.folders.list(user).await.unwrap();
    model.chats.set_folders(folders.items);
    model
}

pub(super) fn newest() -> MessagesQuery {
    MessagesQuery {
        limit: Some(100),
        ..MessagesQuery::default()
    }
}

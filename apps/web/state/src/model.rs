//! Everything together: facts go in, effects come out.

mod facts;
mod loading;
mod mentions;
mod reacting;
mod sync;
mod voting;

pub use loading::{PageRequest, Place, ReadsRequest};
pub use reacting::is_editable;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use damso_domain::{ConversationId, MessageKind, Rev, Seq, Timestamp, UserId};
use damso_protocol::{
    Conversation, Draft, DraftUpdated, Me, Members, Membership, Message, MessageDeleted, ServerEvent,
    Settings, User,
};

use crate::count::Counts;
use crate::{Arrival, Chat, Chats, Effects, Outbox, People, Reacting, Timeline, Typing, Voting};

/// What one signed-in person's client knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Who that is.
    me: UserId,
    /// Where my own stream stands.
    user_rev: Rev,
    /// Up to when I have heard of changed profiles, by the server's clock.
    profiles_since: Option<Timestamp>,
    /// Facts of my own stream that came before the one that precedes them.
    held: BTreeMap<Rev, ServerEvent>,
    /// While a sync is on its way, facts wait here: they are applied after it.
    waiting: Option<Vec<ServerEvent>>,
    /// The list of conversations.
    pub chats: Chats,
    /// The loaded stretches.
    timelines: HashMap<ConversationId, Timeline>,
    /// How much has been asked for beside the streams.
    requests: u64,
    /// Friends, requests and everybody else.
    pub people: People,
    /// What I let others see; `None` until it was read from the server.
    settings: Option<Settings>,
    /// Who is typing.
    pub typing: Typing,
    /// What the server has not stored yet.
    pub outbox: Outbox,
    /// Reactions of mine that the server has not told of yet.
    pub reacting: Reacting,
    /// How I vote, and votes of mine that the server has not told of yet.
    pub voting: Voting,
}

impl Model {
    /// For an account that has just signed in.
    pub fn new(me: &Me) -> Self {
        let mut people = People::of(me.id);
        people.learn(User::from(me));
        Self {
            me: me.id,
            user_rev: me.user_rev,
            profiles_since: None,
            held: BTreeMap::new(),
            waiting: None,
            chats: Chats::default(),
            timelines: HashMap::new(),
            requests: 0,
            people,
            settings: None,
            typing: Typing::default(),
            outbox: Outbox::default(),
            reacting: Reacting::default(),
            voting: Voting::default(),
        }
    }

    /// Who is signed in.
    pub const fn me(&self) -> UserId {
        self.me
    }

    /// Where my own stream stands.
    pub const fn user_rev(&self) -> Rev {
        self.user_rev
    }

    /// What I let others see; `None` until it was read from the server.
    pub const fn settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }

    /// Takes over what was read from the server, or changed here.
    pub fn load_settings(&mut self, settings: Settings) -> Effects {
        let mut effects = Effects::default();
        self.take_settings(settings, &mut effects);
        effects
    }

    fn take_settings(&mut self, settings: Settings, effects: &mut Effects) {
        // Somebody who has never looked at the settings may have turned this off elsewhere: read again once more
        // rather than show what is not to be shown.
        let known = self.settings.as_ref();
        if known.is_none_or(|known| known.read_receipts != settings.read_receipts) {
            effects.stale_reads.extend(self.chats.doubt_reads());
        }
        effects.settings = known != Some(&settings);
        self.settings = Some(settings);
    }

    /// Up to when I have heard of changed profiles, by the server's clock.
    pub(crate) const fn profiles_since(&self) -> Option<Timestamp> {
        self.profiles_since
    }

    pub(crate) fn set_profiles_since(&mut self, since: Option<Timestamp>) {
        self.profiles_since = since;
    }

    /// Takes over a stream of which nothing else is known to be true any more: the lists are loaded after it.
    pub fn set_user_rev(&mut self, user_rev: Rev) {
        self.user_rev = user_rev;
        self.held.clear();
    }

    /// The loaded stretch of a conversation.
    pub fn timeline(&self, id: ConversationId) -> Option<&Timeline> {
        self.timelines.get(&id)
    }

    /// Says whether the screen shows the end of a conversation and follows it.
    pub fn follow(&mut self, id: ConversationId, is_following: bool) {
        self.timeline_mut(id).follow(is_following);
    }

    /// The loaded stretch of a conversation, which begins empty.
    pub(crate) fn timeline_mut(&mut self, id: ConversationId) -> &mut Timeline {
        self.timelines.entry(id).or_default()
    }

    /// Takes over the whole list of members.
    pub fn load_members(&mut self, id: ConversationId, members: Members) {
        self.people.learn_all(members.users);
        if let Some(chat) = self.chats.get_mut(id) {
            chat.load_members(members.items);
        }
    }

    /// Takes over how I see a conversation.
    pub fn put_membership(&mut self, id: ConversationId, membership: Membership) -> Effects {
        let mut effects = self.notice_return(id, &membership);
        let chat = self.chats.get_mut(id);
        let asks = chat.is_some_and(|chat| chat.put_membership(membership));
        effects.merge(Effects::of_chat(id, asks || !effects.reset.is_empty()));
        effects
    }

    /// Takes over a conversation that the server answered to a request of ours.
    pub fn put_conversation(&mut self, conversation: Conversation) -> Effects {
        let id = conversation.id;
        let mut effects = self.notice_return(id, &conversation.membership);
        effects.merge(Effects::of_chat(id, self.chats.put(conversation)));
        effects
    }

    /// Takes over what I have begun to write, as it was told or answered. Whatever else describes a conversation may be
    /// older, and says nothing of it. Says whether it is news.
    pub fn take_draft(&mut self, told: DraftUpdated) -> bool {
        let chat = self.chats.get_mut(told.conversation_id);
        chat.is_some_and(|chat| chat.put_draft(told.user_rev, told.draft))
    }

    fn hear_of_draft(&mut self, told: DraftUpdated, effects: &mut Effects) {
        let id = told.conversation_id;
        if self.take_draft(told) {
            effects.drafts.insert(id);
        }
    }

    /// What I have begun to write, and as of which change of my own stream that was told; `None` where I am not.
    pub fn told_draft(&self, id: ConversationId) -> Option<(Option<Draft>, Rev)> {
        let chat = self.chats.get(id)?;
        Some((chat.conversation.draft.clone(), chat.draft_rev))
    }

    /// A conversation has appeared in my list. Where it did because of a message, nothing else tells of that.
    fn put_joined(&mut self, user_rev: Rev, mut conversation: Conversation, effects: &mut Effects) {
        let last = conversation.last_message.take();
        conversation.last_message = last.map(|last| self.complete(last, effects));
        let known = self.chats.get(conversation.id);
        let known_last = known.map_or(Seq::ZERO, |chat| chat.conversation.last_seq);
        let is_unread = 0 < conversation.unread_count;
        let last = conversation.last_message.as_ref();
        let arrival = last
            .filter(|message| is_unread && known_last < message.seq && self.is_news(message))
            .map(|message| self.arrival(message));
        let draft = DraftUpdated {
            user_rev,
            conversation_id: conversation.id,
            draft: conversation.draft.clone(),
        };
        effects.merge(self.put_conversation(conversation));
        self.hear_of_draft(draft, effects);
        effects.arrivals.extend(arrival);
    }

    /// Whether somebody else has said something.
    fn is_news(&self, message: &Message) -> bool {
        message.author_id != self.me && message.deleted_at.is_none() && message.kind != MessageKind::System
    }

    /// Takes over what the server says of a conversation whose last message or count went away.
    pub fn refresh_conversation(&mut self, fresh: Conversation) -> Effects {
        let id = fresh.id;
        let mut effects = self.notice_return(id, &fresh.membership);
        let asks = match self.chats.get_mut(id) {
            // Facts have been applied meanwhile that it does not know.
            Some(chat) if fresh.rev < chat.conversation.rev => true,
            // A newer description than the stream has told: the events in between will come, and must find
            // the number they follow.
            Some(chat) if chat.conversation.rev < fresh.rev => chat.take_ahead(fresh),
            Some(chat) => chat.describe_exactly(fresh),
            // It has gone from the list since it was asked for.
            None => return effects,
        };
        effects.merge(Effects::of_chat(id, asks));
        effects
    }

    /// I left a conversation, or cleared it, and am there again: what was loaded is of another time.
    fn notice_return(&mut self, id: ConversationId, fresh: &Membership) -> Effects {
        let mut effects = Effects::default();
        if let Some(chat) = self.chats.get_mut(id)
            && chat.conversation.membership.joined_seq < fresh.joined_seq
        {
            chat.begin_again(fresh);
            self.timelines.remove(&id);
            effects.timelines = true;
            effects.reset.insert(id);
        }
        effects
    }

    /// Takes over the server's answer to a message of ours. Its event comes as well, earlier or later.
    pub fn take_sent(&mut self, message: Message) -> Effects {
        let message = self.voting.take(message);
        let mut effects = Effects {
            chats: true,
            timelines: true,
            ..Effects::default()
        };
        effects.outbox = self.outbox.settle(message.client_key);
        if let Some(chat) = self.chats.get_mut(message.conversation_id) {
            chat.put_last_message(&message);
        }
        let message = Arc::new(message);
        self.store(&message);
        effects
    }

    /// Keeps the loaded stretches of at most `most` conversations beside those that are shown: where something
    /// was said last.
    pub fn trim_timelines(&mut self, shown: &[ConversationId], most: usize) {
        let surplus = self.timelines.len().saturating_sub(most);
        let mut droppable: Vec<_> = self
            .timelines
            .keys()
            .filter(|id| !shown.contains(id))
            .copied()
            .collect();
        droppable.sort_by_key(|id| self.chats.get(*id).map(Chat::active_at));
        for id in droppable.into_iter().take(surplus) {
            self.timelines.remove(&id);
        }
    }

    /// Whether anybody else's message lies between my pointer and this number. My own need no pointer, so
    /// sending makes no second request.
    pub fn shows_unread(&self, id: ConversationId, seq: Seq) -> bool {
        let Some(read_seq) = self
            .chats
            .get(id)
            .map(|chat| chat.conversation.membership.read_seq)
        else {
            return false;
        };
        let Some(timeline) = self.timelines.get(&id) else {
            return false;
        };
        let newest = timeline.messages().rev().skip_while(|message| seq < message.seq);
        newest
            .take_while(|message| read_seq < message.seq)
            .any(|message| message.author_id != self.me)
    }

    /// Whether facts of a conversation wait for one that precedes them.
    pub fn has_gap(&self, id: ConversationId) -> bool {
        self.chats.get(id).is_none_or(|chat| !chat.held.is_empty())
    }

    /// Whether facts of my own stream wait for one that precedes them.
    pub fn has_wide_gap(&self) -> bool {
        !self.held.is_empty()
    }

    fn arrival(&self, message: &Message) -> Arrival {
        Arrival {
            conversation_id: message.conversation_id,
            seq: message.seq,
            author_id: message.author_id,
            mentions_me: self.counts_as_mention(message),
            is_silent: message.is_silent,
        }
    }

    fn count_arrival(&mut self, message: &Message, effects: &mut Effects) {
        let is_news = self.is_news(message);
        let arrival = self.arrival(message);
        let Some(chat) = self.chats.get_mut(message.conversation_id) else {
            return;
        };
        chat.conversation.last_seq = chat.conversation.last_seq.max(message.seq);
        if is_news {
            let change = Counts {
                unread: 1,
                mentions: i64::from(arrival.mentions_me),
            };
            chat.count(message.rev, message.seq, change);
            effects.arrivals.push(arrival);
        }
    }

    /// Whether I hid it before it came. Its number is known all the same.
    fn is_hidden(&mut self, message: &Message) -> bool {
        let Some(chat) = self.chats.get_mut(message.conversation_id) else {
            return false;
        };
        let is_hidden = chat.is_hidden(message.seq);
        if is_hidden {
            chat.conversation.last_seq = chat.conversation.last_seq.max(message.seq);
        }
        is_hidden
    }

    /// The stretch of a conversation that was opened before; others have nothing to keep up to date.
    fn loaded(&mut self, id: ConversationId) -> Option<&mut Timeline> {
        self.timelines.get_mut(&id)
    }

    fn store(&mut self, message: &Arc<Message>) {
        if let Some(timeline) = self.loaded(message.conversation_id) {
            timeline.store(message);
        }
    }

    fn learn_authors(&self, message: &Message, effects: &mut Effects) {
        let is_unknown = |id: &UserId| self.people.user(*id).is_none();
        let named = message.reactions.iter().flat_map(|kind| &kind.user_ids).copied();
        let quoted = message.reply_to.iter().map(|reply| reply.author_id);
        let options = message.poll.iter().flat_map(|poll| &poll.options);
        let voters = options.flat_map(|option| &option.user_ids).copied();
        let named = named.chain([message.author_id]).chain(quoted).chain(voters);
        effects.unknown_users.extend(named.filter(is_unknown));
    }

    /// A message that is deleted does not count any more. Says whether the count has to be asked for: of a message
    /// that is not loaded, or only as it became by this, nobody here can say whether it counted.
    fn uncount(&mut self, event: &MessageDeleted) -> bool {
        let before = self.message_before(event.conversation_id, event.seq, event.rev);
        let change = before.map(|before| Counts {
            unread: -1,
            mentions: -i64::from(self.counts_as_mention(before)),
        });
        let Some(chat) = self.chats.get_mut(event.conversation_id) else {
            return false;
        };
        if event.author_id == self.me {
            return false;
        }
        if let Some(change) = change {
            chat.count(event.rev, event.seq, change);
            return false;
        }
        chat.count.forget_before(event.rev);
        chat.conversation.membership.read_seq < event.seq
    }
}

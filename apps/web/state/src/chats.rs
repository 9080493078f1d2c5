//! The list of my conversations and what is known of each.

mod list;

use std::collections::{BTreeMap, BTreeSet};

use damso_domain::{ConversationId, ConversationKind, ReadState, Rev, Seq, Timestamp, UserId};
use damso_protocol::{Conversation, Draft, Member, MemberRead, Membership, Message, ServerEvent};

use crate::count::{CountState, Counts, Outcome, ServerCount};
use crate::quotes::{self, Change};

pub use list::Chats;

/// One conversation, as far as the client knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    /// As the server describes it; kept up to date by events.
    pub conversation: Conversation,
    /// Everyone in it, once asked for; the conversation itself carries the first eight.
    members: Option<Vec<Member>>,
    /// How far everyone has read, once asked for.
    reads: Option<Vec<ReadState>>,
    /// By their numbers, questions how far everyone has read that are on their way and still the right ones.
    reads_asked: BTreeSet<u64>,
    /// Facts that came before the one that precedes them.
    pub(crate) held: BTreeMap<Rev, ServerEvent>,
    /// As of when the unread count is.
    pub(crate) count: CountState,
    /// Messages that I have hidden lately: each may still be on its way, by another stream.
    hidden: BTreeSet<Seq>,
    /// As of when what I have begun to write is, in my own stream.
    pub(crate) draft_rev: Rev,
}

impl Chat {
    /// Nothing but what the server says.
    pub fn new(conversation: Conversation) -> Self {
        Self {
            count: CountState::new(conversation.rev),
            conversation,
            members: None,
            reads: None,
            reads_asked: BTreeSet::new(),
            held: BTreeMap::new(),
            hidden: BTreeSet::new(),
            draft_rev: Rev::ZERO,
        }
    }

    /// Which one.
    pub fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// Everyone that is known to be in it; the whole list only after it was asked for.
    pub fn members(&self) -> &[Member] {
        self.members.as_deref().unwrap_or(&self.conversation.members)
    }

    /// Everyone in it, if that was asked for.
    pub(crate) fn loaded_members(&self) -> Option<&[Member]> {
        self.members.as_deref()
    }

    /// Whether [`Chat::members`] is everyone.
    pub fn has_all_members(&self) -> bool {
        self.members.is_some()
            || i64::try_from(self.conversation.members.len()) == Ok(self.conversation.member_count)
    }

    /// How far everyone has read, for the numbers beside the messages.
    pub fn reads(&self) -> &[ReadState] {
        self.reads.as_deref().unwrap_or_default()
    }

    /// The other one of a direct conversation.
    pub fn counterpart(&self, me: UserId) -> Option<UserId> {
        match self.conversation.kind {
            ConversationKind::Direct => self
                .members()
                .iter()
                .map(|member| member.user_id)
                .find(|id| *id != me),
            ConversationKind::SelfChat | ConversationKind::Group => None,
        }
    }

    /// Whether it makes no sound at this time.
    pub fn is_muted(&self, now: Timestamp) -> bool {
        self.conversation
            .membership
            .muted_until
            .is_some_and(|until| now < until)
    }

    /// Whether I have put it away and it has not come back: somebody else has written since, unless it is muted.
    pub fn is_archived(&self, now: Timestamp) -> bool {
        let membership = &self.conversation.membership;
        membership.archived_seq.is_some() && (membership.is_archived || self.is_muted(now))
    }

    /// Whether it shows something unread: messages, or my mark.
    pub fn is_unread(&self) -> bool {
        0 < self.conversation.unread_count || self.conversation.membership.is_marked_unread
    }

    /// Somebody else has written this message, which brings back what I have put away before it.
    pub(crate) fn hear(&mut self, seq: Seq) {
        self.count.hear(seq);
        self.bring_back();
    }

    /// What is told of my view may be older than what I have heard since.
    fn bring_back(&mut self) {
        let membership = &mut self.conversation.membership;
        if membership
            .archived_seq
            .is_some_and(|seq| seq < self.count.heard())
        {
            membership.is_archived = false;
        }
    }

    /// When something was last said in it.
    pub fn active_at(&self) -> Timestamp {
        self.conversation
            .last_message
            .as_ref()
            .map_or(self.conversation.created_at, |message| message.created_at)
    }

    /// Takes over the whole list of members.
    pub fn load_members(&mut self, members: Vec<Member>) {
        self.conversation.member_count = i64::try_from(members.len()).unwrap_or(i64::MAX);
        self.members = Some(members);
    }

    /// How far everyone has read is about to be asked for.
    pub(crate) fn reads_requested(&mut self, number: u64) {
        self.reads_asked.insert(number);
    }

    /// That has been answered, or will not be. Says whether it was still the right question.
    pub(crate) fn reads_settled(&mut self, number: u64) -> bool {
        self.reads_asked.remove(&number)
    }

    /// Takes over how far everyone has read. Whoever does not show it is not among them, and is shown it of nobody:
    /// then nothing is kept of those who join later either.
    pub(crate) fn load_reads(&mut self, me: UserId, reads: &[MemberRead]) {
        if !reads.iter().any(|read| read.user_id == me) {
            self.reads = None;
            return;
        }
        // Events that came while the answer was on its way may be newer: the larger value wins.
        let known = self.reads.take().unwrap_or_default();
        let newest = |read: &MemberRead| {
            let known = known
                .iter()
                .find(|state| state.user_id == read.user_id)
                .and_then(|state| state.read_seq);
            ReadState {
                user_id: read.user_id,
                joined_seq: read.joined_seq,
                read_seq: Some(read.read_seq).max(known),
            }
        };
        self.reads = Some(reads.iter().map(newest).collect());
    }

    /// A member has read up to a message, or is not counted any more. The larger value wins. Says whether all have to
    /// be asked for: who is counted from now on, or not any more, has no number, and events may come in any order.
    pub(crate) fn move_read(&mut self, user: UserId, read_seq: Option<Seq>) -> bool {
        let asks = self.put_read(user, read_seq);
        // An answer that is on its way may not know of it, and there is nothing yet to note it in.
        if asks || self.reads.is_none() {
            self.reads_asked.clear();
        }
        asks
    }

    /// My pointer has moved, which others see if I am counted.
    pub(crate) fn move_own_read(&mut self, me: UserId, read_seq: Seq) {
        let is_counted = |state: &ReadState| state.user_id == me && state.read_seq.is_some();
        if self.reads.is_none() || self.reads().iter().any(is_counted) {
            self.move_read(me, Some(read_seq));
        }
    }

    fn put_read(&mut self, user: UserId, read_seq: Option<Seq>) -> bool {
        let joined_seq = self
            .members()
            .iter()
            .find(|member| member.user_id == user)
            .map(|member| member.joined_seq);
        for member in self
            .members
            .iter_mut()
            .flatten()
            .chain(&mut self.conversation.members)
        {
            if member.user_id == user {
                member.read_seq = later(member.read_seq, read_seq);
            }
        }
        let Some(reads) = &mut self.reads else {
            return false;
        };
        let state = reads.iter_mut().find(|state| state.user_id == user);
        let was_counted = state.as_ref().is_some_and(|state| state.read_seq.is_some());
        match state {
            Some(state) => state.read_seq = later(state.read_seq, read_seq),
            None => reads.push(ReadState {
                user_id: user,
                joined_seq: joined_seq.unwrap_or(Seq::ZERO),
                read_seq,
            }),
        }
        !was_counted || read_seq.is_none()
    }

    /// Somebody joined, or their place changed. How far they have read has a way of its own and is kept when it is
    /// known. Says whether all have to be asked for: the member may be counted no more by now.
    pub(crate) fn put_member(&mut self, member: &Member) -> bool {
        self.reads_asked.clear();
        if let Some(members) = &mut self.members {
            put(members, member);
        }
        let has_room = self.conversation.members.len() < Self::LISTED_MEMBERS;
        if has_room
            || self
                .conversation
                .members
                .iter()
                .any(|known| known.user_id == member.user_id)
        {
            put(&mut self.conversation.members, member);
        }
        let Some(reads) = &mut self.reads else {
            return false;
        };
        let is_known =
            |state: &ReadState| state.user_id == member.user_id && state.joined_seq == member.joined_seq;
        if reads.iter().any(is_known) {
            return false;
        }
        reads.retain(|state| state.user_id != member.user_id);
        reads.push(ReadState {
            user_id: member.user_id,
            joined_seq: member.joined_seq,
            read_seq: member.read_seq,
        });
        true
    }

    /// Somebody is not a member any more.
    pub(crate) fn drop_member(&mut self, user: UserId) {
        self.reads_asked.clear();
        self.conversation.members.retain(|known| known.user_id != user);
        self.members
            .iter_mut()
            .for_each(|members| members.retain(|known| known.user_id != user));
        self.reads
            .iter_mut()
            .for_each(|reads| reads.retain(|state| state.user_id != user));
    }

    /// The last message quotes what it answers as that is now.
    pub(crate) fn requote_last(&mut self, change: Change<'_>) {
        let last = self.conversation.last_message.as_mut();
        if let Some(last) = last
            && let Some(requoted) = quotes::requoted(last, change)
        {
            *last = requoted;
        }
    }

    /// The newest message is the one with the largest number, in its newest copy.
    pub(crate) fn put_last_message(&mut self, message: &Message) {
        self.requote_last(Change::Stored(message));
        let is_newer = self
            .conversation
            .last_message
            .as_ref()
            .is_none_or(|known| (known.seq, known.rev) < (message.seq, message.rev));
        if is_newer {
            self.conversation.last_message = Some(message.clone());
        }
    }

    /// I do not see this message any more, whether or not it has come.
    pub(crate) fn hide(&mut self, seq: Seq, user_rev: Rev) {
        self.count.recount_after(user_rev);
        self.hidden.insert(seq);
        self.drop_notice_if(|notice| notice.seq == seq);
        if Self::REMEMBERED_HIDDEN < self.hidden.len() {
            self.hidden.pop_first();
        }
    }

    /// Whether I have hidden this message lately.
    pub(crate) fn is_hidden(&self, seq: Seq) -> bool {
        self.hidden.contains(&seq)
    }

    /// A message of somebody else begins to count with change `rev`, or stops.
    pub(crate) fn count(&mut self, rev: Rev, seq: Seq, change: Counts) {
        let read_seq = self.conversation.membership.read_seq;
        let counts = self.counts();
        let counts = self.count.change(counts, read_seq, rev, seq, change);
        self.set_counts(counts);
    }

    /// With this change of my own stream I have blocked somebody in it, or let them be: whether their mentions count is
    /// another question. Says whether the count has to be asked for.
    pub(crate) fn recount_mentions(&mut self, user_rev: Rev) -> bool {
        let is_group = self.conversation.kind == ConversationKind::Group;
        if is_group {
            self.count.recount_after(user_rev);
        }
        is_group && 0 < self.conversation.unread_count
    }

    fn counts(&self) -> Counts {
        counts_of(&self.conversation)
    }

    fn set_counts(&mut self, counts: Counts) {
        self.conversation.unread_count = counts.unread;
        self.conversation.mention_count = counts.mentions;
    }

    /// Takes a count of the server's. Says whether it has to be asked for again.
    pub(crate) fn take_count(&mut self, counted: ServerCount) -> bool {
        let known = self.conversation.membership.read_seq;
        let outcome = self.count.take(counted, known, self.conversation.rev);
        if outcome != Outcome::Known {
            self.conversation.membership.read_seq = counted.read_seq;
        }
        if let Outcome::Count(counts) = outcome {
            self.set_counts(counts);
        }
        outcome == Outcome::Ask
    }

    /// Takes over how I see it. My pointer has a way of its own and only moves forward; my role comes with the
    /// conversation's facts, and what is told here may be older than they are. Says whether the count has to be
    /// asked for.
    pub(crate) fn put_membership(&mut self, membership: Membership) -> bool {
        let known = &self.conversation.membership;
        let (known_seq, role) = (known.read_seq, known.role);
        let read_seq = known_seq.max(membership.read_seq);
        self.conversation.membership = Membership {
            role,
            read_seq,
            ..membership
        };
        self.bring_back();
        known_seq < read_seq
    }

    /// Takes over what I have begun to write as of a change of my own stream. Says whether it was not older than what is
    /// known: an answer comes before or after its fact.
    pub(crate) fn put_draft(&mut self, user_rev: Rev, draft: Option<Draft>) -> bool {
        let is_of_now = self.draft_rev <= user_rev;
        if is_of_now {
            self.draft_rev = user_rev;
            self.conversation.draft = draft;
        }
        is_of_now
    }

    /// I am there since another message: nothing that was loaded, counted or read before is of use.
    pub(crate) fn begin_again(&mut self, membership: &Membership) {
        self.members = None;
        self.reads = None;
        self.reads_asked.clear();
        self.conversation.membership = membership.clone();
        self.bring_back();
        self.count.forget_before(self.conversation.rev);
    }

    /// Takes over what can be taken of a description from the future: facts up to it will come and change nothing of
    /// the count. Says whether the count has to be asked for.
    pub(crate) fn take_ahead(&mut self, fresh: Conversation) -> bool {
        let has_newer_pointer = fresh.membership.read_seq < self.conversation.membership.read_seq;
        let counts = counts_of(&fresh);
        self.conversation.last_message = fresh.last_message;
        self.conversation.last_seq = fresh.last_seq;
        self.put_membership(fresh.membership);
        if !has_newer_pointer {
            self.set_counts(counts);
            self.count.restart(fresh.rev, self.conversation.rev);
        }
        has_newer_pointer
    }

    /// Takes over a description of this very moment; it knows better than whatever was counted here. Says whether
    /// the count has to be asked for.
    pub(crate) fn describe_exactly(&mut self, fresh: Conversation) -> bool {
        let has_newer_pointer = fresh.membership.read_seq < self.conversation.membership.read_seq;
        let counts = counts_of(&fresh);
        self.describe(fresh);
        if !has_newer_pointer {
            self.set_counts(counts);
            self.count.restart(self.conversation.rev, self.conversation.rev);
        }
        has_newer_pointer
    }

    /// Takes over a fresh description, without what was loaded beside it. Says whether the count has to be asked
    /// for: the description may be older than what I have read since.
    pub(crate) fn describe(&mut self, mut conversation: Conversation) -> bool {
        let known = &self.conversation;
        let (read_seq, fresh_seq) = (known.membership.read_seq, conversation.membership.read_seq);
        let has_newer_pointer = fresh_seq < read_seq;
        let is_newer = has_newer_pointer || (fresh_seq == read_seq && conversation.rev < self.count.as_of());
        let asks = has_newer_pointer && self.count.as_of() < conversation.rev;
        if is_newer {
            conversation.membership.read_seq = read_seq;
            conversation.unread_count = known.unread_count;
            conversation.mention_count = known.mention_count;
            self.count.forget_before(conversation.rev);
        } else {
            self.count.restart(conversation.rev, conversation.rev);
        }
        let held = std::mem::take(&mut self.held);
        self.held = held
            .into_iter()
            .filter(|(rev, _)| conversation.rev < *rev)
            .collect();
        if self
            .members
            .as_ref()
            .is_some_and(|members| i64::try_from(members.len()) != Ok(conversation.member_count))
        {
            self.members = None;
        }
        let notice = conversation.notice.take();
        // It has a stream of its own.
        conversation.draft = self.conversation.draft.take();
        self.conversation = conversation;
        self.put_notice(notice);
        self.bring_back();
        asks
    }

    /// Of so many hidden messages it is remembered that they are: those with the largest numbers.
    const REMEMBERED_HIDDEN: usize = 64;
    /// How many members a description carries.
    const LISTED_MEMBERS: usize = 8;
}

const fn counts_of(conversation: &Conversation) -> Counts {
    Counts {
        unread: conversation.unread_count,
        mentions: conversation.mention_count,
    }
}

/// The larger one; `None` means not counted, and that is news as well.
fn later(known: Option<Seq>, new: Option<Seq>) -> Option<Seq> {
    new.map(|new| known.map_or(new, |known| known.max(new)))
}

fn put(members: &mut Vec<Member>, member: &Member) {
    match members.iter_mut().find(|known| known.user_id == member.user_id) {
        Some(known) => *known = member.clone(),
        None => members.push(member.clone()),
    }
}

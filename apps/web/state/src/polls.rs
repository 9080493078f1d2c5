//! How I vote in polls, what I am about to change in that, and what is told of the votes of others.

use std::collections::BTreeMap;
use std::sync::Arc;

use damso_domain::{ConversationId, Rev, Seq, UserId};
use damso_protocol::{Message, Poll, PollOption};

use crate::reactions;

/// The numbers of the options of a poll that are mine, as far as the message says.
pub fn my_options(message: &Message) -> &[i64] {
    let poll = message.poll.as_ref();
    poll.and_then(|poll| poll.my_options.as_deref())
        .unwrap_or_default()
}

/// Where a poll is.
type Place = (ConversationId, Seq);

/// A vote of mine that the server has not been heard to have taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    place: Place,
    options: Vec<i64>,
    /// The server has answered; what it has done comes as an event.
    is_answered: bool,
}

/// How I have voted as far as that is known, and how I want to have.
///
/// An event says the same to everybody, so how I have voted comes by a stream of its own, or with an answer. Both say as
/// of which change of the conversation: the newer one is right, in whatever order they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voting {
    known: BTreeMap<Place, (Rev, Vec<i64>)>,
    pending: Vec<Pending>,
}

impl Voting {
    /// Of more polls it is not kept as of when is known how I have voted; their messages say so as well.
    const MOST_KNOWN: usize = 500;

    /// How I have voted as of a change of the conversation.
    pub(crate) fn learn(&mut self, place: Place, rev: Rev, options: Vec<i64>) {
        let known = self.known.get(&place);
        if known.is_none_or(|(known, _)| *known < rev) {
            self.known.insert(place, (rev, options));
        }
        if Self::MOST_KNOWN < self.known.len() {
            self.known.pop_first();
        }
    }

    /// Takes in what an answer says of how I have voted; where that is known better, the message says so from then on.
    pub(crate) fn take(&mut self, mut message: Message) -> Message {
        let place = place(&message);
        if let Some(poll) = &mut message.poll {
            if let Some(options) = &poll.my_options {
                self.learn(place, message.rev, options.clone());
            }
            if let Some((_, options)) = self.known.get(&place) {
                poll.my_options = Some(options.clone());
            }
        }
        message
    }

    /// An event does not say what is mine: it is what is known, or what the copy before it says.
    pub(crate) fn complete(&self, mut message: Message, before: Option<&Message>) -> Message {
        let place = place(&message);
        if let Some(poll) = &mut message.poll
            && poll.my_options.is_none()
        {
            let known = self.known.get(&place).map(|(_, options)| options.as_slice());
            let options = known.or_else(|| before.map(my_options)).unwrap_or_default();
            poll.my_options = Some(options.to_vec());
        }
        message
    }

    /// A copy of a poll with what is mine by now; `None` when that is what it says.
    pub(crate) fn corrected(&self, message: &Message) -> Option<Message> {
        let poll = message.poll.as_ref()?;
        let (_, options) = self.known.get(&place(message))?;
        if poll.my_options.as_ref() == Some(options) {
            return None;
        }
        let poll = Poll {
            my_options: Some(options.clone()),
            ..poll.clone()
        };
        Some(Message {
            poll: Some(poll),
            ..message.clone()
        })
    }

    fn pending(&mut self, place: Place) -> Option<&mut Pending> {
        self.pending.iter_mut().find(|known| known.place == place)
    }

    /// I want to have voted like this. Says whether a request has to be made: one that is on its way is followed by
    /// another.
    pub fn want(&mut self, id: ConversationId, seq: Seq, options: Vec<i64>) -> bool {
        if let Some(known) = self.pending((id, seq)) {
            known.options = options;
            return std::mem::take(&mut known.is_answered);
        }
        self.pending.push(Pending {
            place: (id, seq),
            options,
            is_answered: false,
        });
        true
    }

    /// How I want to have voted.
    pub fn wanted(&self, id: ConversationId, seq: Seq) -> Option<&[i64]> {
        let known = self.pending.iter().find(|known| known.place == (id, seq));
        known.map(|known| known.options.as_slice())
    }

    /// The server has answered that it is so.
    pub fn answered(&mut self, id: ConversationId, seq: Seq) {
        if let Some(known) = self.pending((id, seq)) {
            known.is_answered = true;
        }
    }

    /// It is not so: what is known is drawn again.
    pub fn forget(&mut self, id: ConversationId, seq: Seq) {
        self.pending.retain(|known| known.place != (id, seq));
    }

    /// The same once the event has been waited for long enough, but not if I have changed my mind since the answer.
    pub fn forget_answered(&mut self, id: ConversationId, seq: Seq) {
        self.pending
            .retain(|known| !(known.is_answered && known.place == (id, seq)));
    }

    /// A newer copy of a poll is known: what it says itself is not drawn over it any more.
    pub(crate) fn settle(&mut self, message: &Message) {
        let place = place(message);
        self.pending.retain(|known| {
            let is_so = known.options == my_options(message);
            !(known.is_answered && is_so && known.place == place)
        });
    }

    /// The poll as I want it to be.
    pub fn drawn(&self, message: Arc<Message>, me: UserId) -> Arc<Message> {
        let Some(poll) = &message.poll else { return message };
        let wanted = self.wanted(message.conversation_id, message.seq);
        let Some(wanted) = wanted.filter(|wanted| *wanted != my_options(&message)) else {
            return message;
        };
        let poll = voted(poll, my_options(&message), wanted, me);
        Arc::new(Message {
            poll: Some(poll),
            ..Message::clone(&message)
        })
    }
}

fn place(message: &Message) -> Place {
    (message.conversation_id, message.seq)
}

/// The poll after I have changed my vote.
fn voted(poll: &Poll, before: &[i64], now: &[i64], me: UserId) -> Poll {
    let mut poll = poll.clone();
    let is_anonymous = poll.is_anonymous;
    for option in &mut poll.options {
        match (before.contains(&option.number), now.contains(&option.number)) {
            (true, false) => remove(option, me),
            // Beyond the named ones the names say nothing.
            (false, true) => {
                if !is_anonymous && is_whole(option) && option.user_ids.len() < Poll::NAMED {
                    option.user_ids.push(me);
                }
                option.votes += 1;
            }
            _ => (),
        }
    }
    poll.voter_count += i64::from(!now.is_empty()) - i64::from(!before.is_empty());
    poll.my_options = Some(now.to_vec());
    poll
}

fn remove(option: &mut PollOption, user: UserId) {
    option.votes -= 1;
    option.user_ids.retain(|known| *known != user);
}

/// Whether all that chose it are named.
fn is_whole(option: &PollOption) -> bool {
    usize::try_from(option.votes) == Ok(option.user_ids.len())
}

/// The options of a poll that names who has voted; nothing for another message.
fn open_options(message: &Message) -> &[PollOption] {
    let poll = message.poll.as_ref().filter(|poll| !poll.is_anonymous);
    poll.map_or(&[], |poll| poll.options.as_slice())
}

/// What is left of somebody's votes in an open poll whose messages were erased with change `rev`: `None` when nothing
/// changes. In an anonymous one they stay, as votes of nobody.
pub(crate) fn without(message: &Message, user: UserId, rev: Rev) -> Option<Message> {
    let is_named = |option: &PollOption| option.user_ids.contains(&user);
    if !open_options(message).iter().any(is_named) {
        return None;
    }
    let mut changed = message.clone();
    changed.rev = rev;
    let poll = changed.poll.as_mut()?;
    poll.voter_count -= 1;
    for option in poll.options.iter_mut().filter(|option| is_named(option)) {
        remove(option, user);
    }
    Some(changed)
}

/// Whether somebody is missing among the named, because one of them has gone, or somebody may have voted who is not named:
/// only the server knows.
pub(crate) fn is_unclear_without(message: &Message, user: UserId) -> bool {
    let is_unclear = |option: &PollOption| !is_whole(option) && !option.user_ids.contains(&user);
    open_options(message).iter().any(is_unclear)
}

/// What is left of a message once somebody's reactions and votes were erased with change `rev`: `None` when nothing
/// changes.
pub(crate) fn left_after(message: &Message, user: UserId, rev: Rev) -> Option<Message> {
    let unreacted = reactions::without(message, user, rev);
    without(unreacted.as_ref().unwrap_or(message), user, rev).or(unreacted)
}

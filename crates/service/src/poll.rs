//! Polls: asking the members of a group to choose, and choosing.

use damso_domain::{
    Ballot, BallotError, ClientKey, ConversationId, MessageKind, MessageRef, PollOptions, PollQuestion, Rev,
    Timestamp, UserId, is_poll_closing_time,
};
use damso_protocol as protocol;
use damso_protocol::{
    CreatePollRequest, ErrorKind, FieldErrorKind, MessageCreated, PageQuery, PollVote, PollVotePage,
    PollVoteRequest, PollVoteUpdated, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message::{Message, NewMessage};
use damso_repository::poll::{Poll, PollOption};
use damso_repository::user_change::UserChange;

use crate::access::{self, Change};
use crate::announcement::{MessageFact, tell_created};
use crate::cursor::Paging;
use crate::error::Fields;
use crate::message::Sent;
use crate::{Context, ServiceError, ServiceResult, view};

/// Makes polls, takes votes, closes polls, and says who voted.
#[derive(Clone)]
pub struct PollService {
    context: Context,
}

/// What a change of a poll has to tell after its commit.
struct Told {
    fact: MessageFact,
    /// What the devices of whoever voted hear of that.
    vote: Option<PollVoteUpdated>,
}

impl PollService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Stores a poll and tells everyone in the group. The same key again, whenever and whatever else is in the request,
    /// answers with the message that was stored first.
    pub async fn create(
        &self,
        author: UserId,
        conversation: ConversationId,
        request: &CreatePollRequest,
    ) -> ServiceResult<Sent> {
        let now = Timestamp::now();
        let key = request.client_key;
        // A known key is answered also where this is refused.
        let parsed = parse(request, now);
        let stored = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                if let Some(first) = find_first(conn, conversation, author, key).await? {
                    return Ok(Err(first));
                }
                let (question, poll) = parsed?;
                let mut change = Change::begin(conn, author, conversation).await?;
                // Another request with the key may have come before the lock.
                if let Some(first) = find_first(conn, conversation, author, key).await? {
                    return Ok(Err(first));
                }
                if !change.conversation.kind.has_changing_members() {
                    return Err(ErrorKind::NotAGroup.into());
                }
                let new = NewMessage {
                    conversation_id: conversation,
                    seq: change.conversation.take_seq(),
                    rev: change.conversation.take_rev(),
                    author_id: author,
                    client_key: key,
                    kind: MessageKind::Poll,
                    text: Some(question.into_string()),
                    system: None,
                    withheld_for: None,
                    reply_to: None,
                    forwarded: false,
                    mentions: Vec::new(),
                    is_silent: false,
                    poll: Some(poll),
                    created_at: now,
                };
                let message = repository::message::insert(conn, &new, Vec::new()).await?;
                repository::conversation::save_numbers(conn, &change.conversation).await?;
                Ok::<_, ServiceError>(Ok((message, change.audience())))
            })
            .await?;
        let (message, audience) = match stored {
            Err(first) => return Ok(Sent::before(view::message(&first)?)),
            Ok(stored) => stored,
        };
        self.context.unindexed.note(conversation);
        let message = view::message(&message)?;
        tell_created(&self.context.hub, &audience, None, message.clone());
        Ok(Sent {
            message,
            is_new: true,
        })
    }

    /// Votes, in place of what was chosen before, and tells everyone who sees the poll. The same again changes nothing.
    pub async fn vote(
        &self,
        user: UserId,
        target: MessageRef,
        request: &PollVoteRequest,
    ) -> ServiceResult<protocol::Message> {
        self.change_vote(user, target, Some(request.options.clone()))
            .await
    }

    /// Takes a vote back. Where there is none, nothing changes.
    pub async fn take_vote_back(&self, user: UserId, target: MessageRef) -> ServiceResult<protocol::Message> {
        self.change_vote(user, target, None).await
    }

    async fn change_vote(
        &self,
        user: UserId,
        target: MessageRef,
        chosen: Option<Vec<i64>>,
    ) -> ServiceResult<protocol::Message> {
        let (message, told) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Who is a member, and whether the poll is open, is read under the lock.
                let mut change = Change::begin(conn, user, target.conversation_id).await?;
                let now = Timestamp::now();
                let (message, poll) = find_poll(conn, user, target).await?;
                let ballot = match &chosen {
                    None => None,
                    Some(chosen) => Some(parse_ballot(chosen, &poll)?),
                };
                let options = ballot.as_ref().map_or(&[][..], Ballot::as_slice);
                if message.my_options == options {
                    return Ok((view::message(&message)?, None));
                }
                if poll.closes_at.is_some_and(|at| at <= now) {
                    return Err(ErrorKind::PollClosed.into());
                }
                let stamp = (change.conversation.take_rev(), now);
                repository::poll::put_vote(conn, &message, user, ballot.as_ref(), stamp).await?;
                let (message, fact) = changed(conn, &change, target).await?;
                let own = [(user, UserChange::PollVote(message.id))];
                let user_rev = repository::user_change::record(conn, &own).await?[0];
                let vote = PollVoteUpdated {
                    user_rev,
                    conversation_id: target.conversation_id,
                    seq: target.seq,
                    rev: stamp.0,
                    options: options.to_vec(),
                };
                let told = Told {
                    fact,
                    vote: Some(vote),
                };
                Ok::<_, ServiceError>((message, Some(told)))
            })
            .await?;
        self.tell(user, told);
        Ok(message)
    }

    /// Lets nobody vote any more, and tells everyone who sees the poll: by its author, or by who runs the group. A poll
    /// that is closed already stays as it is.
    pub async fn close(&self, user: UserId, target: MessageRef) -> ServiceResult<protocol::Message> {
        let (message, told) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let mut change = Change::begin(conn, user, target.conversation_id).await?;
                let now = Timestamp::now();
                let (message, poll) = find_poll(conn, user, target).await?;
                if message.author_id != user && !change.me.role.can_close_polls_of_others() {
                    return Err(ErrorKind::NotAllowed.into());
                }
                if poll.closes_at.is_some_and(|at| at <= now) {
                    return Ok((view::message(&message)?, None));
                }
                let stamp = (change.conversation.take_rev(), now);
                repository::poll::close(conn, &message, poll, stamp).await?;
                let (message, fact) = changed(conn, &change, target).await?;
                Ok::<_, ServiceError>((message, Some(Told { fact, vote: None })))
            })
            .await?;
        self.tell(user, told);
        Ok(message)
    }

    /// Not `async`, so that nothing can be cancelled in its middle.
    fn tell(&self, user: UserId, told: Option<Told>) {
        let Some(Told { fact, vote }) = told else { return };
        let hub = &self.context.hub;
        fact.tell(hub);
        if let Some(vote) = vote {
            hub.to_user(user, &ServerEvent::PollVoteUpdated(vote));
        }
    }

    /// A page of those who voted in an open poll, in the order in which they did.
    pub async fn list_votes(
        &self,
        user: UserId,
        target: MessageRef,
        query: &PageQuery,
    ) -> ServiceResult<PollVotePage> {
        let paging = Paging::<Rev>::parse(query.cursor.as_deref(), query.limit)?;
        let profiles = self.context.profiles.clone();
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, target.conversation_id).await?;
                let (_, poll) = find_poll(conn, user, target).await?;
                if poll.is_anonymous {
                    return Err(ErrorKind::PollAnonymous.into());
                }
                let fetched =
                    repository::poll::list_votes(conn, target, paging.after, paging.fetch()).await?;
                let page = paging.page(fetched, |vote| vote.rev);
                let mut mentioned = view::Mentioned::default();
                page.items.iter().for_each(|vote| mentioned.add(vote.user_id));
                let items = page.items.into_iter().map(|vote| PollVote {
                    user_id: vote.user_id,
                    options: vote.options,
                    created_at: vote.created_at,
                });
                Ok(PollVotePage {
                    items: items.collect(),
                    users: mentioned.load_kept(conn, &profiles, user).await?,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }
}

/// A poll as the wire tells it to whoever has chosen `mine`.
pub(crate) fn view(poll: &Poll, mine: &[i64]) -> protocol::Poll {
    let option = |(number, option): (i64, &PollOption)| protocol::PollOption {
        number,
        text: option.text.clone(),
        votes: option.votes,
        user_ids: option.user_ids.clone(),
    };
    protocol::Poll {
        options: (1..).zip(&poll.options).map(option).collect(),
        is_multiple: poll.is_multiple,
        is_anonymous: poll.is_anonymous,
        closes_at: poll.closes_at,
        voter_count: poll.voter_count,
        my_options: Some(mine.to_vec()),
    }
}

fn parse(request: &CreatePollRequest, now: Timestamp) -> ServiceResult<(PollQuestion, Poll)> {
    let mut fields = Fields::default();
    let question = fields.check("question", PollQuestion::parse(&request.question));
    let options = fields.check("options", PollOptions::parse(&request.options));
    if request.closes_at.is_some_and(|at| !is_poll_closing_time(at, now)) {
        let detail = "a poll ends later than now and within a year";
        fields.add("closes_at", FieldErrorKind::OutOfRange, detail);
    }
    let (Some(question), Some(options)) = (question, options) else {
        return Err(fields.into());
    };
    fields.refuse()?;
    let option = |text| PollOption {
        text,
        votes: 0,
        user_ids: Vec::new(),
    };
    let poll = Poll {
        options: options.into_texts().into_iter().map(option).collect(),
        is_multiple: request.is_multiple,
        is_anonymous: request.is_anonymous,
        closes_at: request.closes_at,
        voter_count: 0,
    };
    Ok((question, poll))
}

fn parse_ballot(chosen: &[i64], poll: &Poll) -> ServiceResult<Ballot> {
    Ballot::parse(chosen, poll.options.len(), poll.is_multiple).map_err(|error| match error {
        BallotError::Empty => {
            let mut fields = Fields::default();
            fields.add("options", FieldErrorKind::Empty, error);
            fields.into()
        }
        BallotError::Unknown => ErrorKind::PollOptionUnknown.into(),
        BallotError::Several => ErrorKind::PollTakesOne.into(),
    })
}

async fn find_first(
    conn: &mut Connection,
    conversation: ConversationId,
    author: UserId,
    key: ClientKey,
) -> ServiceResult<Option<Message>> {
    Ok(repository::message::find_by_client_key(conn, conversation, author, key).await?)
}

/// A poll that `user` sees, which is not deleted.
async fn find_poll(
    conn: &mut Connection,
    user: UserId,
    target: MessageRef,
) -> ServiceResult<(Message, Poll)> {
    let message = repository::message::find_visible(conn, user, target).await?;
    let message = message.ok_or(ErrorKind::MessageNotFound)?;
    if message.deleted_at.is_some() {
        return Err(ErrorKind::MessageDeleted.into());
    }
    let poll = message.poll.clone().ok_or(ErrorKind::NotAPoll)?;
    Ok((message, poll))
}

/// The poll after a change, as whoever changed it sees it, and what everyone is told of it. Who voted is not in it, but for
/// the names that an open poll shows.
async fn changed(
    conn: &mut Connection,
    change: &Change,
    target: MessageRef,
) -> ServiceResult<(protocol::Message, MessageFact)> {
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    let message = repository::message::find_visible(conn, change.me.user_id, target).await?;
    let message = view::message(&message.ok_or(ErrorKind::MessageNotFound)?)?;
    let event = ServerEvent::MessageUpdated(MessageCreated::new(message.clone()));
    let fact = MessageFact::of(conn, change, target, event).await?;
    Ok((message, fact))
}

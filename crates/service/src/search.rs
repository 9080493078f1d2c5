//! Finding messages.
//!
//! What is rare is found by the index, and what is frequent by walking through one's conversations from the newest message
//! on: either is slow where the other one is quick. So a short walk comes first, then the index for a limited time, then a
//! longer walk. What a walk has not come to within its budget is on the next page.

use std::time::Duration;

use damso_domain::{Highlight, PageSize, SearchQuery, UserId};
use damso_protocol::{
    ErrorKind, FieldErrorKind, FoundMessage, FoundMessages, MessageContent, SearchMessagesQuery,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::search::{Candidate, Content, Head, Position, Wanted};
use tokio::time::Instant;

use crate::cursor::{self, Paging};
use crate::{Context, Fields, ServiceError, ServiceResult, access, view};

/// What is found by the index is looked at no further than this: more is frequent.
const MOST_CANDIDATES: i64 = 1_000;
/// How long the index may take.
const INDEX_TIME: Duration = Duration::from_millis(150);
/// A walk reads so many messages at once, of at most so many conversations.
const STEP: usize = 1_024;
const CONVERSATIONS_OF_STEP: usize = 16;

/// How far a walk goes.
#[derive(Clone, Copy)]
struct Budget {
    messages: usize,
    time: Duration,
}

const SHORT: Budget = Budget {
    messages: STEP,
    time: Duration::from_millis(50),
};
const LONG: Budget = Budget {
    messages: 32 * STEP,
    time: Duration::from_millis(250),
};

/// Finds messages by what they say.
#[derive(Clone)]
pub struct SearchService {
    pub(crate) context: Context,
}

/// What is looked for, once it is in order.
#[derive(Clone)]
struct Search {
    query: SearchQuery,
    wanted: Wanted,
    position: Position,
    size: PageSize,
    /// Whether it may be found by the index.
    is_indexed: bool,
}

/// What was found: the newest first, and where to go on.
struct Found {
    candidates: Vec<Candidate>,
    next: Option<Position>,
}

impl SearchService {
    pub(crate) const fn new(context: Context) -> Self {
        Self { context }
    }

    /// A page of what somebody may see and looks for.
    pub async fn messages(&self, user: UserId, query: &SearchMessagesQuery) -> ServiceResult<FoundMessages> {
        let search = Search::parse(user, query)?;
        if let Some(page) = self.walk(&search, SHORT).await? {
            return Ok(page);
        }
        if search.is_indexed
            && let Some(page) = self.look_up(&search).await?
        {
            return Ok(page);
        }
        let page = self.walk(&search, LONG).await?;
        page.ok_or_else(|| ServiceError::Internal(anyhow::anyhow!("a long walk ends at any place")))
    }

    /// By the index; `None` when there is too much of it.
    async fn look_up(&self, search: &Search) -> ServiceResult<Option<FoundMessages>> {
        let (search, service) = (search.clone(), self.clone());
        let begun = Instant::now();
        let page = self
            .context
            .database
            .snapshot(async move |conn: &mut Connection| {
                let millis = u64::try_from(INDEX_TIME.as_millis()).unwrap_or(u64::MAX);
                repository::search::limit_time(conn, millis).await?;
                repository::search::forbid_reading_all(conn).await?;
                let Search { wanted, position, .. } = &search;
                let listed =
                    repository::search::list_by_index(conn, wanted, *position, MOST_CANDIDATES).await?;
                let is_all = i64::try_from(listed.len()).is_ok_and(|listed| listed < MOST_CANDIDATES);
                let mut candidates = listed;
                candidates.retain(|candidate| search.finds(candidate));
                match search.cut(candidates, None) {
                    found if is_all || found.next.is_some() => {
                        service.complete(conn, &search, found).await.map(Some)
                    }
                    _ => Ok(None),
                }
            })
            .await;
        match page {
            // The database does not tell this failure from others.
            Err(ServiceError::Internal(error)) if INDEX_TIME <= begun.elapsed() => {
                tracing::debug!(%error, "The index of messages has too much");
                Ok(None)
            }
            page => page,
        }
    }

    /// By walking; `None` when a short walk comes to no end.
    async fn walk(&self, search: &Search, budget: Budget) -> ServiceResult<Option<FoundMessages>> {
        let (search, service) = (search.clone(), self.clone());
        let is_short = budget.messages == SHORT.messages;
        self.context
            .database
            .snapshot(async move |conn: &mut Connection| {
                let Search { wanted, position, .. } = &search;
                if let Some(conversation) = wanted.conversation_id {
                    access::member(conn, search.wanted.user_id, conversation).await?;
                }
                repository::search::forbid_reading_all(conn).await?;
                let mut heads = repository::search::list_heads(conn, wanted, *position).await?;
                let end = Instant::now() + budget.time;
                let (mut candidates, mut read) = (Vec::new(), 0);
                while let Some(newest) = heads.first() {
                    let complete = candidates
                        .iter()
                        .filter(|found: &&Candidate| newest.position <= found.position);
                    if search.size.as_usize() < complete.count() {
                        break;
                    }
                    if budget.messages <= read || (0 < read && end <= Instant::now()) {
                        if is_short {
                            return Ok(None);
                        }
                        break;
                    }
                    read += step(conn, &search, &mut heads, &mut candidates).await?;
                }
                candidates.sort_unstable_by_key(|found| std::cmp::Reverse(found.position));
                let found = search.cut(candidates, heads.first().map(|head| head.position));
                service.complete(conn, &search, found).await.map(Some)
            })
            .await
    }

    /// As the wire tells it.
    async fn complete(
        &self,
        conn: &mut Connection,
        search: &Search,
        found: Found,
    ) -> ServiceResult<FoundMessages> {
        let user = search.wanted.user_id;
        let places: Vec<_> = found.candidates.iter().map(Candidate::target).collect();
        let messages = if places.is_empty() {
            Vec::new()
        } else {
            repository::message::list_by_refs(conn, &places, Some(user)).await?
        };
        let mut messages = view::messages(&messages)?;
        let mut mentioned = view::Mentioned::default();
        let mut items = Vec::with_capacity(places.len());
        for candidate in found.candidates {
            let target = candidate.target();
            let is_it = |message: &damso_protocol::Message| {
                message.conversation_id == target.conversation_id && message.seq == target.seq
            };
            let Some(at) = messages.iter().position(is_it) else {
                continue;
            };
            let message = messages.swap_remove(at);
            mentioned.add_message(&message);
            let highlights = search.query.find(&candidate.text).unwrap_or_default();
            items.push(FoundMessage {
                message,
                highlights: highlights.into_iter().map(units).collect(),
            });
        }
        Ok(FoundMessages {
            users: mentioned.load(conn, user).await?,
            items,
            next_cursor: found.next.map(|position| cursor::encode(&position)),
        })
    }
}

/// Walks on in the conversations whose next message is the newest; returns how many messages were looked at.
async fn step(
    conn: &mut Connection,
    search: &Search,
    heads: &mut Vec<Head>,
    candidates: &mut Vec<Candidate>,
) -> ServiceResult<usize> {
    let rest = heads.split_off(heads.len().min(CONVERSATIONS_OF_STEP));
    let each = i64::try_from(STEP / heads.len().max(1)).unwrap_or(i64::MAX);
    let stretch = repository::search::walk(conn, &search.wanted, heads, each).await?;
    candidates.extend(stretch.candidates.into_iter().filter(|found| search.finds(found)));
    *heads = stretch.heads;
    heads.extend(rest);
    heads.sort_unstable_by_key(|head| std::cmp::Reverse(head.position));
    Ok(stretch.read)
}

fn units([start, end]: Highlight) -> Vec<u32> {
    // A text has at most 4,000 characters.
    [start, end]
        .into_iter()
        .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
        .collect()
}

impl Search {
    fn parse(user: UserId, asked: &SearchMessagesQuery) -> ServiceResult<Self> {
        let mut fields = Fields::default();
        let query = fields.check("query", SearchQuery::parse(&asked.query));
        let indexed = query.as_ref().and_then(SearchQuery::anywhere);
        let query = match (query, asked.conversation_id) {
            (Some(query), None) if query.is_initials() => {
                let detail = "is needed to look for initial consonants";
                fields.add("conversation_id", FieldErrorKind::Empty, detail);
                None
            }
            (Some(_), None) if indexed.is_none() => {
                let detail = "has three letters or jamo in a row, unless conversation_id is given";
                fields.add("query", FieldErrorKind::TooShort, detail);
                None
            }
            (_, None) => indexed.clone(),
            (query, Some(_)) => query,
        };
        let limit = asked.limit.unwrap_or(SearchMessagesQuery::DEFAULT_LIMIT);
        if !(1..=SearchMessagesQuery::MAX_LIMIT).contains(&limit) {
            fields.add("limit", FieldErrorKind::OutOfRange, "is between 1 and 50");
        }
        fields.refuse()?;
        let (Some(query), Some(size)) = (query, PageSize::parse(limit.into())) else {
            return Err(ErrorKind::MalformedRequest.into());
        };
        let cursor = Paging::<Position>::parse(asked.cursor.as_deref(), Some(limit))?.after;
        let newest = asked.before.map_or_else(Position::newest, Position::before);
        Ok(Self {
            wanted: Wanted {
                user_id: user,
                conversation_id: asked.conversation_id,
                author_id: asked.author_id,
                content: asked.has.map(content),
                after: asked.after,
                patterns: query.patterns(),
            },
            position: cursor.map_or(newest, |cursor| cursor.min(newest)),
            size,
            // What only some of the readings are found by would be missing.
            is_indexed: indexed.as_ref() == Some(&query),
            query,
        })
    }

    fn finds(&self, candidate: &Candidate) -> bool {
        self.query.find(&candidate.text).is_some()
    }

    /// A page of what is complete down to a place; where that is missing, it is all there is.
    fn cut(&self, mut candidates: Vec<Candidate>, complete_to: Option<Position>) -> Found {
        if let Some(place) = complete_to {
            candidates.retain(|found| place <= found.position);
        }
        if candidates.len() <= self.size.as_usize() {
            return Found {
                candidates,
                next: complete_to,
            };
        }
        candidates.truncate(self.size.as_usize());
        let next = candidates.last().map(|last| last.position);
        Found { candidates, next }
    }
}

pub(crate) const fn content(asked: MessageContent) -> Content {
    match asked {
        MessageContent::Image => Content::Image,
        MessageContent::Video => Content::Video,
        MessageContent::File => Content::File,
        MessageContent::Link => Content::Link,
    }
}

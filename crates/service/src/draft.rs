//! What people have begun to write, for all of their devices. Nobody else is told of it.
//!
//! Locks: the account, and nothing before it. Whoever leaves a conversation locks their account before their draft
//! goes, so that none comes after them.

use damso_domain::{ConversationId, DraftText, Rev, Seq, Timestamp, UserId};
use damso_protocol::{DraftUpdated, ErrorKind, ServerEvent, SetDraftRequest};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::draft::{Draft, NewDraft};
use damso_repository::user_change::UserChange;

use crate::{Context, ServiceError, ServiceResult, access, account, view};

/// Keeps what people have begun to write.
#[derive(Clone)]
pub struct DraftService {
    context: Context,
}

impl DraftService {
    pub(crate) const fn new(context: Context) -> Self {
        Self { context }
    }

    /// Keeps what `user` has begun to write, or removes it when there is nothing to keep, and tells their devices.
    /// The same again changes nothing. What it is to answer is kept as it is said: looking whether they may see that
    /// message would tell them of it.
    pub async fn set(
        &self,
        user: UserId,
        id: ConversationId,
        request: &SetDraftRequest,
    ) -> ServiceResult<DraftUpdated> {
        let text = DraftText::parse(&request.text).map_err(|_| ErrorKind::MessageTooLong)?;
        let reply_to = request.reply_to_seq;
        let now = Timestamp::now();
        let (answer, is_news) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let locked = account::lock_own(conn, user).await?;
                access::member(conn, user, id).await?;
                let known = repository::draft::find(conn, user, id).await?;
                let is_kept = reply_to.is_some() || !text.is_blank();
                if is_known(known.as_ref(), is_kept.then_some((&text, reply_to))) {
                    return Ok((updated(id, locked.rev, known.as_ref()), false));
                }
                let kept = if is_kept {
                    let new = NewDraft {
                        user_id: user,
                        conversation_id: id,
                        text: &text,
                        reply_to,
                        updated_at: now,
                    };
                    Some(repository::draft::put(conn, &new).await?)
                } else {
                    repository::draft::delete(conn, user, id).await?;
                    None
                };
                let changes = [(user, UserChange::Draft(id))];
                let user_rev = repository::user_change::record(conn, &changes).await?[0];
                Ok::<_, ServiceError>((updated(id, user_rev, kept.as_ref()), true))
            })
            .await?;
        if is_news {
            self.context
                .hub
                .to_user(user, &ServerEvent::DraftUpdated(answer.clone()));
        }
        Ok(answer)
    }
}

fn is_known(known: Option<&Draft>, wanted: Option<(&DraftText, Option<Seq>)>) -> bool {
    known.map(|draft| (draft.text.as_str(), draft.reply_to))
        == wanted.map(|(text, reply_to)| (text.as_str(), reply_to))
}

fn updated(id: ConversationId, user_rev: Rev, draft: Option<&Draft>) -> DraftUpdated {
    DraftUpdated {
        user_rev,
        conversation_id: id,
        draft: draft.map(view::draft),
    }
}

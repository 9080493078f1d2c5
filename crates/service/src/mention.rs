//! Whom messages mention.

use damso_domain::{ConversationId, Mention, MentionError, MessageText, UserId, mention_ranges};
use damso_protocol::{ErrorKind, UnreadMentions};
use damso_repository as repository;
use damso_repository::Connection;

use crate::access::{self, Change};
use crate::{Context, ServiceResult};

/// How many unread mentions are told at once.
const MOST_TOLD: i64 = 100;

/// Tells people where they are mentioned.
#[derive(Clone)]
pub struct MentionService {
    context: Context,
}

impl MentionService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Which unread messages of a conversation mention `user`, the first of them.
    pub async fn list_unread(
        &self,
        user: UserId,
        conversation: ConversationId,
    ) -> ServiceResult<UnreadMentions> {
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                access::member(conn, user, conversation).await?;
                let seqs =
                    repository::conversation_view::list_unread_mentions(conn, user, conversation, MOST_TOLD);
                Ok(UnreadMentions { seqs: seqs.await? })
            })
            .await
    }
}

/// Mentions that fit the text. `mentions_all` has to say whether everybody is among them.
pub(crate) fn parse(
    text: Option<&MessageText>,
    spans: &[Mention],
    mentions_all: bool,
) -> ServiceResult<Vec<Mention>> {
    if spans.iter().any(is_all) != mentions_all {
        return Err(ErrorKind::MentionInvalid.into());
    }
    match mention_ranges(text.map_or("", MessageText::as_str), spans) {
        Ok(_) => Ok(spans.to_vec()),
        Err(MentionError::TooMany) => Err(ErrorKind::TooManyMentions.into()),
        Err(MentionError::Invalid) => Err(ErrorKind::MentionInvalid.into()),
    }
}

/// Refuses mentions that the author may not make: of anybody outside of groups, of who is not in the group, of everybody
/// by a plain member. What the message has said `before` may stay.
pub(crate) fn refuse_wrong(change: &Change, mentions: &[Mention], before: &[Mention]) -> ServiceResult<()> {
    if mentions.is_empty() {
        return Ok(());
    }
    if !change.conversation.kind.has_changing_members() {
        return Err(ErrorKind::NotAGroup.into());
    }
    let is_new = |mention: &&Mention| !before.iter().any(|known| known.user_id == mention.user_id);
    for mention in mentions.iter().filter(is_new) {
        match mention.user_id {
            None if change.me.role.can_mention_all() => (),
            None => return Err(ErrorKind::NotAllowed.into()),
            Some(id) if change.members.iter().any(|member| member.user_id == id) => (),
            Some(_) => return Err(ErrorKind::MentionNotMember.into()),
        }
    }
    Ok(())
}

/// Whom these mean, each once, in the order of the text.
pub(crate) fn users(mentions: &[Mention]) -> Vec<UserId> {
    let mut users = Vec::new();
    for id in mentions.iter().filter_map(|mention| mention.user_id) {
        if !users.contains(&id) {
            users.push(id);
        }
    }
    users
}

/// Whether it means everybody.
pub(crate) const fn is_all(mention: &Mention) -> bool {
    mention.user_id.is_none()
}

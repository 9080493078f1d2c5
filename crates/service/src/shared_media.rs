//! What the messages of a conversation hold besides their words.

use damso_domain::{ConversationId, MessageRef, Seq, UserId};
use damso_protocol::{SharedMediaPage, SharedMediaQuery};
use damso_repository as repository;
use damso_repository::Connection;

use crate::cursor::Paging;
use crate::{Context, ServiceResult, access, search, view};

/// Lists what the messages of conversations hold.
#[derive(Clone)]
pub struct SharedMediaService {
    context: Context,
}

impl SharedMediaService {
    pub(crate) const fn new(context: Context) -> Self {
        Self { context }
    }

    /// A page of the messages that `user` may see and that hold what they ask for, the newest first.
    pub async fn list(
        &self,
        user: UserId,
        conversation_id: ConversationId,
        query: &SharedMediaQuery,
    ) -> ServiceResult<SharedMediaPage> {
        let paging = Paging::<Seq>::parse(query.cursor.as_deref(), query.limit)?;
        let content = search::content(query.content);
        self.context
            .database
            .snapshot(async move |conn: &mut Connection| {
                access::member(conn, user, conversation_id).await?;
                let (after, fetch) = (paging.after, paging.fetch());
                let seqs = repository::shared_media::list(conn, user, conversation_id, content, after, fetch)
                    .await?;
                let page = paging.page(seqs, |seq| *seq);
                let targets: Vec<MessageRef> = page
                    .items
                    .into_iter()
                    .map(|seq| MessageRef { conversation_id, seq })
                    .collect();
                let messages = repository::message::list_by_refs(conn, &targets, Some(user)).await?;
                let mut items = view::messages(&messages)?;
                items.sort_unstable_by_key(|message| std::cmp::Reverse(message.seq));
                let mut mentioned = view::Mentioned::default();
                items.iter().for_each(|message| mentioned.add_message(message));
                Ok(SharedMediaPage {
                    users: mentioned.load(conn, user).await?,
                    items,
                    next_cursor: page.next_cursor,
                })
            })
            .await
    }
}

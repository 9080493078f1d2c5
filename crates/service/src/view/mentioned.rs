//! Everyone an answer mentions.

use std::collections::BTreeSet;

use damso_domain::UserId;
use damso_protocol as protocol;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user::User;

use crate::ServiceResult;
use crate::profiles::Profiles;

/// Collects everyone an answer mentions, to send them along.
#[derive(Clone, Default)]
pub(crate) struct Mentioned(BTreeSet<UserId>);

impl Mentioned {
    pub(crate) fn add(&mut self, id: UserId) {
        self.0.insert(id);
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = UserId> {
        self.0.iter().copied()
    }

    pub(crate) fn into_ids(self) -> Vec<UserId> {
        self.0.into_iter().collect()
    }

    pub(crate) fn add_members(&mut self, members: &[protocol::Member]) {
        self.0.extend(members.iter().map(|member| member.user_id));
    }

    pub(crate) fn add_message(&mut self, message: &protocol::Message) {
        use protocol::SystemNotice::{
            GroupCreated, MemberJoined, MemberLeft, MemberRemoved, MembersAdded, NameChanged, NoticeRemoved,
            NoticeSet, OwnerChanged,
        };
        self.add(message.author_id);
        self.0.extend(&message.mentions);
        for kind in &message.reactions {
            self.0.extend(&kind.user_ids);
        }
        for option in message.poll.iter().flat_map(|poll| &poll.options) {
            self.0.extend(&option.user_ids);
        }
        self.0
            .extend(message.reply_to.iter().map(|reply| reply.author_id));
        match &message.system {
            Some(MembersAdded { user_ids }) => self.0.extend(user_ids),
            Some(MemberRemoved { user_id } | OwnerChanged { user_id }) => self.add(*user_id),
            Some(
                GroupCreated | MemberJoined | MemberLeft | NameChanged { .. } | NoticeSet | NoticeRemoved,
            )
            | None => (),
        }
    }

    pub(crate) fn add_conversation(&mut self, conversation: &protocol::Conversation) {
        self.add_members(&conversation.members);
        let shown = [conversation.last_message.as_ref(), conversation.notice.as_deref()];
        for message in shown.into_iter().flatten() {
            self.add_message(message);
        }
    }

    /// Reads them, with what this transaction or snapshot sees.
    pub(crate) async fn load(
        self,
        conn: &mut Connection,
        viewer: UserId,
    ) -> ServiceResult<Vec<protocol::User>> {
        let found = self.load_accounts(conn).await?;
        Ok(found.iter().map(|found| super::user(found, viewer)).collect())
    }

    /// The same before it is known who will see them.
    pub(crate) async fn load_accounts(self, conn: &mut Connection) -> ServiceResult<Vec<User>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        Ok(repository::user::list(conn, &self.into_ids()).await?)
    }

    /// The same for what is read outside of transactions and snapshots, mostly without a query.
    pub(crate) async fn load_kept(
        self,
        conn: &mut Connection,
        profiles: &Profiles,
        viewer: UserId,
    ) -> ServiceResult<Vec<protocol::User>> {
        profiles.load(conn, self.0, viewer).await
    }
}

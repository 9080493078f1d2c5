//! The end of an account.

use damso_domain::{AttachmentId, ConversationId, ConversationKind, Timestamp, UserId};
use damso_protocol::{
    BlockRemoved, DeletedCounts, DeletedMessages, DeletionReport, ErrorKind, FriendRemoved,
    FriendRequestClosed, MessagesErased, ServerEvent,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::job::{Farewell, Job};
use damso_repository::session::SessionsToEnd;
use damso_repository::user_change::UserChange;

use crate::access::Change;
use crate::account::HOLD_HANDLE;
use crate::announcement::Fact;
use crate::object::delete_unheld_later;
use crate::session::SessionService;
use crate::{Context, ServiceError, ServiceResult, member};

/// What the others are told after the commit.
type Announcements = Vec<(Vec<UserId>, Fact)>;

/// Empties an account in one transaction: all of it goes, or nothing. Locks every conversation of the account
/// in the order of their ids, then the people it concerns.
pub(crate) async fn delete(
    context: &Context,
    sessions: &SessionService,
    user: UserId,
    messages: DeletedMessages,
) -> ServiceResult<DeletionReport> {
    let now = Timestamp::now();
    let (counts, ended, announcements) = context
        .database
        .transaction(async move |conn: &mut Connection| {
            let mut deletion = Deletion {
                user,
                messages,
                now,
                counts: DeletedCounts::default(),
                held: Vec::new(),
                told: Vec::new(),
            };
            for conversation in repository::member::list_conversations(conn, user).await? {
                deletion.leave(conn, conversation).await?;
            }
            // Files may be shared with other conversations: they are locked after all of these.
            let held = std::mem::take(&mut deletion.held);
            deletion.remove_files(conn, &held).await?;
            repository::member::forget_views(conn, user).await?;
            repository::folder::delete_all(conn, user).await?;
            let ended = deletion.empty_account(conn).await?;
            Ok::<_, ServiceError>((deletion.counts, ended, deletion.told))
        })
        .await?;
    context.profiles.forget(user);
    sessions.announce_ended(user, &ended, now);
    context.bell.ring();
    for (audience, fact) in announcements {
        fact.tell(&context.hub, &audience);
    }
    Ok(DeletionReport {
        deleted_at: now,
        removed: counts,
    })
}

struct Deletion {
    user: UserId,
    messages: DeletedMessages,
    now: Timestamp,
    counts: DeletedCounts,
    /// What erased messages held.
    held: Vec<AttachmentId>,
    told: Announcements,
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

impl Deletion {
    /// Erases what was written, if so chosen, and takes the account out of one conversation.
    async fn leave(&mut self, conn: &mut Connection, id: ConversationId) -> ServiceResult<()> {
        let mut change = Change::begin(conn, self.user, id).await?;
        let others = change.audience_without(self.user);
        self.counts.conversations += 1;
        // Notes to oneself have no other reader: they always go.
        if self.messages == DeletedMessages::Erase || change.conversation.kind == ConversationKind::SelfChat {
            self.erase(conn, &mut change, &others).await?;
        }
        // Nothing more is stored for this account in passing.
        change.conversation.renew_members();
        match change.conversation.kind {
            ConversationKind::SelfChat => (),
            // The other one keeps the conversation; whose it was is known, but nobody waits for them to read.
            ConversationKind::Direct => {
                for blocker in change.members.iter().filter(|member| member.is_blocking) {
                    repository::block::release(conn, &mut change.conversation, blocker.user_id).await?;
                }
                let rev = change.conversation.take_rev();
                let me = repository::member::mark_uncounted(conn, id, self.user, rev).await?;
                let event = member::updated(conn, &change, &me).await?;
                self.told.push((others, event));
            }
            ConversationKind::Group => {
                let events = member::step_out(conn, &mut change, self.now).await?;
                self.told
                    .extend(events.into_iter().map(|event| (others.clone(), event)));
            }
        }
        repository::conversation::save_numbers(conn, &change.conversation).await?;
        Ok(())
    }

    /// What somebody wrote goes, and with the same change what they reacted with to what others wrote, and how they voted.
    async fn erase(
        &mut self,
        conn: &mut Connection,
        change: &mut Change,
        others: &[UserId],
    ) -> ServiceResult<()> {
        let conversation_id = change.conversation.id;
        let rev = change.conversation.take_rev();
        let (erased, held) =
            repository::message::mark_all_deleted(conn, conversation_id, self.user, rev, self.now).await?;
        repository::conversation::drop_deleted_notice(conn, &mut change.conversation).await?;
        repository::reaction::delete_all(conn, conversation_id, self.user, rev).await?;
        repository::poll::forget_votes(conn, conversation_id, self.user, rev).await?;
        self.counts.messages += count(erased);
        self.held.extend(held);
        let event = MessagesErased {
            conversation_id,
            rev,
            author_id: self.user,
            deleted_at: self.now,
        };
        self.told
            .push((others.to_vec(), ServerEvent::MessagesErased(event).into()));
        Ok(())
    }

    async fn remove_files(&mut self, conn: &mut Connection, ids: &[AttachmentId]) -> ServiceResult<()> {
        let removed = delete_unheld_later(conn, ids, self.now).await?;
        self.counts.attachments += removed.count;
        self.counts.bytes += removed.bytes;
        Ok(())
    }

    /// Ends friendships, requests and sessions, and takes everything out of the account's own row.
    async fn empty_account(&mut self, conn: &mut Connection) -> ServiceResult<Vec<damso_domain::SessionId>> {
        let audience = repository::user::list_audience(conn, self.user).await?;
        let mut concerned = audience.clone();
        concerned.push(self.user);
        let before = repository::user::lock(conn, &concerned).await?;
        let before = before
            .into_iter()
            .find(|user| user.id == self.user)
            .ok_or(ErrorKind::NotAuthenticated)?;

        repository::draft::delete_all(conn, self.user).await?;
        let (friends, keepers) = repository::friend::delete_all(conn, self.user).await?;
        self.counts.friends = count(friends);
        let (blocks, blockers) = repository::block::delete_all(conn, self.user).await?;
        self.counts.blocks = count(blocks);
        let requests = repository::friend::delete_requests_of(conn, self.user).await?;
        self.tell_streams(conn, &keepers, &blockers, &requests).await?;

        let unheld = repository::attachment::list_unheld_of(conn, self.user).await?;
        self.remove_files(conn, &unheld).await?;
        crate::export::delete_all(conn, self.user, self.now).await?;
        if let Some(avatar) = &before.avatar {
            crate::image::delete_later(conn, avatar.id, self.now).await?;
        }
        let ended = repository::session::end(conn, self.user, SessionsToEnd::All, self.now).await?;
        self.counts.sessions = count(ended.len());
        self.forget_credentials(conn).await?;
        let emptied = repository::user::mark_deleted(conn, self.user, self.now).await?;
        if let Some(handle) = &before.handle {
            repository::held_handle::insert(conn, handle, self.user, self.now.after(HOLD_HANDLE)).await?;
        }
        self.told.push((audience, Fact::profile(&emptied)));
        if let Some(to) = before.email {
            let counts = serde_json::to_value(self.counts).map_err(anyhow::Error::from)?;
            let farewell = Job::MailFarewell(Farewell {
                to,
                name: before.display_name,
                locale: before.locale,
                at: self.now,
                counts,
            });
            repository::job::insert(conn, &farewell, self.now).await?;
        }
        Ok(ended)
    }

    /// What opened the account or led to it, and what is known of how it was opened.
    async fn forget_credentials(&self, conn: &mut Connection) -> ServiceResult<()> {
        repository::link::delete_all(conn, self.user, None).await?;
        repository::totp::delete(conn, self.user).await?;
        repository::totp::replace_recovery_codes(conn, self.user, &[]).await?;
        repository::passkey::delete_all(conn, self.user).await?;
        repository::invite_link::delete_of_friend(conn, self.user, 0).await?;
        repository::security_event::delete_all(conn, self.user).await?;
        repository::report::forget_bystander(conn, self.user).await?;
        Ok(())
    }

    async fn tell_streams(
        &mut self,
        conn: &mut Connection,
        keepers: &[UserId],
        blockers: &[UserId],
        requests: &[repository::friend::FriendRequest],
    ) -> ServiceResult<()> {
        let user_id = self.user;
        let other = |request: &repository::friend::FriendRequest| {
            if request.from_id == user_id {
                request.to_id
            } else {
                request.from_id
            }
        };
        let ended = keepers
            .iter()
            .map(|friend| (*friend, UserChange::Friend(user_id)));
        let unblocked = blockers
            .iter()
            .map(|blocker| (*blocker, UserChange::Block(user_id)));
        let closed = requests
            .iter()
            .filter(|request| request.is_seen_by(other(request)))
            .map(|request| (other(request), UserChange::FriendRequest(request.id)));
        let changes: Vec<_> = ended.chain(unblocked).chain(closed).collect();
        let revs = repository::user_change::record(conn, &changes).await?;
        for ((user, change), user_rev) in changes.into_iter().zip(revs) {
            let event = match change {
                UserChange::FriendRequest(request_id) => {
                    ServerEvent::FriendRequestClosed(FriendRequestClosed { user_rev, request_id })
                }
                UserChange::Block(user_id) => ServerEvent::BlockRemoved(BlockRemoved { user_rev, user_id }),
                _ => ServerEvent::FriendRemoved(FriendRemoved { user_rev, user_id }),
            };
            self.told.push((vec![user], event.into()));
        }
        Ok(())
    }
}

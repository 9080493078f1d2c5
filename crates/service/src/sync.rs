//! Catching up after a gap, from one consistent snapshot and with the same few queries, however much changed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use damso_domain::{ConversationId, Rev, Seq, Timestamp, UserId};
use damso_protocol as protocol;
use damso_protocol::{
    ChangedDraft, ChangedMembership, ChangedPollVote, ConversationChanges, ErrorKind, HiddenMessage, Pointer,
    SyncPosition, SyncRequest, SyncResponse,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation_view::ConversationView;
use damso_repository::sync::{ChangedMember, ChangedMessage, MessagesSince, UserChanges};
use damso_repository::user::User;

use crate::realtime::Hub;
use crate::view::{Mentioned, Viewer};
use crate::{Context, ServiceResult, view};

/// A change of a profile is dated when its transaction begins; by this much later it is committed or never will be.
const LONGEST_CHANGE: Duration = Duration::from_mins(1);

/// Tells a client what it lacks.
#[derive(Clone)]
pub struct SyncService {
    context: Context,
}

impl SyncService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// What changed since the numbers that the client has.
    pub async fn sync(&self, user: UserId, request: SyncRequest) -> ServiceResult<SyncResponse> {
        if SyncRequest::MAX_CONVERSATIONS < request.conversations.len() {
            return Err(ErrorKind::MalformedRequest.into());
        }
        let hub = self.context.hub.clone();
        self.context
            .database
            .snapshot(async move |conn: &mut Connection| {
                let lacking = Lacking::load(conn, user, &request).await?;
                lacking.answer(conn, user, request.profiles_since, &hub).await
            })
            .await
    }
}

/// What was found in the snapshot.
struct Lacking {
    user_changes: UserChanges,
    /// Moved beyond what the client has of them.
    moved: Vec<ConversationId>,
    views: HashMap<ConversationId, ConversationView>,
    /// Those the client has and that have changed, with what it has of them.
    changed: Vec<SyncPosition>,
    messages: HashMap<ConversationId, Vec<ChangedMessage>>,
    members: HashMap<ConversationId, Vec<ChangedMember>>,
    /// All of them, if they changed.
    folders: Option<Vec<protocol::Folder>>,
}

impl Lacking {
    async fn load(conn: &mut Connection, user: UserId, request: &SyncRequest) -> ServiceResult<Self> {
        let user_changes = repository::sync::find_user_changes(conn, user, request.user_rev)
            .await?
            .ok_or(ErrorKind::NotAuthenticated)?;
        let positions: Vec<_> = request
            .conversations
            .iter()
            .map(|position| (position.id, position.rev, position.read_seq))
            .collect();
        let moved = repository::sync::list_moved(conn, user, &positions).await?;
        let views = load_views(conn, user, &moved, &user_changes).await?;
        let folders = if user_changes.has_new_folders {
            Some(view::folders(repository::folder::list(conn, user).await?))
        } else {
            None
        };
        let mut lacking = Self {
            folders,
            changed: changed_positions(request, &views),
            user_changes,
            moved,
            views,
            messages: HashMap::new(),
            members: HashMap::new(),
        };
        lacking.load_messages(conn, user).await?;
        lacking.load_members(conn).await?;
        Ok(lacking)
    }

    async fn load_messages(&mut self, conn: &mut Connection, user: UserId) -> ServiceResult<()> {
        let named = |id: &ConversationId| {
            let view = self.views.get(id);
            view.map_or((None, None), |view| (view.last_message_seq, view.notice_seq))
        };
        let mut wanted: HashMap<ConversationId, MessagesSince> = self
            .joined()
            .map(|view| {
                let since = MessagesSince {
                    id: view.id,
                    rev: Rev::new(i64::MAX),
                    last_seq: view.last_message_seq,
                    notice_seq: view.notice_seq,
                };
                (view.id, since)
            })
            .collect();
        for position in &self.changed {
            let (last_seq, notice_seq) = named(&position.id);
            let since = MessagesSince {
                id: position.id,
                rev: position.rev,
                last_seq,
                notice_seq,
            };
            wanted.insert(position.id, since);
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted: Vec<_> = wanted.into_values().collect();
        // One more than is told, to see whether it is too much.
        let limit = i64::try_from(SyncRequest::MAX_CHANGES + 1).unwrap_or(i64::MAX);
        for found in repository::sync::list_messages(conn, user, &wanted, limit).await? {
            let id = found.message.conversation_id;
            self.messages.entry(id).or_default().push(found);
        }
        Ok(())
    }

    async fn load_members(&mut self, conn: &mut Connection) -> ServiceResult<()> {
        let since: Vec<_> = self
            .changed
            .iter()
            .map(|position| (position.id, position.rev))
            .collect();
        for changed in repository::sync::list_members(conn, &since).await? {
            let id = changed.conversation_id;
            self.members.entry(id).or_default().push(changed);
        }
        Ok(())
    }

    fn is_listed(&self, id: &ConversationId) -> bool {
        self.views.get(id).is_some_and(|view| view.is_listed)
    }

    /// The conversations that came into the list.
    fn joined(&self) -> impl Iterator<Item = &ConversationView> {
        self.user_changes
            .conversations
            .iter()
            .filter_map(|id| self.views.get(id))
            .filter(|view| view.is_listed)
    }

    async fn answer(
        self,
        conn: &mut Connection,
        user: UserId,
        profiles_since: Option<Timestamp>,
        hub: &Hub,
    ) -> ServiceResult<SyncResponse> {
        let mut mentioned = Mentioned::default();
        let mut conversations = Vec::with_capacity(self.changed.len());
        for position in &self.changed {
            let Some(view) = self.views.get(&position.id) else {
                continue;
            };
            let changes = self.conversation_changes(view, position.rev)?;
            changes
                .messages
                .iter()
                .for_each(|message| mentioned.add_message(message));
            mentioned.add_members(&changes.members);
            mentioned.add_conversation(&changes.conversation);
            conversations.push(changes);
        }
        let joined: Vec<_> = self
            .joined()
            .map(|view| self.conversation(view))
            .collect::<ServiceResult<_>>()?;
        joined
            .iter()
            .for_each(|conversation| mentioned.add_conversation(conversation));

        let mut told = mentioned.clone();
        mentioned.add(user);
        self.mention_people(&mut mentioned);
        let found =
            repository::user::list_for_sync(conn, user, &mentioned.into_ids(), profiles_since).await?;
        found.changed.iter().for_each(|id| told.add(*id));
        let people = People {
            viewer: user,
            users: found.users.into_iter().map(|user| (user.id, user)).collect(),
        };
        Ok(SyncResponse {
            user_rev: self.user_changes.user_rev,
            user_changes: self.user_changes(&people, user, hub)?,
            conversations,
            pointers: self
                .moved
                .iter()
                .filter_map(|id| self.views.get(id))
                .map(pointer)
                .collect(),
            joined,
            left: self
                .user_changes
                .conversations
                .iter()
                .filter(|id| !self.is_listed(id))
                .copied()
                .collect(),
            users: people.of(&told),
            synced_at: self
                .user_changes
                .now
                .unwrap_or_else(Timestamp::now)
                .before(LONGEST_CHANGE),
        })
    }

    fn message(&self, id: ConversationId, seq: Option<Seq>) -> ServiceResult<Option<protocol::Message>> {
        let found = self.messages.get(&id).into_iter().flatten();
        let mut found = found.filter(|found| Some(found.message.seq) == seq);
        found
            .next()
            .map(|found| view::message(&found.message))
            .transpose()
    }

    fn conversation(&self, view: &ConversationView) -> ServiceResult<protocol::Conversation> {
        Ok(view::conversation(
            view,
            self.message(view.id, view.last_message_seq)?,
            self.message(view.id, view.notice_seq)?,
        ))
    }

    fn conversation_changes(
        &self,
        view: &ConversationView,
        since: Rev,
    ) -> ServiceResult<ConversationChanges> {
        let changed: Vec<&ChangedMessage> = self
            .messages
            .get(&view.id)
            .into_iter()
            .flatten()
            .filter(|found| found.is_changed)
            .collect();
        let is_ahead = view.rev < since;
        let is_reset = is_ahead || SyncRequest::MAX_CHANGES < changed.len();
        let (mut messages, mut withheld) = (Vec::new(), Vec::new());
        for found in changed.into_iter().filter(|_| !is_reset) {
            if found.is_visible {
                messages.push(view::message(&found.message)?);
            } else {
                withheld.push(found.message.seq);
            }
        }
        let (removed, members): (Vec<&ChangedMember>, Vec<&ChangedMember>) = self
            .members
            .get(&view.id)
            .into_iter()
            .flatten()
            .partition(|changed| changed.has_left);
        Ok(ConversationChanges {
            id: view.id,
            rev: view.rev,
            messages,
            withheld,
            members: members
                .iter()
                .map(|changed| view::member(&changed.member, Viewer::of(view)))
                .collect(),
            removed_members: removed.iter().map(|changed| changed.member.user_id).collect(),
            conversation: self.conversation(view)?,
            is_reset,
        })
    }

    /// Those of whom the changes of the user's own stream tell the profile.
    fn mention_people(&self, mentioned: &mut Mentioned) {
        for friendship in &self.user_changes.friends {
            mentioned.add(friendship.friend_id);
        }
        for request in &self.user_changes.friend_requests {
            mentioned.add(request.from_id);
            mentioned.add(request.to_id);
        }
        for block in &self.user_changes.blocks {
            mentioned.add(block.blocked_id);
        }
    }

    fn user_changes(&self, people: &People, user: UserId, hub: &Hub) -> ServiceResult<protocol::UserChanges> {
        let changes = &self.user_changes;
        let me = people.users.get(&user).ok_or(ErrorKind::NotAuthenticated)?;
        let memberships = changes
            .memberships
            .iter()
            .filter_map(|id| self.views.get(id))
            .map(|view| ChangedMembership {
                conversation_id: view.id,
                membership: view::membership(&view.membership),
            });
        let drafts = changes.drafts.iter().filter_map(|id| self.views.get(id));
        let drafts = drafts.map(|view| ChangedDraft {
            conversation_id: view.id,
            draft: view.draft.as_ref().map(view::draft),
        });
        let hidden = changes.hidden_messages.iter().map(|target| HiddenMessage {
            conversation_id: target.conversation_id,
            seq: target.seq,
        });
        let poll_votes = changes
            .poll_votes
            .iter()
            .map(|(target, rev, options)| ChangedPollVote {
                conversation_id: target.conversation_id,
                seq: target.seq,
                rev: *rev,
                options: options.clone(),
            });
        let viewer = user;
        let user = |id: &UserId| people.users.get(id).map(|found| view::user(found, viewer));
        Ok(protocol::UserChanges {
            me: Some(view::me(me)?),
            friends: changes
                .friends
                .iter()
                .filter_map(|friendship| {
                    Some(view::friend(
                        friendship,
                        people.users.get(&friendship.friend_id)?,
                        viewer,
                        hub,
                    ))
                })
                .collect(),
            removed_friend_ids: changes.removed_friends.clone(),
            friend_requests: changes
                .friend_requests
                .iter()
                .filter_map(|request| {
                    let (from, to) = (user(&request.from_id)?, user(&request.to_id)?);
                    Some(view::friend_request(request, from, to))
                })
                .collect(),
            closed_friend_request_ids: changes.closed_requests.clone(),
            memberships: memberships.collect(),
            hidden_messages: hidden.collect(),
            folders: self.folders.clone(),
            drafts: drafts.collect(),
            poll_votes: poll_votes.collect(),
            settings: changes.has_new_settings.then(|| view::settings(&me.settings)),
            blocks: changes
                .blocks
                .iter()
                .filter_map(|block| Some(view::block(block, user(&block.blocked_id)?)))
                .collect(),
            removed_block_ids: changes.unblocked.clone(),
        })
    }
}

/// Everybody an answer needs.
struct People {
    viewer: UserId,
    users: HashMap<UserId, User>,
}

impl People {
    fn of(&self, mentioned: &Mentioned) -> Vec<protocol::User> {
        mentioned
            .ids()
            .filter_map(|id| self.users.get(&id))
            .map(|user| view::user(user, self.viewer))
            .collect()
    }
}

async fn load_views(
    conn: &mut Connection,
    user: UserId,
    moved: &[ConversationId],
    user_changes: &UserChanges,
) -> ServiceResult<HashMap<ConversationId, ConversationView>> {
    let mut wanted = [
        moved,
        &user_changes.conversations,
        &user_changes.memberships,
        &user_changes.drafts,
    ]
    .concat();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let views = repository::conversation_view::list_by_ids(conn, user, &wanted).await?;
    Ok(views.into_iter().map(|view| (view.id, view)).collect())
}

/// What the client has of the conversations that have changed, each once.
fn changed_positions(
    request: &SyncRequest,
    views: &HashMap<ConversationId, ConversationView>,
) -> Vec<SyncPosition> {
    let mut seen = HashSet::new();
    request
        .conversations
        .iter()
        .filter(|position| {
            let view = views.get(&position.id);
            view.is_some_and(|view| view.rev != position.rev) && seen.insert(position.id)
        })
        .copied()
        .collect()
}

fn pointer(view: &ConversationView) -> Pointer {
    Pointer {
        conversation_id: view.id,
        read_seq: view.membership.read_seq,
        unread_count: view.unread_count,
        mention_count: view.mention_count,
    }
}

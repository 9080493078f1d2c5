//! Links that people hand out: to become their friend, or to come into a group. The operator's invitations to make an
//! account are in [`crate::invite`].
//!
//! A code is 128 bits, derived from the link's id with a key of the server. So it can be shown again to whoever manages
//! the group, and what the database has of it, its hash, opens nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_domain::{
    ConversationId, ConversationKind, FriendRequestId, ImageId, InviteLifetime, InviteLinkId, InviteUses,
    Role, Timestamp, UserId,
};
use damso_protocol::{
    Conversation, CreateGroupInviteRequest, ErrorKind, FriendInvite, FriendRequest, GroupInvite,
    GroupInvites, InviteKind, InvitePreview, SystemNotice,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::conversation::LockedConversation;
use damso_repository::invite_link::InviteLink;
use damso_repository::session::TokenHash;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::access::{self, Change};
use crate::announcement::{Announcement, created, tell_joined};
use crate::friendship::{self, Announcements};
use crate::group::{insert_system, refuse_unless_group};
use crate::keys::{Key, Keys, Purpose};
use crate::realtime::Hub;
use crate::{Context, Fields, ServiceError, ServiceResult, account, member, view};

/// What somebody has who was given a link.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct InviteCode([u8; 16]);

impl InviteCode {
    /// The code of a link of this server.
    fn of(key: &Key, id: InviteLinkId) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(id.as_uuid().as_bytes());
        let mut code = [0; 16];
        code.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Self(code)
    }

    /// What cannot be a code is answered as one that is not good.
    pub(crate) fn parse(raw: &str) -> ServiceResult<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw).ok();
        let code = bytes.and_then(|bytes| bytes.try_into().ok());
        Ok(Self(code.ok_or(ErrorKind::InviteNotFound)?))
    }

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// Makes links, shows them, follows them and takes them back.
#[derive(Clone)]
pub struct InviteLinkService {
    context: Context,
    key: Key,
}

impl InviteLinkService {
    pub(crate) fn new(context: Context, keys: &Keys) -> Self {
        Self {
            context,
            key: keys.derive(Purpose::InviteLink),
        }
    }

    fn url(&self, code: &InviteCode) -> String {
        format!("{}/invite/{}", self.context.post.server_url(), code.encode())
    }

    /// Makes a link by which one person becomes a friend of `user`. Of more than [`FriendInvite::MOST`] the oldest is
    /// good no longer.
    pub async fn create_for_friend(&self, user: UserId) -> ServiceResult<FriendInvite> {
        let now = Timestamp::now();
        let expires_at = now.after(InviteLifetime::OF_FRIEND);
        let link = InviteLink {
            id: InviteLinkId::new(),
            maker_id: user,
            conversation_id: None,
            max_uses: Some(1),
            uses: 0,
            created_at: now,
            expires_at: Some(expires_at),
        };
        let code = InviteCode::of(&self.key, link.id);
        let hash = code.hash();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                account::lock_own(conn, user).await?;
                repository::invite_link::insert(conn, &hash, &link).await?;
                repository::invite_link::delete_of_friend(conn, user, FriendInvite::MOST).await?;
                Ok::<_, ServiceError>(())
            })
            .await?;
        Ok(FriendInvite {
            url: self.url(&code),
            code: code.encode(),
            expires_at,
        })
    }

    /// Takes back every link by which somebody may become a friend of `user`.
    pub async fn delete_for_friend(&self, user: UserId) -> ServiceResult<()> {
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                account::lock_own(conn, user).await?;
                repository::invite_link::delete_of_friend(conn, user, 0).await?;
                Ok(())
            })
            .await
    }

    /// The links into a group that are good, the newest first.
    pub async fn list_for_group(&self, user: UserId, id: ConversationId) -> ServiceResult<GroupInvites> {
        let now = Timestamp::now();
        let (links, makers) = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let me = access::member(conn, user, id).await?;
                let kind = repository::conversation::find_kind(conn, id).await?;
                if !kind.is_some_and(ConversationKind::has_changing_members) {
                    return Err(ErrorKind::NotAGroup.into());
                }
                refuse_unless_manager(me.role)?;
                let links = repository::invite_link::list_open(conn, id, now).await?;
                let ids: Vec<_> = links.iter().map(|link| link.maker_id).collect();
                Ok::<_, ServiceError>((links, repository::user::list(conn, &ids).await?))
            })
            .await?;
        let shown = |link: &InviteLink| {
            let maker = makers.iter().find(|maker| maker.id == link.maker_id)?;
            Some(self.group_invite(link, view::user(maker, user)))
        };
        Ok(GroupInvites {
            items: links.iter().filter_map(shown).collect(),
        })
    }

    fn group_invite(&self, link: &InviteLink, made_by: damso_protocol::User) -> GroupInvite {
        let code = InviteCode::of(&self.key, link.id);
        GroupInvite {
            url: self.url(&code),
            code: code.encode(),
            made_by,
            max_uses: link.max_uses,
            uses: link.uses,
            created_at: link.created_at,
            expires_at: link.expires_at,
        }
    }

    /// Makes a link into a group.
    pub async fn create_for_group(
        &self,
        user: UserId,
        id: ConversationId,
        request: CreateGroupInviteRequest,
    ) -> ServiceResult<GroupInvite> {
        let mut fields = Fields::default();
        let uses = request.max_uses.map(InviteUses::parse);
        let max_uses = uses.and_then(|uses| fields.check("max_uses", uses));
        let lifetime = request.expires_in_secs.map(InviteLifetime::parse);
        let lifetime = lifetime.and_then(|lifetime| fields.check("expires_in_secs", lifetime));
        fields.refuse()?;
        let now = Timestamp::now();
        let link = InviteLink {
            id: InviteLinkId::new(),
            maker_id: user,
            conversation_id: Some(id),
            max_uses: max_uses.map(InviteUses::get),
            uses: 0,
            created_at: now,
            expires_at: lifetime.map(|lifetime| now.after(lifetime.get())),
        };
        let (hash, stored) = (InviteCode::of(&self.key, link.id).hash(), link.clone());
        let maker = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let change = Change::begin(conn, user, id).await?;
                refuse_unless_group(&change)?;
                refuse_unless_manager(change.me.role)?;
                let open = repository::invite_link::list_open(conn, id, now).await?;
                if GroupInvite::MOST <= open.len() {
                    return Err(ErrorKind::TooManyInvites.into());
                }
                repository::invite_link::insert(conn, &hash, &stored).await?;
                let maker = repository::user::find(conn, user).await?;
                Ok::<_, ServiceError>(maker.ok_or(ErrorKind::NotAuthenticated)?)
            })
            .await?;
        Ok(self.group_invite(&link, view::user(&maker, user)))
    }

    /// Takes a link into a group back.
    pub async fn delete_for_group(&self, user: UserId, id: ConversationId, code: &str) -> ServiceResult<()> {
        // Whose group it is comes before what is wrong with the code.
        let hash = InviteCode::parse(code).map(|code| code.hash());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                let change = Change::begin(conn, user, id).await?;
                refuse_unless_group(&change)?;
                refuse_unless_manager(change.me.role)?;
                if repository::invite_link::delete(conn, id, &hash?).await? {
                    Ok(())
                } else {
                    Err(ErrorKind::InviteNotFound.into())
                }
            })
            .await
    }

    /// What a link shows before it is followed, to anybody.
    pub async fn preview(&self, code: &str) -> ServiceResult<InvitePreview> {
        let (code, now) = (InviteCode::parse(code)?, Timestamp::now());
        self.context
            .database
            .run(async move |conn: &mut Connection| {
                let link = find_open(conn, &code, now).await?;
                preview(conn, &link).await
            })
            .await
    }

    /// Refuses unless the preview of a link shows this picture.
    pub async fn require_picture(&self, code: &str, image: ImageId) -> ServiceResult<()> {
        let shown = match self.preview(code).await {
            Ok(preview) => preview.avatar,
            Err(ServiceError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        if shown.is_some_and(|shown| shown.id == image) {
            Ok(())
        } else {
            Err(ErrorKind::ImageNotFound.into())
        }
    }

    /// Comes into a group by a link. Whoever is in it already stays as they are, and uses nothing up.
    pub async fn join(&self, user: UserId, code: &str) -> ServiceResult<Conversation> {
        let (code, now) = (InviteCode::parse(code)?, Timestamp::now());
        let (conversation, announcement) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let found = repository::invite_link::find(conn, &code.hash()).await?;
                let id = found
                    .and_then(|link| link.conversation_id)
                    .ok_or(ErrorKind::InviteNotFound)?;
                let group = repository::conversation::lock(conn, id)
                    .await?
                    .ok_or(ErrorKind::InviteNotFound)?;
                let members = repository::member::list_all(conn, id).await?;
                let announcement = if members.iter().any(|member| member.user_id == user) {
                    Announcement::default()
                } else {
                    enter(
                        conn,
                        user,
                        Arrival {
                            group,
                            members,
                            code,
                            now,
                        },
                    )
                    .await?
                };
                let conversation = view::load_conversation(conn, user, id).await?;
                Ok::<_, ServiceError>((conversation, announcement))
            })
            .await?;
        announcement.tell(&self.context.hub);
        Ok(conversation)
    }
}

fn refuse_unless_manager(role: Role) -> ServiceResult<()> {
    if role.can_manage_invites() {
        Ok(())
    } else {
        Err(ErrorKind::NotAllowed.into())
    }
}

/// The link with this code, while it lets anybody in. A link of somebody whom the operator has shut out does not.
async fn find_open(conn: &mut Connection, code: &InviteCode, now: Timestamp) -> ServiceResult<InviteLink> {
    let link = repository::invite_link::find(conn, &code.hash())
        .await?
        .filter(|link| link.is_open(now))
        .ok_or(ErrorKind::InviteNotFound)?;
    let maker = repository::user::find(conn, link.maker_id).await?;
    if maker.is_some_and(|maker| maker.disabled_at.is_none()) {
        Ok(link)
    } else {
        Err(ErrorKind::InviteNotFound.into())
    }
}

async fn preview(conn: &mut Connection, link: &InviteLink) -> ServiceResult<InvitePreview> {
    if let Some(id) = link.conversation_id {
        let group = repository::invite_link::find_group(conn, id)
            .await?
            .ok_or(ErrorKind::InviteNotFound)?;
        return Ok(InvitePreview {
            kind: InviteKind::Group,
            name: group.name,
            avatar: group.avatar.as_ref().map(view::image),
            member_count: Some(group.member_count),
        });
    }
    let maker = repository::user::find(conn, link.maker_id)
        .await?
        .ok_or(ErrorKind::InviteNotFound)?;
    let avatar = maker.avatar.filter(|_| maker.hidden_from.is_empty());
    Ok(InvitePreview {
        kind: InviteKind::Friend,
        name: Some(maker.display_name),
        avatar: avatar.as_ref().map(view::image),
        member_count: None,
    })
}

/// Somebody at the door of a group that is locked.
struct Arrival {
    group: LockedConversation,
    members: Vec<repository::member::Member>,
    code: InviteCode,
    now: Timestamp,
}

/// Lets somebody in who is not there yet, and prepares what is told of it.
async fn enter(conn: &mut Connection, user: UserId, arrival: Arrival) -> ServiceResult<Announcement> {
    let Arrival {
        mut group,
        members,
        code,
        now,
    } = arrival;
    // Looked for again, under the lock: it may have been taken back, or used up, meanwhile.
    let link = find_open(conn, &code, now).await?;
    if repository::member::was_removed(conn, group.id, user).await? {
        return Err(ErrorKind::RemovedFromGroup.into());
    }
    if ConversationKind::MAX_MEMBERS <= members.len() {
        return Err(ErrorKind::GroupFull.into());
    }
    let account = account::lock_own(conn, user).await?;
    if !repository::invite_link::take(conn, link.id, now).await? {
        return Err(ErrorKind::InviteNotFound.into());
    }
    let me = member::insert(conn, &mut group, &account, Role::Member, now).await?;
    let mut change = Change {
        conversation: group,
        me,
        members,
    };
    let arrived = member::arrival(&change, &account, &me);
    let message = insert_system(conn, &mut change, &SystemNotice::MemberJoined, now).await?;
    repository::conversation::save_numbers(conn, &change.conversation).await?;
    Ok(Announcement {
        to_members: vec![arrived, created(&message)?.into()],
        members: change.audience(),
        to_users: tell_joined(conn, change.conversation.id, &[user]).await?,
        ..Announcement::default()
    })
}

/// Makes `user` a friend of whoever made the link, who has agreed to that by handing it out. Uses it up.
///
/// If they block each other meanwhile: who blocks is told so; who is blocked has a friend as of now who is not here any
/// more, as after a request that was made before the block.
pub(crate) async fn befriend(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    code: &InviteCode,
    now: Timestamp,
) -> ServiceResult<(FriendRequest, Announcements)> {
    let link = find_open(conn, code, now).await?;
    let maker = link.maker_id;
    if link.conversation_id.is_some() {
        return Err(ErrorKind::InviteNotFound.into());
    }
    if maker == user {
        return Err(ErrorKind::CannotBefriendSelf.into());
    }
    let locked = repository::user::lock(conn, &[user, maker]).await?;
    if locked.len() < 2 {
        return Err(ErrorKind::InviteNotFound.into());
    }
    if repository::block::find(conn, user, maker).await?.is_some() {
        return Err(ErrorKind::BlockedByYou.into());
    }
    if repository::friend::find(conn, user, maker).await?.is_some() {
        return Err(ErrorKind::AlreadyFriends.into());
    }
    if !repository::invite_link::take(conn, link.id, now).await? {
        return Err(ErrorKind::InviteNotFound.into());
    }
    let is_blocked = repository::block::find(conn, maker, user).await?.is_some();
    // Whoever did not see a request that waits has agreed since, but for a maker who blocks.
    let hidden_for = is_blocked.then_some(maker);
    let waiting = match repository::friend::find_request_between(conn, user, maker).await? {
        Some(waiting) => Some(waiting),
        None => repository::friend::find_request_between(conn, maker, user).await?,
    };
    if let Some(waiting) = waiting {
        let request = repository::friend::FriendRequest {
            hidden_for,
            ..waiting
        };
        let answer = friendship::accepted(conn, user, &request).await?;
        return Ok((answer, friendship::befriend(conn, hub, &request, now).await?));
    }
    let request = repository::friend::FriendRequest {
        id: FriendRequestId::new(),
        from_id: user,
        to_id: maker,
        message: String::new(),
        created_at: now,
        hidden_for,
    };
    let answer = friendship::accepted(conn, user, &request).await?;
    // Blocked and let be again, the maker may have been kept as a friend all along.
    let is_kept = repository::friend::find(conn, maker, user).await?.is_some();
    let announcements = if is_kept {
        friendship::keep_again(conn, hub, user, maker, now).await?
    } else {
        friendship::become_friends(conn, hub, &request, now).await?
    };
    Ok((answer, announcements))
}

//! Who asks, and what there is to ask about.

use std::sync::atomic::{AtomicU32, Ordering};

use damso_domain::{AttachmentId, ConversationId, ImageId};
use damso_protocol::{Conversation, FriendInvite, FriendRequest, GroupInvite, Me, Member, Message};
use damso_testing::{Actor, PASSWORD, TestApp, picture};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::blocks::{ask, block, unblock};
use crate::polls;

/// Who asks, as the owner of a group sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Without a token.
    Anonymous,
    /// Signed in, and that is all.
    Outsider,
    /// A friend of the owner who is not in the group.
    Friend,
    /// In the group, no friend of the owner.
    Member,
    Admin,
    Owner,
    /// Was in the group and has seen what was said until the owner removed them.
    Removed,
    /// In the group and a friend, until the owner blocked them; they do not know.
    Blocked,
    /// An account that is gone, with the token it had.
    Deleted,
    /// The owner, with the token of a session that was signed out.
    Ended,
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Anonymous,
        Self::Outsider,
        Self::Friend,
        Self::Member,
        Self::Admin,
        Self::Owner,
        Self::Removed,
        Self::Blocked,
        Self::Deleted,
        Self::Ended,
    ];

    /// Whether their token is good.
    pub fn is_signed_in(self) -> bool {
        !matches!(self, Self::Anonymous | Self::Deleted | Self::Ended)
    }
}

/// A handle that nobody has.
pub fn new_handle(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{name}{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn sign_up(app: &TestApp, name: &str) -> Actor {
    let [actor] = app.users([new_handle(name).as_str()]).await;
    actor
}

/// Everybody but the owner.
pub struct Cast {
    /// A friend of everyone in the group, in which they are no more.
    pub host: Actor,
    pub outsider: Actor,
    pub friend: Actor,
    pub member: Actor,
    pub admin: Actor,
    pub removed: Actor,
    pub blocked: Actor,
    pub deleted: Actor,
}

impl Cast {
    pub async fn assemble(app: &TestApp) -> Self {
        let cast = Self {
            host: sign_up(app, "host").await,
            outsider: sign_up(app, "outsider").await,
            friend: sign_up(app, "friend").await,
            member: sign_up(app, "member").await,
            admin: sign_up(app, "admin").await,
            removed: sign_up(app, "removed").await,
            blocked: sign_up(app, "blocked").await,
            deleted: sign_up(app, "deleted").await,
        };
        for other in [&cast.member, &cast.admin, &cast.removed, &cast.blocked] {
            cast.host.befriend(other).await;
        }
        let farewell = json!({ "password": PASSWORD, "messages": "erase" });
        let gone = cast.deleted.post("/me/deletion", &farewell).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        cast
    }
}

/// A conversation with something in it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub id: ConversationId,
    /// A message by the owner.
    pub by_owner: i64,
    /// A message by the member; in a group only.
    pub by_member: Option<i64>,
    /// A file that the owner sent.
    pub file: AttachmentId,
    /// A poll of the owner's, and one of the member's; in a group only.
    pub polls: Option<(i64, i64)>,
}

/// What there is to ask about: all of it hangs on an owner who is new in each scene, so that no scene disturbs another.
pub struct Scene<'a> {
    pub app: &'a TestApp,
    pub cast: &'a Cast,
    pub owner: Actor,
    ended: OnceCell<Actor>,
    group: OnceCell<Place>,
    direct: OnceCell<Place>,
    blocked_direct: OnceCell<Place>,
    notes: OnceCell<Place>,
}

impl<'a> Scene<'a> {
    pub async fn set(app: &'a TestApp, cast: &'a Cast) -> Self {
        let owner = sign_up(app, "owner").await;
        for friend in [&cast.host, &cast.friend, &cast.blocked] {
            owner.befriend(friend).await;
        }
        block(&owner, &cast.blocked).await;
        Self {
            app,
            cast,
            owner,
            ended: OnceCell::new(),
            group: OnceCell::new(),
            direct: OnceCell::new(),
            blocked_direct: OnceCell::new(),
            notes: OnceCell::new(),
        }
    }

    /// Who asks.
    pub async fn actor(&self, role: Role) -> Actor {
        match role {
            Role::Anonymous => self.app.anonymous(),
            Role::Outsider => self.cast.outsider.clone(),
            Role::Friend => self.cast.friend.clone(),
            Role::Member => self.cast.member.clone(),
            Role::Admin => self.cast.admin.clone(),
            Role::Owner => self.owner.clone(),
            Role::Removed => self.cast.removed.clone(),
            Role::Blocked => self.cast.blocked.clone(),
            Role::Deleted => self.cast.deleted.clone(),
            Role::Ended => self.ended.get_or_init(|| self.end_session()).await.clone(),
        }
    }

    async fn end_session(&self) -> Actor {
        let tablet = self.owner.sign_in_again().await;
        assert_eq!(tablet.post("/auth/sign-out", &json!({})).await.status, 204);
        tablet
    }

    /// Somebody whom nobody knows.
    pub async fn stranger(&self) -> Actor {
        sign_up(self.app, "stranger").await
    }

    /// The group.
    pub async fn group(&self) -> Place {
        *self.group.get_or_init(|| self.make_group()).await
    }

    /// The conversation of the owner and the friend.
    pub async fn direct(&self) -> Place {
        let make = async || {
            let id = self.owner.open_direct(&self.cast.friend).await.id;
            self.fill(id).await
        };
        *self.direct.get_or_init(make).await
    }

    /// The conversation of the owner and the blocked, in which the owner has spoken before.
    pub async fn blocked_direct(&self) -> Place {
        let make = async || {
            let blocked = &self.cast.blocked;
            unblock(&self.owner, blocked).await;
            let place = self.fill(blocked.open_direct(&self.owner).await.id).await;
            block(&self.owner, blocked).await;
            place
        };
        *self.blocked_direct.get_or_init(make).await
    }

    /// The owner's notes to oneself.
    pub async fn notes(&self) -> Place {
        let make = async || self.fill(self.owner.notes().await.id).await;
        *self.notes.get_or_init(make).await
    }

    async fn make_group(&self) -> Place {
        let Cast {
            host,
            member,
            admin,
            removed,
            blocked,
            ..
        } = self.cast;
        let others = [&self.owner, member, admin, removed, blocked];
        let id = host.create_group("hikers", &others).await.id;
        host.set_role(id, admin, "admin").await.json::<Member>();
        host.set_role(id, &self.owner, "owner").await.json::<Member>();
        assert_eq!(host.leave(id).await.status, 204);
        let place = Place {
            by_member: Some(member.say(id, "from the member").await.seq.as_i64()),
            polls: Some((
                polls::make(&self.owner, id, &polls::lunch()).await,
                polls::make(member, id, &polls::lunch()).await,
            )),
            ..self.fill(id).await
        };
        assert_eq!(removed.message(id, place.by_owner).await.status, 200);
        assert_eq!(self.owner.remove_member(id, removed).await.status, 204);
        place
    }

    async fn fill(&self, id: ConversationId) -> Place {
        let by_owner = self.owner.say(id, "from the owner").await.seq.as_i64();
        let file = self.unsent_file().await;
        self.owner.send_files(id, &[file]).await.json::<Message>();
        Place {
            id,
            by_owner,
            by_member: None,
            file,
            polls: None,
        }
    }

    /// A file of the owner's that is in no message.
    pub async fn unsent_file(&self) -> AttachmentId {
        let text = b"plan".to_vec();
        self.owner.upload("plan.txt", "text/plain", text).await.id
    }

    /// A file of the owner's whose bytes are there, and that is all.
    pub async fn announced_file(&self) -> AttachmentId {
        let created = self.owner.create_attachment("plan.txt", "text/plain", 4).await;
        let put = self.owner.put_bytes(&created, b"plan".to_vec()).await;
        assert_eq!(put.status, 200, "{}", put.text());
        created.attachment.id
    }

    /// A file of the owner's whose message was deleted.
    pub async fn deleted_file(&self) -> AttachmentId {
        let (group, file) = (self.group().await.id, self.unsent_file().await);
        let sent: Message = self.owner.send_files(group, &[file]).await.json();
        let deleted = self.owner.delete_message(group, sent.seq.as_i64(), "everyone");
        assert_eq!(deleted.await.status, 204);
        file
    }

    /// A new picture for the owner's profile.
    pub async fn avatar(&self) -> ImageId {
        let body = json!({ "attachment_id": upload_picture(&self.owner).await });
        let me: Me = self.owner.put("/me/avatar", &body).await.json();
        me.avatar.unwrap().id
    }

    /// A new picture for the group.
    pub async fn group_picture(&self) -> ImageId {
        let body = json!({ "avatar_attachment_id": upload_picture(&self.owner).await });
        let group = self.owner.update_group(self.group().await.id, &body).await;
        group.json::<Conversation>().avatar.unwrap().id
    }

    /// A link by which somebody becomes a friend of the owner.
    pub async fn friend_invite(&self) -> FriendInvite {
        self.owner.post("/me/friend-invites", &json!({})).await.json()
    }

    /// A link of the owner's into the group.
    pub async fn group_invite(&self) -> GroupInvite {
        let path = format!("/conversations/{}/invites", self.group().await.id);
        self.owner.post(&path, &json!({})).await.json()
    }

    /// Somebody asks to be the owner's friend.
    pub async fn request_to_owner(&self) -> FriendRequest {
        ask(&self.stranger().await, &self.owner).await.json()
    }
}

/// A picture that is in no message.
pub async fn upload_picture(actor: &Actor) -> AttachmentId {
    actor.upload("me.png", "image/png", picture::png(8, 8)).await.id
}

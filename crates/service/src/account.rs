//! One's own account: profile, picture, password, and its end.

use std::time::Duration;

use damso_domain::{
    AttachmentId, Birthday, CalendarDay, DisplayName, Handle, Password, Rev, SecurityEventKind,
    StatusMessage, Timestamp, UserId,
};
use damso_protocol::{
    ChangePasswordRequest, DeletionReport, DeletionRequest, ErrorKind, Me, UpdateMeRequest,
};
use damso_repository as repository;
use damso_repository::link::LinkPurpose;
use damso_repository::security_event::Origin;
use damso_repository::session::SessionsToEnd;
use damso_repository::user::{Picture, ProfileChange, User};
use damso_repository::{Connection, RepositoryError};

use crate::announcement::Fact;
use crate::auth::verify_own_password;
use crate::friendship::Announcements;
use crate::image::ImageService;
use crate::passkey::PasskeyService;
use crate::password::PasswordHasher;
use crate::realtime::{Hub, Subscription};
use crate::security_log::{self, Told};
use crate::session::SessionService;
use crate::{Context, CurrentUser, Fields, ServiceError, ServiceResult, birthday, deletion, view};

/// How long nobody else can take a handle that was given up.
pub const HOLD_HANDLE: Duration = Duration::from_hours(2160);

/// Changes one's own account.
#[derive(Clone)]
pub struct AccountService {
    context: Context,
    passwords: PasswordHasher,
    passkeys: PasskeyService,
    sessions: SessionService,
    images: ImageService,
}

impl AccountService {
    pub(crate) fn new(
        context: Context,
        passwords: PasswordHasher,
        passkeys: PasskeyService,
        sessions: SessionService,
        images: ImageService,
    ) -> Self {
        Self {
            context,
            passwords,
            passkeys,
            sessions,
            images,
        }
    }

    /// The account.
    pub async fn get(&self, user: UserId) -> ServiceResult<Me> {
        view::me(&self.find(user).await?)
    }

    /// A live account.
    async fn find(&self, user: UserId) -> ServiceResult<User> {
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::user::find(conn, user).await)
            .await?;
        found
            .filter(|user| user.deleted_at.is_none())
            .ok_or_else(|| ErrorKind::NotAuthenticated.into())
    }

    /// Where the user's own stream stands when a socket opens; the socket shows from now on what the user shows.
    pub async fn open_socket(&self, user: UserId, socket: &Subscription) -> ServiceResult<Rev> {
        let user = self.find(user).await?;
        socket.share(user.rev, &user.settings);
        Ok(user.rev)
    }

    /// Changes name, handle, status message, language and birthday, and tells everyone who sees them.
    pub async fn update(&self, user: UserId, request: &UpdateMeRequest) -> ServiceResult<Me> {
        let now = Timestamp::now();
        let change = parse_profile(request, now)?;
        let changed = loop {
            let (change, hub) = (change.clone(), self.context.hub.clone());
            let outcome = self
                .context
                .database
                .transaction(async move |conn: &mut Connection| {
                    change_profile(conn, &hub, user, &change, now).await
                })
                .await?;
            if let Some(changed) = outcome {
                break changed;
            }
        };
        self.announce_profile(&changed.user, changed.audience);
        for (friend, event) in changed.to_friends {
            self.context.hub.to_user(friend, &event);
        }
        view::me(&changed.user)
    }

    /// Takes an uploaded picture as the account's own, cropped to a square.
    pub async fn set_avatar(&self, user: UserId, attachment: AttachmentId) -> ServiceResult<Me> {
        let picture = self.images.make_from_attachment(user, attachment).await?;
        self.replace_avatar(user, Some(picture)).await
    }

    /// Takes the account's picture away.
    pub async fn remove_avatar(&self, user: UserId) -> ServiceResult<Me> {
        self.replace_avatar(user, None).await
    }

    async fn replace_avatar(&self, user: UserId, picture: Option<Picture>) -> ServiceResult<Me> {
        let now = Timestamp::now();
        let (updated, audience) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let before = lock_own(conn, user).await?;
                let updated = repository::user::update_avatar(conn, user, picture.as_ref()).await?;
                if let Some(old) = before.avatar {
                    crate::image::delete_later(conn, old.id, now).await?;
                }
                let audience = repository::user::list_audience(conn, user).await?;
                Ok::<_, ServiceError>((updated, audience))
            })
            .await?;
        self.announce_profile(&updated, audience);
        view::me(&updated)
    }

    fn announce_profile(&self, user: &User, mut audience: Vec<UserId>) {
        self.context.profiles.forget(user.id);
        audience.push(user.id);
        Fact::profile(user).tell(&self.context.hub, &audience);
    }

    /// Replaces the password and ends every other session.
    pub async fn change_password(
        &self,
        user: CurrentUser,
        request: &ChangePasswordRequest,
    ) -> ServiceResult<()> {
        let me = self.get(user.id).await?;
        let mut fields = Fields::default();
        let mut logins = vec![me.handle.as_str()];
        logins.extend(me.email.as_deref());
        logins.extend(me.pending_email.as_deref());
        let Some(new) = fields.check(
            "new_password",
            Password::parse_new(&request.new_password, &logins),
        ) else {
            return Err(fields.into());
        };
        let old = verify_own_password(
            &self.context,
            &self.passwords,
            user.id,
            &request.current_password,
            "current_password",
        )
        .await?;
        let logins = logins.into_iter().map(str::to_owned).collect();
        let new = self.passwords.hash_new(new, logins, "new_password").await?;
        let now = Timestamp::now();
        let ended = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Only if it still is the one that was verified: of two changes at once one is refused.
                if !repository::user::replace_password_hash(conn, user.id, &old, &new).await? {
                    return Err(ErrorKind::NotAllowed.into());
                }
                repository::link::delete_all(conn, user.id, Some(LinkPurpose::ResetPassword)).await?;
                let (kind, origin) = (
                    SecurityEventKind::PasswordChanged,
                    Origin::Session(user.session_id),
                );
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                let others = SessionsToEnd::AllBut(user.session_id);
                Ok::<_, ServiceError>(repository::session::end(conn, user.id, others, now).await?)
            })
            .await?;
        self.sessions.announce_ended(user.id, &ended, now);
        self.context.bell.ring();
        Ok(())
    }

    /// Deletes the account: credentials, sessions, friendships and files go, messages are erased or stay
    /// without a name. Answers with what went.
    pub async fn delete(
        &self,
        user: CurrentUser,
        request: &DeletionRequest,
    ) -> ServiceResult<DeletionReport> {
        match (&request.password, &request.passkey_assertion) {
            (Some(password), None) => {
                verify_own_password(&self.context, &self.passwords, user.id, password, "password").await?;
            }
            (None, Some(assertion)) => {
                self.passkeys.finish_own_use(user.id, assertion).await?;
            }
            _ => return Err(ErrorKind::MalformedRequest.into()),
        }
        deletion::delete(&self.context, &self.sessions, user.id, request.messages).await
    }
}

/// Locks an account that is signed in; it may have been deleted a moment ago.
pub(crate) async fn lock_own(conn: &mut Connection, user: UserId) -> ServiceResult<User> {
    let locked = repository::user::lock(conn, &[user]).await?.pop();
    locked.ok_or_else(|| ErrorKind::NotAuthenticated.into())
}

/// An account that says something else of itself, and who is told of it.
struct Changed {
    user: User,
    audience: Vec<UserId>,
    to_friends: Announcements,
}

/// Changes the profile. `None`: it is to be done again.
async fn change_profile(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    change: &ProfileChange,
    now: Timestamp,
) -> ServiceResult<Option<Changed>> {
    let before = if change.birthday.is_some() {
        let Some(locked) = birthday::lock_with_keepers(conn, user).await? else {
            return Ok(None);
        };
        locked
    } else {
        lock_own(conn, user).await?
    };
    if let Some(handle) = &change.handle
        && repository::held_handle::is_held(conn, handle, Some(user), now).await?
    {
        return Err(ErrorKind::HandleTaken.into());
    }
    let updated = match repository::user::update_profile(conn, user, change).await {
        Err(RepositoryError::Conflict { .. }) => return Err(ErrorKind::HandleTaken.into()),
        updated => updated?,
    };
    let to_friends = birthday::announce(conn, hub, &before, &updated).await?;
    if let Some(given_up) = before
        .handle
        .filter(|handle| updated.handle.as_ref() != Some(handle))
    {
        repository::held_handle::insert(conn, &given_up, user, now.after(HOLD_HANDLE)).await?;
    }
    let audience = repository::user::list_audience(conn, user).await?;
    Ok(Some(Changed {
        user: updated,
        audience,
        to_friends,
    }))
}

fn parse_profile(request: &UpdateMeRequest, now: Timestamp) -> ServiceResult<ProfileChange> {
    let mut fields = Fields::default();
    let display_name = request.display_name.as_deref();
    let handle = request.handle.as_deref();
    let status_message = request.status_message.as_deref();
    let change = ProfileChange {
        display_name: display_name.and_then(|name| fields.check("display_name", DisplayName::parse(name))),
        handle: handle.and_then(|handle| fields.check("handle", Handle::parse(handle))),
        status_message: status_message
            .and_then(|text| fields.check("status_message", StatusMessage::parse(text))),
        locale: request.locale,
        birthday: match &request.birthday {
            None => None,
            Some(None) => Some(None),
            Some(Some(raw)) => {
                let parsed = Birthday::parse(raw, CalendarDay::latest(now));
                fields.check("birthday", parsed).map(Some)
            }
        },
    };
    fields.refuse()?;
    Ok(change)
}

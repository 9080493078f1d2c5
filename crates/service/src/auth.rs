//! Signing up, in and out, and who a token speaks for.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use damso_domain::{
    ConversationKind, DisplayName, EmailAddress, Handle, History, Locale, Password, Role, SecurityEventKind,
    SessionId, SessionName, Timestamp, UserId,
};
use damso_protocol::{ErrorKind, Me, PasswordStrength, PasswordStrengthRequest, SignUp, SignUpRequest};
use damso_repository as repository;
use damso_repository::conversation::NewConversation;
use damso_repository::job::Job;
use damso_repository::security_event::Origin;
use damso_repository::user::{NewUser, User};
use damso_repository::{Connection, RepositoryError};
use moka::future::Cache;

use crate::factor::Factors;
use crate::keys::{Key, Keys, Purpose};
use crate::passkey::PasskeyService;
use crate::password::PasswordHasher;
use crate::proof::wrong;
use crate::rate::{Limit, Subject};
use crate::rotation::{Refreshed, rotate};
use crate::security_log::{self, Told};
use crate::session::SessionService;
use crate::token::{ACCESS_LIFETIME, CurrentUser, OpaqueToken, Tokens};
use crate::{Context, Fields, ServiceError, ServiceResult, invite, member, view};

/// A session that is not used for so long ends.
pub const IDLE_LIFETIME: Duration = Duration::from_hours(720);
/// A session ends after so long, used or not.
pub const ABSOLUTE_LIFETIME: Duration = Duration::from_hours(4320);
/// How long the predecessor of the newest refresh token is good after the newest was first seen in use.
pub const PREDECESSOR_GRACE: Duration = Duration::from_secs(10);

/// The number of a session's first refresh token.
const FIRST_GENERATION: i64 = 1;

/// Signs people up, in and out.
#[derive(Clone)]
pub struct AuthService {
    pub(crate) context: Context,
    pub(crate) passwords: PasswordHasher,
    pub(crate) factors: Factors,
    pub(crate) passkeys: PasskeyService,
    pub(crate) tokens: Arc<Tokens>,
    refresh_key: Key,
    pub(crate) sessions: SessionService,
    sign_up: SignUp,
    /// Generations whose use has been noted, so that it is noted once and not at each request.
    seen: Cache<SessionId, i64>,
    /// Sessions that media tokens were good for a moment ago, so that a page of pictures asks once.
    live: Cache<SessionId, bool>,
}

/// Where a request comes from, for the list of devices.
#[derive(Clone, Debug)]
pub struct Device {
    /// What it calls itself.
    pub name: SessionName,
    /// Its address.
    pub address: Option<IpAddr>,
    /// What an earlier sign-in has left there.
    pub known: Option<String>,
}

impl Device {
    /// Its address, as it is kept.
    pub(crate) fn address_text(&self) -> Option<String> {
        self.address.map(|address| address.to_string())
    }

    /// As whom security events came from; `address` is its [`Device::address_text`].
    pub(crate) fn origin<'a>(&'a self, address: Option<&'a str>) -> Origin<'a> {
        Origin::Device {
            name: self.name.as_str(),
            address,
        }
    }
}

/// What a new or refreshed session gets.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Whose session it is.
    pub user: Me,
    /// The session.
    pub session_id: SessionId,
    /// For requests and the socket.
    pub access_token: String,
    /// For the next refresh.
    pub refresh_token: String,
    /// For `<img>` and downloads.
    pub media_token: String,
    /// Stays with the device when the session ends: it is known the next time.
    pub device_token: String,
}

/// A sign-up whose fields are in order.
struct NewAccount {
    handle: Handle,
    display_name: DisplayName,
    password: Password,
    email: Option<EmailAddress>,
    locale: Locale,
}

impl NewAccount {
    fn parse(request: &SignUpRequest) -> ServiceResult<Self> {
        let mut fields = Fields::default();
        let email = request.email.as_deref().filter(|email| !email.trim().is_empty());
        let mut logins = vec![request.handle.trim()];
        logins.extend(email);
        let handle = fields.check("handle", Handle::parse(&request.handle));
        let display_name = fields.check("display_name", DisplayName::parse(&request.display_name));
        let password = fields.check("password", Password::parse_new(&request.password, &logins));
        let email = email.and_then(|email| fields.check("email", EmailAddress::parse(email)));
        let locale = request.locale.unwrap_or_default();
        let (Some(handle), Some(display_name), Some(password)) = (handle, display_name, password) else {
            return Err(fields.into());
        };
        fields.refuse()?;
        Ok(Self {
            handle,
            display_name,
            password,
            email,
            locale,
        })
    }
}

/// A session that is about to begin, and its first refresh token.
pub(crate) struct NewSession {
    pub(crate) id: SessionId,
    token: OpaqueToken,
    pub(crate) device: Device,
    pub(crate) opened_at: Timestamp,
}

impl NewSession {
    pub(crate) fn new(device: Device, now: Timestamp) -> ServiceResult<Self> {
        Ok(Self {
            id: SessionId::new(),
            token: OpaqueToken::random()?,
            device,
            opened_at: now,
        })
    }

    /// Stores it, in the transaction that found out that it may begin.
    pub(crate) async fn insert(&self, conn: &mut Connection, user: UserId) -> ServiceResult<()> {
        let (name, address) = (&self.device.name, self.device.address_text());
        repository::session::insert(conn, self.id, user, name, address.as_deref(), self.opened_at).await?;
        repository::session::insert_token(conn, &self.token.hash(), self.id, FIRST_GENERATION).await?;
        Ok(())
    }
}

impl AuthService {
    pub(crate) fn new(
        context: Context,
        passwords: PasswordHasher,
        factors: Factors,
        passkeys: PasskeyService,
        sessions: SessionService,
        keys: &Keys,
        sign_up: SignUp,
    ) -> Self {
        Self {
            context,
            passwords,
            factors,
            passkeys,
            tokens: Arc::new(Tokens::new(keys)),
            refresh_key: keys.derive(Purpose::RefreshToken),
            sessions,
            sign_up,
            seen: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(2 * ACCESS_LIFETIME)
                .build(),
            live: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(Duration::from_secs(30))
                .build(),
        }
    }

    /// Who may make an account.
    pub const fn sign_up_mode(&self) -> SignUp {
        self.sign_up
    }

    /// How hard a password would be to guess, for a form. It is kept nowhere.
    pub async fn judge_password(&self, request: PasswordStrengthRequest) -> ServiceResult<PasswordStrength> {
        self.passwords.judge(request).await
    }

    /// Makes an account, with its notes to itself and a first session.
    pub async fn sign_up(&self, request: &SignUpRequest, device: Device) -> ServiceResult<SignedIn> {
        let invited_by = match (self.sign_up, &request.invite_code) {
            (SignUp::Open, _) => None,
            (SignUp::Invite, Some(code)) => Some(code),
            (SignUp::Invite, None) => return Err(ErrorKind::SignUpInviteRequired.into()),
            (SignUp::Closed, _) => return Err(ErrorKind::SignUpClosed.into()),
        };
        let account = NewAccount::parse(request)?;
        self.context
            .limits
            .take(Limit::SignUp, &Subject::address(device.address))?;
        let now = Timestamp::now();
        // Looked at before a password is hashed, and before anything is said of the handle.
        let invite = match invited_by {
            Some(code) => Some(invite::find(&self.context.database, code, now).await?),
            None => None,
        };
        let logins = [
            Some(account.handle.as_str()),
            account.email.as_ref().map(EmailAddress::as_str),
        ];
        let logins = logins.into_iter().flatten().map(str::to_owned).collect();
        let password_hash = self
            .passwords
            .hash_new(account.password, logins, "password")
            .await?;
        let new = NewUser {
            id: UserId::new(),
            handle: account.handle,
            display_name: account.display_name,
            password_hash,
            pending_email: account.email,
            locale: account.locale,
            created_at: now,
        };
        let session = NewSession::new(device, now)?;
        let (user, session) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                if let Some(invite) = &invite {
                    invite.take(conn, now).await?;
                }
                if repository::held_handle::is_held(conn, &new.handle, None, now).await? {
                    return Err(ErrorKind::HandleTaken.into());
                }
                // The constraint decides between two who ask for one handle at once.
                let user = match repository::user::insert(conn, &new).await {
                    Err(RepositoryError::Conflict { .. }) => return Err(ErrorKind::HandleTaken.into()),
                    inserted => inserted?,
                };
                insert_notes(conn, &user, now).await?;
                session.insert(conn, user.id).await?;
                if let Some(email) = user.pending_email.clone() {
                    let job = Job::MailVerificationLink {
                        user_id: user.id,
                        email,
                    };
                    repository::job::insert(conn, &job, now).await?;
                }
                let (kind, origin) = (SecurityEventKind::SignedUp, Origin::Session(session.id));
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await?;
                Ok::<_, ServiceError>((user, session))
            })
            .await?;
        self.context.bell.ring();
        self.opened(&user, &session)
    }

    /// Exchanges a refresh token for its successor and a new access token.
    ///
    /// The direct predecessor of the newest token gets the same successor again, so that a lost answer signs
    /// nobody out; anything older has been copied, and ends the session.
    pub async fn refresh(&self, token: &str, device: Device) -> ServiceResult<SignedIn> {
        let token = OpaqueToken::parse(token).ok_or(ErrorKind::RefreshTokenInvalid)?;
        let now = Timestamp::now();
        let (key, given) = (self.refresh_key, token);
        let refreshed = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| rotate(conn, &key, &given, &device, now).await)
            .await?;
        match refreshed {
            Refreshed::Unknown => Err(ErrorKind::RefreshTokenInvalid.into()),
            Refreshed::FamilyEnded { user, ended } => {
                self.sessions.announce_ended(user, &ended, now);
                self.context.bell.ring();
                Err(ErrorKind::RefreshTokenInvalid.into())
            }
            Refreshed::Successor {
                session,
                token,
                generation,
            } => {
                let id = session.user_id;
                let user = self
                    .context
                    .database
                    .run(async move |conn: &mut Connection| repository::user::find(conn, id).await)
                    .await?
                    // Its sessions have ended with it; this one was exchanged a moment before.
                    .filter(|user| user.disabled_at.is_none())
                    .ok_or(ErrorKind::RefreshTokenInvalid)?;
                Ok(self.signed_in(view::me(&user)?, session.id, generation, &token, now))
            }
        }
    }

    /// Ends the session; its sockets close.
    pub async fn sign_out(&self, user: CurrentUser) -> ServiceResult<()> {
        self.sessions.end(user, user.session_id).await
    }

    /// Who an access token speaks for. No query, but the first time that a generation is seen.
    pub async fn authenticate(&self, access_token: &str) -> ServiceResult<CurrentUser> {
        let user = self
            .tokens
            .read_access(access_token)
            .ok_or(ErrorKind::NotAuthenticated)?;
        if self.context.hub.is_ended(user.session_id) {
            return Err(ErrorKind::NotAuthenticated.into());
        }
        self.note_seen(user).await;
        Ok(user)
    }

    /// Who a media token speaks for.
    pub async fn authenticate_media(&self, media_token: &str) -> ServiceResult<CurrentUser> {
        let user = self
            .tokens
            .read_media(media_token)
            .ok_or(ErrorKind::NotAuthenticated)?;
        if self.context.hub.is_ended(user.session_id) {
            return Err(ErrorKind::NotAuthenticated.into());
        }
        let is_live = match self.live.get(&user.session_id).await {
            Some(is_live) => is_live,
            None => {
                let is_live = self.sessions.is_live(user.session_id).await?;
                self.live.insert(user.session_id, is_live).await;
                is_live
            }
        };
        if is_live {
            Ok(user)
        } else {
            Err(ErrorKind::NotAuthenticated.into())
        }
    }

    /// From here on the predecessor of this generation's refresh token is good only for a short while.
    async fn note_seen(&self, user: CurrentUser) {
        let noted = self.seen.get(&user.session_id).await.unwrap_or(1);
        if user.generation <= noted {
            return;
        }
        self.seen.insert(user.session_id, user.generation).await;
        let note = self.context.database.run(async move |conn: &mut Connection| {
            repository::session::mark_generation_seen(
                conn,
                user.session_id,
                user.generation,
                Timestamp::now(),
            )
            .await
        });
        if let Err(error) = note.await {
            tracing::warn!(session.id = %user.session_id, %error, "A generation in use could not be noted");
            self.seen.invalidate(&user.session_id).await;
        }
    }

    pub(crate) fn opened(&self, user: &User, session: &NewSession) -> ServiceResult<SignedIn> {
        let NewSession {
            id, token, opened_at, ..
        } = session;
        Ok(self.signed_in(view::me(user)?, *id, FIRST_GENERATION, token, *opened_at))
    }

    fn signed_in(
        &self,
        user: Me,
        session_id: SessionId,
        generation: i64,
        token: &OpaqueToken,
        now: Timestamp,
    ) -> SignedIn {
        SignedIn {
            session_id,
            access_token: self.tokens.access(user.id, session_id, generation, now),
            refresh_token: token.encode(),
            media_token: self.tokens.media(user.id, session_id, now),
            device_token: self.tokens.device(user.id, session_id, now),
            user,
        }
    }
}

/// The conversation of a person with themself.
async fn insert_notes(conn: &mut Connection, user: &User, now: Timestamp) -> ServiceResult<()> {
    let new = NewConversation {
        kind: ConversationKind::SelfChat,
        name: None,
        pair: None,
        history: History::All,
        created_at: now,
    };
    let mut notes = repository::conversation::insert(conn, &new)
        .await?
        .ok_or_else(|| anyhow::anyhow!("notes to oneself have no pair to be in conflict with"))?;
    member::insert(conn, &mut notes, user, Role::Owner, now).await?;
    repository::conversation::save_numbers(conn, &notes).await?;
    Ok(())
}

/// A password that has to be the account's own: for what needs a proof besides the session.
pub(crate) async fn verify_own_password(
    context: &Context,
    passwords: &PasswordHasher,
    user: UserId,
    password: &str,
    field: &'static str,
) -> ServiceResult<String> {
    // Whoever finds a device that is signed in does not find the password by trying.
    context
        .limits
        .take(Limit::SignInOfAccount, &Subject::User(user))?;
    let hash = context
        .database
        .run(async move |conn: &mut Connection| repository::user::find_password_hash(conn, user).await)
        .await?
        .ok_or(ErrorKind::NotAuthenticated)?;
    let is_right = match Password::for_verification(password) {
        None => false,
        Some(password) => passwords.verify(password, Some(hash.clone())).await?,
    };
    if is_right {
        return Ok(hash);
    }
    Err(wrong(field, "is not your password"))
}

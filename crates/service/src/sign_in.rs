//! Opening a session for an account that is there: by a password, with what goes with it, or by a passkey.

use damso_domain::{EmailAddress, Handle, Password, SecurityEventKind, Timestamp, UserId};
use damso_protocol::{ErrorKind, PasskeyAssertion, SignInRequest};
use damso_repository as repository;
use damso_repository::Connection;

use crate::auth::{AuthService, Device, NewSession, SignedIn};
use crate::factor::Given;
use crate::passkey::UsedPasskey;
use crate::rate::{Limit, Subject};
use crate::security_log::{self, Told};
use crate::session::SessionService;
use crate::{ServiceError, ServiceResult};

/// What somebody signs in as.
#[derive(Clone)]
enum Login {
    Handle(Handle),
    Email(EmailAddress),
}

impl Login {
    /// Whatever is neither is nobody's.
    fn parse(raw: &str) -> Option<Self> {
        let handle = Handle::parse(raw).map(Self::Handle);
        handle.or_else(|_| EmailAddress::parse(raw).map(Self::Email)).ok()
    }

    /// Whose passwords are tried, whether or not there is such an account.
    fn into_subject(self) -> Subject {
        match self {
            Self::Handle(handle) => Subject::Login(handle),
            Self::Email(email) => Subject::mailbox(&email),
        }
    }
}

/// What opens a session.
enum SignInProof {
    /// A password, and whatever was given besides it.
    Password(Verified, Given),
    /// A passkey.
    Passkey(UsedPasskey),
}

/// A password that was right.
struct Verified {
    /// The hash it was compared with.
    hash: String,
    /// The hash to keep from now on; mostly the same.
    kept: String,
}

impl Verified {
    /// Whether it still is the account's password, which is locked; replaces the hash if another one is to be kept.
    async fn still_holds(&self, conn: &mut Connection, user: UserId) -> ServiceResult<bool> {
        let Self { hash, kept } = self;
        if kept != hash {
            return Ok(repository::user::replace_password_hash(conn, user, hash, kept).await?);
        }
        let stored = repository::user::find_password_hash(conn, user).await?;
        Ok(stored.as_ref() == Some(hash))
    }
}

impl AuthService {
    /// Opens a session. Takes as long, and says the same, whether or not the account exists.
    pub async fn sign_in(&self, request: &SignInRequest, device: Device) -> ServiceResult<SignedIn> {
        self.context
            .limits
            .take(Limit::SignInFromAddress, &Subject::address(device.address))?;
        let password = Password::for_verification(&request.password).ok_or(ErrorKind::InvalidCredentials)?;
        let login = Login::parse(&request.login);
        // Before anything is looked up or counted: whoever is turned away has tried nothing.
        let place = self.passwords.enter()?;
        let credentials = match &login {
            None => None,
            Some(login) => self.find_credentials(login.clone()).await?,
        };
        let (user, hash) = credentials.unzip();
        let known = user.and_then(|user| self.known_device(user, &device));
        let is_known = known.is_some();
        if let Some(subject) = known.or_else(|| login.map(Login::into_subject)) {
            self.context.limits.take(Limit::SignInOfAccount, &subject)?;
        }
        let kept = place.verify_and_renew(password, hash.clone()).await?;
        let (Some(user), Some(verified), Some(kept)) = (user, hash, kept) else {
            return Err(ErrorKind::InvalidCredentials.into());
        };
        let given = match (&request.code, &request.passkey_assertion) {
            (Some(code), _) => Given::Code(code.clone()),
            (None, Some(assertion)) => Given::Passkey(self.passkeys.finish_use(assertion).await?),
            (None, None) => Given::Nothing,
        };
        let proof = SignInProof::Password(Verified { hash: verified, kept }, given);
        self.open_session(user, proof, device, is_known).await
    }

    /// Opens a session for whoever has a passkey: it is asked for nothing else, because its authenticator has seen to it
    /// that its owner uses it.
    pub async fn sign_in_with_passkey(
        &self,
        assertion: &PasskeyAssertion,
        device: Device,
    ) -> ServiceResult<SignedIn> {
        let passkey = self.passkeys.finish_use(assertion).await?;
        let user = passkey.user_id;
        let is_known = self.known_device(user, &device).is_some();
        self.open_session(user, SignInProof::Passkey(passkey), device, is_known)
            .await
    }

    async fn find_credentials(&self, login: Login) -> ServiceResult<Option<(UserId, String)>> {
        let found = self
            .context
            .database
            .run(async move |conn: &mut Connection| match &login {
                Login::Handle(handle) => repository::user::find_credentials(conn, handle).await,
                Login::Email(email) => repository::user_email::find_credentials(conn, email).await,
            })
            .await?;
        Ok(found)
    }

    /// The device as one where this account has signed in before, if it can show that.
    fn known_device(&self, user: UserId, device: &Device) -> Option<Subject> {
        let known = self.tokens.read_device(device.known.as_deref()?)?;
        (known.id == user).then_some(Subject::KnownDevice(user, known.session_id))
    }

    async fn open_session(
        &self,
        user: UserId,
        proof: SignInProof,
        device: Device,
        is_known: bool,
    ) -> ServiceResult<SignedIn> {
        let session = NewSession::new(device, Timestamp::now())?;
        let factors = self.factors.clone();
        let (user, session, ended) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Locked before it is compared: a password change or a deletion in the meantime must not leave
                // behind a session that was opened with the old password.
                let user = repository::user::lock(conn, &[user]).await?.pop();
                let user = user.ok_or(ErrorKind::InvalidCredentials)?;
                let now = session.opened_at;
                let address = session.device.address_text();
                let origin = session.device.origin(address.as_deref());
                let kind = match proof {
                    SignInProof::Password(verified, given) => {
                        if !verified.still_holds(conn, user.id).await? {
                            return Err(ErrorKind::InvalidCredentials.into());
                        }
                        factors.demand(conn, user.id, given, origin, now).await?;
                        SecurityEventKind::SignedIn
                    }
                    SignInProof::Passkey(passkey) => {
                        passkey.note(conn, now).await?;
                        SecurityEventKind::SignedInWithPasskey
                    }
                };
                // Only whoever could sign in is told, and what they showed for it is not used up.
                if user.disabled_at.is_some() {
                    return Err(ErrorKind::AccountDisabled.into());
                }
                session.insert(conn, user.id).await?;
                // Whoever signs in where they have before need not be told that it was they.
                let told = if is_known { Told::Nobody } else { Told::Owner };
                security_log::record(conn, user.id, kind, origin, now, told).await?;
                let ended = SessionService::end_surplus(conn, user.id, session.opened_at).await?;
                Ok::<_, ServiceError>((user, session, ended))
            })
            .await?;
        self.sessions.announce_ended(user.id, &ended, session.opened_at);
        self.context.bell.ring();
        self.opened(&user, &session)
    }
}

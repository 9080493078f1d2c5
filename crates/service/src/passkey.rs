//! Passkeys: making them, signing in with them, and their owner's list.

use std::sync::Arc;
use std::time::Duration;

use damso_domain::{PasskeyId, SecurityEventKind, SessionName, Timestamp, UserId};
use damso_protocol::{
    AddPasskeyRequest, ErrorKind, Passkey, PasskeyAssertion, PasskeyCeremony, Passkeys, WebAuthnJson,
};
use damso_repository as repository;
use damso_repository::security_event::Origin;
use damso_repository::{Connection, RepositoryError};
use moka::future::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::account::lock_own;
use crate::proof::wrong;
use crate::security_log::{self, Told};
use crate::token::OpaqueToken;
use crate::{Context, CurrentUser, Fields, ServiceError, ServiceResult, proof};

/// The most passkeys of an account.
pub const MOST_PASSKEYS: usize = 20;
/// How long a browser may take from start to finish.
const CEREMONY: Duration = Duration::from_mins(5);
/// How many may be under way; beyond it the oldest are forgotten.
const MOST_CEREMONIES: u64 = 100_000;

/// Makes passkeys and reads what they sign. What is between start and finish is kept in memory: after a restart the
/// browser asks again.
#[derive(Clone)]
pub struct PasskeyService {
    context: Context,
    /// `None` where browsers would refuse: a passkey is bound to a name, and needs https or this machine.
    webauthn: Option<Arc<Webauthn>>,
    registrations: Cache<String, (UserId, PasskeyRegistration)>,
    sign_ins: Cache<String, DiscoverableAuthentication>,
}

/// A passkey that has signed what it was asked to.
pub(crate) struct UsedPasskey {
    /// Whose it is.
    pub(crate) user_id: UserId,
    id: PasskeyId,
    credential: Value,
}

impl UsedPasskey {
    /// Notes that it was used, in the transaction that it was used for; refused if it was removed meanwhile.
    pub(crate) async fn note(&self, conn: &mut Connection, now: Timestamp) -> ServiceResult<()> {
        if repository::passkey::mark_used(conn, self.id, &self.credential, now).await? {
            Ok(())
        } else {
            Err(ErrorKind::PasskeyInvalid.into())
        }
    }
}

impl PasskeyService {
    /// For a server that people know by `server_url`.
    pub(crate) fn new(context: Context, server_url: &str) -> Self {
        let ceremonies = |capacity| Cache::builder().max_capacity(capacity).time_to_live(CEREMONY);
        Self {
            context,
            webauthn: open(server_url).map(Arc::new),
            registrations: ceremonies(MOST_CEREMONIES).build(),
            sign_ins: Cache::builder()
                .max_capacity(MOST_CEREMONIES)
                .time_to_live(CEREMONY)
                .build(),
        }
    }

    /// Whether browsers can use passkeys here.
    pub const fn are_available(&self) -> bool {
        self.webauthn.is_some()
    }

    fn webauthn(&self) -> ServiceResult<&Webauthn> {
        let webauthn = self.webauthn.as_deref();
        webauthn.ok_or_else(|| ErrorKind::PasskeysUnavailable.into())
    }

    /// The passkeys of an account.
    pub async fn list(&self, user: UserId) -> ServiceResult<Passkeys> {
        let stored = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::passkey::list(conn, user).await)
            .await?;
        Ok(Passkeys {
            items: stored.into_iter().map(view).collect(),
        })
    }

    /// Begins to make a passkey.
    pub async fn start_registration(&self, user: CurrentUser) -> ServiceResult<PasskeyCeremony> {
        let webauthn = self.webauthn()?;
        proof::require(&self.context, user).await?;
        let (me, stored) = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let me = repository::user::find(conn, user.id).await?;
                Ok::<_, ServiceError>((me, repository::passkey::list(conn, user.id).await?))
            })
            .await?;
        let me = me.ok_or(ErrorKind::NotAuthenticated)?;
        if MOST_PASSKEYS <= stored.len() {
            return Err(ErrorKind::TooManyPasskeys.into());
        }
        let known = stored.into_iter().map(|passkey| passkey.credential_id);
        let handle = me.handle.unwrap_or_default();
        let (challenge, state) = webauthn
            .start_passkey_registration(
                user.id.as_uuid(),
                &handle,
                &me.display_name,
                Some(known.collect()),
            )
            .map_err(|error| anyhow::anyhow!("no passkey can be begun: {error}"))?;
        let mut options = public_key(&challenge)?;
        // One that is found without a name: the library leaves it to the authenticator, and some would not be found.
        if let Some(Value::Object(selection)) = options.get_mut("authenticatorSelection") {
            selection.insert("residentKey".to_owned(), json!("required"));
            selection.insert("requireResidentKey".to_owned(), json!(true));
        }
        let ceremony_id = OpaqueToken::random()?.encode();
        self.registrations
            .insert(ceremony_id.clone(), (user.id, state))
            .await;
        Ok(PasskeyCeremony { ceremony_id, options })
    }

    /// Keeps the passkey that the browser has made.
    pub async fn finish_registration(
        &self,
        user: CurrentUser,
        request: AddPasskeyRequest,
    ) -> ServiceResult<Passkey> {
        let webauthn = self.webauthn()?;
        proof::require(&self.context, user).await?;
        let mut fields = Fields::default();
        let Some(name) = fields.check("name", SessionName::parse(&request.name)) else {
            return Err(fields.into());
        };
        let begun = self.registrations.remove(&request.ceremony_id).await;
        let (_, state) = begun
            .filter(|(owner, _)| *owner == user.id)
            .ok_or_else(|| wrong("ceremony_id", "has expired; start again"))?;
        let not_in_order = || wrong("credential", "is not in order");
        let credential: RegisterPublicKeyCredential = read(request.credential).ok_or_else(not_in_order)?;
        let made = webauthn
            .finish_passkey_registration(&credential, &state)
            .map_err(|error| {
                note_refused(&error);
                not_in_order()
            })?;
        let now = Timestamp::now();
        let passkey = repository::passkey::Passkey {
            id: PasskeyId::new(),
            user_id: user.id,
            credential_id: made.cred_id().clone(),
            credential: serde_json::to_value(&made).map_err(anyhow::Error::from)?,
            name: name.as_str().to_owned(),
            created_at: now,
            last_used_at: None,
        };
        let stored = passkey.clone();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                lock_own(conn, user.id).await?;
                if MOST_PASSKEYS <= repository::passkey::list(conn, user.id).await?.len() {
                    return Err(ErrorKind::TooManyPasskeys.into());
                }
                match repository::passkey::insert(conn, &stored).await {
                    Err(RepositoryError::Conflict { .. }) => {
                        return Err(wrong("credential", "is a passkey of an account already"));
                    }
                    inserted => inserted?,
                }
                let (kind, origin) = (SecurityEventKind::PasskeyAdded, Origin::Session(user.session_id));
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await
            })
            .await?;
        self.context.bell.ring();
        Ok(view(passkey))
    }

    /// Gives a passkey another name.
    pub async fn rename(&self, user: UserId, id: PasskeyId, name: &str) -> ServiceResult<()> {
        let mut fields = Fields::default();
        let Some(name) = fields.check("name", SessionName::parse(name)) else {
            return Err(fields.into());
        };
        let is_there = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::passkey::rename(conn, user, id, &name).await)
            .await?;
        if is_there {
            Ok(())
        } else {
            Err(ErrorKind::PasskeyNotFound.into())
        }
    }

    /// Removes a passkey: it signs nobody in any more.
    pub async fn remove(&self, user: CurrentUser, id: PasskeyId) -> ServiceResult<()> {
        proof::require(&self.context, user).await?;
        let now = Timestamp::now();
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                if !repository::passkey::delete(conn, user.id, id).await? {
                    return Err(ErrorKind::PasskeyNotFound.into());
                }
                let (kind, origin) = (
                    SecurityEventKind::PasskeyRemoved,
                    Origin::Session(user.session_id),
                );
                security_log::record(conn, user.id, kind, origin, now, Told::Owner).await
            })
            .await?;
        self.context.bell.ring();
        Ok(())
    }

    /// Begins a use of whichever passkey its owner chooses: which accounts there are is not asked and not told.
    pub async fn start_use(&self) -> ServiceResult<PasskeyCeremony> {
        let (challenge, state) = self
            .webauthn()?
            .start_discoverable_authentication()
            .map_err(|error| anyhow::anyhow!("no passkey can be asked for: {error}"))?;
        let options = public_key(&challenge)?;
        let ceremony_id = OpaqueToken::random()?.encode();
        self.sign_ins.insert(ceremony_id.clone(), state).await;
        Ok(PasskeyCeremony { ceremony_id, options })
    }

    /// The same, of somebody who is signed in: it has to be a passkey of theirs.
    pub(crate) async fn finish_own_use(
        &self,
        user: UserId,
        assertion: &PasskeyAssertion,
    ) -> ServiceResult<UsedPasskey> {
        match self.finish_use(assertion).await {
            Ok(passkey) if passkey.user_id == user => Ok(passkey),
            // Not 401: the session is as good as before.
            Ok(_) => Err(wrong("passkey_assertion", "is not of a passkey of yours")),
            Err(ServiceError::Refused(refusal)) if refusal.kind == ErrorKind::PasskeyInvalid => {
                Err(wrong("passkey_assertion", "is not in order"))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads what a passkey has signed. Whoever uses it has to note that in a transaction.
    pub(crate) async fn finish_use(&self, assertion: &PasskeyAssertion) -> ServiceResult<UsedPasskey> {
        let webauthn = self.webauthn()?;
        let state = self.sign_ins.remove(&assertion.ceremony_id).await;
        let state = state.ok_or(ErrorKind::PasskeyInvalid)?;
        let signed: PublicKeyCredential =
            read(assertion.credential.clone()).ok_or(ErrorKind::PasskeyInvalid)?;
        let (user_handle, credential_id) = webauthn
            .identify_discoverable_authentication(&signed)
            .map_err(|error| refused(&error))?;
        let credential_id = credential_id.to_vec();
        let stored = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                repository::passkey::find_by_credential(conn, &credential_id).await
            })
            .await?
            .filter(|stored| stored.user_id.as_uuid() == user_handle)
            .ok_or(ErrorKind::PasskeyInvalid)?;
        let mut key: webauthn_rs::prelude::Passkey =
            serde_json::from_value(stored.credential).map_err(anyhow::Error::from)?;
        let used = webauthn
            .finish_discoverable_authentication_v2(&signed, state, &key)
            .map_err(|error| refused(&error))?;
        key.update_credential(&used);
        Ok(UsedPasskey {
            user_id: stored.user_id,
            id: stored.id,
            credential: serde_json::to_value(&key).map_err(anyhow::Error::from)?,
        })
    }
}

/// What makes and reads passkeys for this address, if browsers take passkeys there: a name, by https or on this machine
/// (WebAuthn 3, §13.4.9).
fn open(server_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(server_url).ok()?;
    let name = origin.domain()?.to_owned();
    if origin.scheme() != "https" && name != "localhost" {
        return None;
    }
    let builder = WebauthnBuilder::new(&name, &origin).ok()?;
    builder.rp_name("담소").timeout(CEREMONY).build().ok()
}

/// The part of the library's answer that browsers parse.
fn public_key(challenge: &impl Serialize) -> ServiceResult<WebAuthnJson> {
    let mut whole = serde_json::to_value(challenge).map_err(anyhow::Error::from)?;
    match whole["publicKey"].take() {
        Value::Object(options) => Ok(options),
        _ => Err(anyhow::anyhow!("a challenge has a public key part").into()),
    }
}

fn read<T: DeserializeOwned>(json: WebAuthnJson) -> Option<T> {
    serde_json::from_value(Value::Object(json)).ok()
}

fn note_refused(error: &WebauthnError) {
    tracing::debug!(%error, "A passkey was refused");
}

fn refused(error: &WebauthnError) -> ServiceError {
    note_refused(error);
    ErrorKind::PasskeyInvalid.into()
}

fn view(passkey: repository::passkey::Passkey) -> Passkey {
    Passkey {
        id: passkey.id,
        name: passkey.name,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_https_or_this_machine() {
        for (url, expected) in [
            ("https://chat.example.org", true),
            ("https://chat.example.org:8443", true),
            ("http://localhost:8080", true),
            ("http://chat.example.org", false),
            ("https://192.0.2.1", false),
            ("http://127.0.0.1:8080", false),
            ("https://[2001:db8::1]", false),
        ] {
            assert_eq!(open(url).is_some(), expected, "{url}");
        }
    }
}

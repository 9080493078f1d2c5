//! Accounts by the thousand.
//!
//! Signing up costs a password hash each (20 ms of CPU), so 20,000 accounts would take minutes before anything
//! is measured. Instead one account signs up over HTTP; all others are written through the repository, as the
//! sign-up writes them, with the hash of the first, so that they all have the same password and can sign in.
//! Their sessions are written likewise. Access tokens are signed here with the key that derives from the data
//! folder's `secret.key`, for the server would want a request for each; they are like its own but for how long
//! they live, because a benchmark may take longer than 15 minutes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_domain::{
    ConversationKind, DisplayName, Handle, History, Locale, Role, SessionId, SessionName, Timestamp, UserId,
};
use damso_repository::conversation::NewConversation;
use damso_repository::user::NewUser;
use damso_repository::{self as repository, Connection, Database};
use damso_service::keys::{Keys, Purpose};
use futures_util::{StreamExt, TryStreamExt, stream};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::http::{HttpClient, Request};
use crate::rooms;
use crate::server::Server;

/// The password of every account.
pub const PASSWORD: &str = "correct horse battery";

const TOKEN_LIFETIME_SECS: i64 = 12 * 60 * 60;
const PER_TRANSACTION: usize = 200;
const AT_ONCE: usize = 4;

/// An account with one session.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose.
    pub id: UserId,
    /// To sign in with.
    pub handle: String,
    /// For requests and the socket.
    pub token: String,
    /// Good once, for a new access token.
    pub refresh_token: String,
}

/// Makes `count` accounts, each with its notes to itself and a session.
pub async fn create(server: &Server, database: &Database, count: usize) -> Result<Vec<Account>> {
    let signer = Signer::open(&server.data_dir())?;
    let hash = hash_of_first_account(server, database).await?;
    let batches = (0..count).step_by(PER_TRANSACTION).map(|start| {
        let numbers = start..count.min(start + PER_TRANSACTION);
        let drafts: Vec<Draft> = numbers
            .map(|number| Draft::new(number, &hash))
            .collect::<Result<_>>()?;
        Ok::<_, anyhow::Error>(drafts)
    });
    let batches: Vec<Vec<Draft>> = batches.collect::<Result<_>>()?;
    let stored: Vec<Vec<Draft>> = stream::iter(batches)
        .map(|batch| store(database, batch))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let accounts = stored.into_iter().flatten().map(|draft| Account {
        token: signer.access_token(draft.user.id, draft.session),
        id: draft.user.id,
        handle: draft.user.handle.as_str().to_owned(),
        refresh_token: URL_SAFE_NO_PAD.encode(draft.refresh_token),
    });
    Ok(accounts.collect())
}

/// A session, and an access token for it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// For requests and the socket.
    pub token: String,
}

/// Gives each of these people `count` sessions more.
pub async fn add_sessions(
    server: &Server,
    database: &Database,
    people: &[UserId],
    count: usize,
) -> Result<Vec<Vec<Session>>> {
    let signer = Signer::open(&server.data_dir())?;
    let owners: Vec<UserId> = people.to_vec();
    let ids: Vec<Vec<SessionId>> = database
        .transaction(async move |conn: &mut Connection| {
            let mut ids = Vec::with_capacity(owners.len());
            for owner in owners {
                let new: Vec<SessionId> = (0..count).map(|_| SessionId::new()).collect();
                for id in &new {
                    let name = SessionName::parse("bench")?;
                    repository::session::insert(conn, *id, owner, &name, None, Timestamp::now()).await?;
                }
                ids.push(new);
            }
            Ok::<_, anyhow::Error>(ids)
        })
        .await?;
    let with_tokens = ids.into_iter().zip(people).map(|(ids, owner)| {
        let session = |id| Session {
            id,
            token: signer.access_token(*owner, id),
        };
        ids.into_iter().map(session).collect()
    });
    Ok(with_tokens.collect())
}

/// Signs one account up as anybody would, and reads the hash of its password.
async fn hash_of_first_account(server: &Server, database: &Database) -> Result<String> {
    let body = json!({ "handle": "first", "display_name": "First", "password": PASSWORD });
    let body = body.to_string();
    let mut http = HttpClient::new(server.address);
    let request = Request {
        method: "POST",
        path: "/auth/sign-up",
        token: None,
        body: Some(&body),
    };
    let answer = http.send(&request).await?;
    // A second set of accounts on the same server finds it there.
    ensure!(
        matches!(answer.status, 201 | 409),
        "the first account could not sign up: {}",
        answer.status
    );
    let handle = Handle::parse("first")?;
    let found = database
        .run(async move |conn: &mut Connection| {
            Ok::<_, anyhow::Error>(repository::user::find_credentials(conn, &handle).await?)
        })
        .await?;
    Ok(found.context("the first account has no password")?.1)
}

/// An account that is about to be stored.
struct Draft {
    user: NewUser,
    session: SessionId,
    refresh_token: [u8; 32],
}

impl Draft {
    fn new(number: usize, hash: &str) -> Result<Self> {
        let mut refresh_token = [0; 32];
        fastrand::fill(&mut refresh_token);
        Ok(Self {
            user: NewUser {
                id: UserId::new(),
                handle: Handle::parse(&format!("u{number:06}"))?,
                display_name: DisplayName::parse(&format!("사람 {number}"))?,
                password_hash: hash.to_owned(),
                pending_email: None,
                locale: Locale::default(),
                created_at: Timestamp::now(),
            },
            session: SessionId::new(),
            refresh_token,
        })
    }
}

async fn store(database: &Database, drafts: Vec<Draft>) -> Result<Vec<Draft>> {
    database
        .transaction(async move |conn: &mut Connection| {
            for draft in &drafts {
                insert(conn, draft).await?;
            }
            Ok::<_, anyhow::Error>(drafts)
        })
        .await
}

/// What a sign-up stores.
async fn insert(conn: &mut Connection, draft: &Draft) -> Result<()> {
    let now = draft.user.created_at;
    repository::user::insert(conn, &draft.user).await?;
    let notes = NewConversation {
        kind: ConversationKind::SelfChat,
        name: None,
        pair: None,
        history: History::All,
        created_at: now,
    };
    rooms::insert(conn, &notes, &[(draft.user.id, Role::Owner)]).await?;
    let name = SessionName::parse("bench")?;
    repository::session::insert(conn, draft.session, draft.user.id, &name, None, now).await?;
    let hash = Sha256::digest(draft.refresh_token).into();
    repository::session::insert_token(conn, &hash, draft.session, 1).await?;
    Ok(())
}

/// Signs access tokens as the server does.
struct Signer(Hmac<Sha256>);

impl Signer {
    /// Reads the root secret of a data folder.
    fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("secret.key");
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let keys = Keys::new(hex::decode(text.trim())?)?;
        Self::new(&keys.derive(Purpose::AccessToken))
    }

    fn new(key: &[u8]) -> Result<Self> {
        Ok(Self(Hmac::new_from_slice(key)?))
    }

    fn access_token(&self, user: UserId, session: SessionId) -> String {
        let now = Timestamp::now().as_millis() / 1_000;
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let claims = json!({
            "sub": user, "sid": session, "gen": 1, "typ": "access", "aud": "damso",
            "iat": now, "exp": now + TOKEN_LIFETIME_SECS,
        });
        let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut mac = self.0.clone();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

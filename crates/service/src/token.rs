//! Access tokens, media tokens and refresh tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_domain::{SessionId, Timestamp, UserId};
use damso_repository::session::TokenHash;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ServiceResult;
use crate::keys::{Key, Keys, Purpose};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: Duration = Duration::from_mins(15);
/// How long a media token is good for; it is made anew with each refresh.
pub const MEDIA_LIFETIME: Duration = Duration::from_hours(24);

/// How long a device is known: as long as browsers keep a cookie at the most (RFC 6265bis, 400 days).
pub const DEVICE_LIFETIME: Duration = Duration::from_hours(24 * 400);

const AUDIENCE: &str = "damso";

/// Who is signed in, with which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// Who.
    pub id: UserId,
    /// With which device.
    pub session_id: SessionId,
    /// The refresh token's generation that the access token was made with.
    pub(crate) generation: i64,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// What is inside a token.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    #[serde(rename = "gen")]
    generation: i64,
    typ: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// Which kind of token; kinds have keys of their own, and say what they are as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Access,
    Media,
    Device,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Media => "media",
            Self::Device => "device",
        }
    }

    const fn lifetime(self) -> Duration {
        match self {
            Self::Access => ACCESS_LIFETIME,
            Self::Media => MEDIA_LIFETIME,
            Self::Device => DEVICE_LIFETIME,
        }
    }
}

struct KeyPair {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl KeyPair {
    fn new(key: &Key) -> Self {
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
        }
    }
}

/// Makes and reads the tokens that carry their own proof. HS256 and nothing else, whatever a header says.
pub(crate) struct Tokens {
    access: KeyPair,
    media: KeyPair,
    device: KeyPair,
    validation: Validation,
}

impl Tokens {
    pub(crate) fn new(keys: &Keys) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        validation.leeway = 0;
        Self {
            access: KeyPair::new(&keys.derive(Purpose::AccessToken)),
            media: KeyPair::new(&keys.derive(Purpose::MediaToken)),
            device: KeyPair::new(&keys.derive(Purpose::DeviceToken)),
            validation,
        }
    }

    pub(crate) fn access(&self, user: UserId, session: SessionId, generation: i64, now: Timestamp) -> String {
        self.make(Kind::Access, user, session, generation, now)
    }

    pub(crate) fn media(&self, user: UserId, session: SessionId, now: Timestamp) -> String {
        self.make(Kind::Media, user, session, 0, now)
    }

    pub(crate) fn device(&self, user: UserId, session: SessionId, now: Timestamp) -> String {
        self.make(Kind::Device, user, session, 0, now)
    }

    /// Who an access token speaks for, if it is good.
    pub(crate) fn read_access(&self, token: &str) -> Option<CurrentUser> {
        self.read(Kind::Access, token)
    }

    /// Who a media token speaks for, if it is good.
    pub(crate) fn read_media(&self, token: &str) -> Option<CurrentUser> {
        self.read(Kind::Media, token)
    }

    /// Who has signed in on a device before, and with which session, if its token is good. It opens nothing.
    pub(crate) fn read_device(&self, token: &str) -> Option<CurrentUser> {
        self.read(Kind::Device, token)
    }

    fn pair(&self, kind: Kind) -> &KeyPair {
        match kind {
            Kind::Access => &self.access,
            Kind::Media => &self.media,
            Kind::Device => &self.device,
        }
    }

    fn make(&self, kind: Kind, user: UserId, session: SessionId, generation: i64, now: Timestamp) -> String {
        let claims = Claims {
            sub: user,
            sid: session,
            generation,
            typ: kind.as_str().to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now.as_millis() / 1_000,
            exp: now.after(kind.lifetime()).as_millis() / 1_000,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.pair(kind).encoding)
            .expect("HS256 signs any claims that serialise, and these hold only numbers and strings")
    }

    fn read(&self, kind: Kind, token: &str) -> Option<CurrentUser> {
        let claims: Claims = jsonwebtoken::decode(token, &self.pair(kind).decoding, &self.validation)
            .ok()?
            .claims;
        (claims.typ == kind.as_str()).then_some(CurrentUser {
            id: claims.sub,
            session_id: claims.sid,
            generation: claims.generation,
            expires_at: Timestamp::from_millis(claims.exp.checked_mul(1_000)?)?,
        })
    }
}

/// An opaque token of 256 bits. Only its hash is stored.
#[derive(Clone)]
pub(crate) struct OpaqueToken([u8; 32]);

impl OpaqueToken {
    /// A new token, which nobody can guess.
    pub(crate) fn random() -> ServiceResult<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        Ok(Self(bytes))
    }

    pub(crate) fn parse(raw: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    pub(crate) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }

    /// The refresh token after this one. Derived, so that whoever lost the answer to a refresh gets the same one again.
    pub(crate) fn successor(&self, key: &Key, session: SessionId, generation: i64) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(session.as_uuid().as_bytes());
        mac.update(&generation.to_be_bytes());
        mac.update(&self.0);
        Self(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(&Keys::new(vec![1; 32]).unwrap())
    }

    fn claims(exp_in: i64) -> Claims {
        let now = Timestamp::now().as_millis() / 1_000;
        Claims {
            sub: UserId::new(),
            sid: SessionId::new(),
            generation: 1,
            typ: "access".to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now,
            exp: now + exp_in,
        }
    }

    fn sign(algorithm: Algorithm, claims: &Claims) -> String {
        let key = Keys::new(vec![1; 32]).unwrap().derive(Purpose::AccessToken);
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(&key)).unwrap()
    }

    /// `cargo test --release -p damso-service token_check -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement: it says how long a token check takes, and cannot fail"]
    #[expect(clippy::print_stdout, reason = "that is what it is for")]
    fn how_long_a_token_check_takes() {
        const ROUNDS: u32 = 100_000;
        let tokens = tokens();
        let token = tokens.access(UserId::new(), SessionId::new(), 3, Timestamp::now());
        let start = std::time::Instant::now();
        for _ in 0..ROUNDS {
            assert!(std::hint::black_box(tokens.read_access(&token)).is_some());
        }
        println!("{:?} for each", start.elapsed() / ROUNDS);
    }

    #[test]
    fn a_token_speaks_for_who_it_was_made_for() {
        let (tokens, user, session) = (tokens(), UserId::new(), SessionId::new());
        let token = tokens.access(user, session, 3, Timestamp::now());
        let read = tokens.read_access(&token).unwrap();
        assert_eq!((read.id, read.session_id, read.generation), (user, session, 3));
    }

    #[test]
    fn kinds_do_not_stand_in_for_each_other() {
        let tokens = tokens();
        let access = tokens.access(UserId::new(), SessionId::new(), 1, Timestamp::now());
        let media = tokens.media(UserId::new(), SessionId::new(), Timestamp::now());
        let device = tokens.device(UserId::new(), SessionId::new(), Timestamp::now());
        assert!(tokens.read_media(&access).is_none() && tokens.read_access(&media).is_none());
        assert!(tokens.read_device(&access).is_none() && tokens.read_device(&media).is_none());
        assert!(tokens.read_access(&device).is_none() && tokens.read_media(&device).is_none());
    }

    #[test]
    fn forged_and_expired_tokens_are_refused() {
        let tokens = tokens();
        let good = sign(Algorithm::HS256, &claims(60));
        assert!(tokens.read_access(&good).is_some());
        let mut parts = good.split('.').map(str::to_owned).collect::<Vec<_>>();
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#),
            parts[1]
        );
        parts[2] = parts[2].chars().rev().collect();
        let mut wrong_audience = claims(60);
        wrong_audience.aud = "elsewhere".to_owned();
        let mut wrong_kind = claims(60);
        wrong_kind.typ = "media".to_owned();
        for (name, token) in [
            ("another signature", parts.join(".")),
            ("alg none", none),
            ("another algorithm", sign(Algorithm::HS512, &claims(60))),
            ("expired", sign(Algorithm::HS256, &claims(-1))),
            ("another audience", sign(Algorithm::HS256, &wrong_audience)),
            ("another kind", sign(Algorithm::HS256, &wrong_kind)),
            ("no token", "damso".to_owned()),
        ] {
            assert!(tokens.read_access(&token).is_none(), "{name}");
        }
    }

    #[test]
    fn a_successor_is_always_the_same_and_differs_by_family_and_generation() {
        let (key, session) = ([9; 32], SessionId::new());
        let token = OpaqueToken::random().unwrap();
        let successor = token.successor(&key, session, 2).encode();
        assert_eq!(successor, token.successor(&key, session, 2).encode());
        assert_ne!(successor, token.successor(&key, session, 3).encode());
        assert_ne!(successor, token.successor(&key, SessionId::new(), 2).encode());
        assert_eq!(OpaqueToken::parse(&token.encode()).unwrap().hash(), token.hash());
        assert!(OpaqueToken::parse("short").is_none());
    }
}

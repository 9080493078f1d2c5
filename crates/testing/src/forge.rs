//! Access tokens that no server made.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_domain::{SessionId, Timestamp, UserId};
use damso_service::keys::{Keys, Purpose};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// A token in the making: as good as a real one until a test spoils a part of it.
#[derive(Clone, Debug)]
pub struct TokenForge {
    /// The first part.
    pub header: Value,
    /// The second part.
    pub claims: Value,
    /// What it is signed with; `None` leaves the signature empty.
    pub key: Option<Vec<u8>>,
}

impl TokenForge {
    /// What the server itself would have made.
    pub fn new(keys: &Keys, user: UserId, session: SessionId) -> Self {
        let now = Timestamp::now().as_millis() / 1_000;
        Self {
            header: json!({ "alg": "HS256", "typ": "JWT" }),
            claims: json!({
                "sub": user, "sid": session, "gen": 1, "typ": "access", "aud": "damso", "iat": now, "exp": now + 600,
            }),
            key: Some(keys.derive(Purpose::AccessToken).to_vec()),
        }
    }

    /// The same with another claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Signs it.
    pub fn token(&self) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&self.header), encode(&self.claims));
        let signature = self.key.as_ref().map_or_else(Vec::new, |key| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
            mac.update(signed.as_bytes());
            mac.finalize().into_bytes().to_vec()
        });
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

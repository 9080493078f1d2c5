//! Presigned uploads to the local disk: a signed permission to write one object.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// Separates these signatures from all others made with the same key, and binds the method.
const PURPOSE: &[u8] = b"damso local storage v1 PUT\0";

const SIGNATURE_BYTES: usize = 32;

/// Longer tokens are refused before they are looked at.
const MAX_TOKEN_BYTES: usize = 1024;

/// What the holder of a token may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PutGrant {
    pub(super) key: String,
    pub(super) content_type: String,
    pub(super) size_bytes: u64,
    /// Milliseconds since 1970.
    expires_at: u64,
}

impl PutGrant {
    pub(super) fn new(key: &str, content_type: &str, size_bytes: u64, expires_in: Duration) -> Self {
        let expires_at = now().saturating_add(millis(expires_in));
        Self {
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            size_bytes,
            expires_at,
        }
    }

    pub(super) fn is_expired(&self) -> bool {
        self.expires_at <= now()
    }

    /// Expiry, size, length of the key, key, content type, signature; all of it in base64url.
    pub(super) fn sign(&self, secret: &SecretSlice<u8>) -> Option<String> {
        let mut token = Vec::with_capacity(128);
        token.extend_from_slice(&self.expires_at.to_be_bytes());
        token.extend_from_slice(&self.size_bytes.to_be_bytes());
        token.extend_from_slice(&u16::try_from(self.key.len()).ok()?.to_be_bytes());
        token.extend_from_slice(self.key.as_bytes());
        token.extend_from_slice(self.content_type.as_bytes());
        let signature = mac(secret, &token)?.finalize().into_bytes();
        token.extend_from_slice(&signature);
        Some(URL_SAFE_NO_PAD.encode(token)).filter(|token| token.len() <= MAX_TOKEN_BYTES)
    }

    /// Reads a token back; `None` when a single bit of it is not ours.
    pub(super) fn verify(token: &str, secret: &SecretSlice<u8>) -> Option<Self> {
        if MAX_TOKEN_BYTES < token.len() {
            return None;
        }
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, signature) = token.split_at_checked(token.len().checked_sub(SIGNATURE_BYTES)?)?;
        // Compares in constant time.
        mac(secret, payload)?.verify_slice(signature).ok()?;
        Self::parse(payload)
    }

    fn parse(payload: &[u8]) -> Option<Self> {
        let (expires_at, payload) = payload.split_first_chunk()?;
        let (size_bytes, payload) = payload.split_first_chunk()?;
        let (key_bytes, payload) = payload.split_first_chunk()?;
        let (key, content_type) = payload.split_at_checked(usize::from(u16::from_be_bytes(*key_bytes)))?;
        Some(Self {
            key: String::from_utf8(key.to_vec()).ok()?,
            content_type: String::from_utf8(content_type.to_vec()).ok()?,
            size_bytes: u64::from_be_bytes(*size_bytes),
            expires_at: u64::from_be_bytes(*expires_at),
        })
    }
}

fn mac(secret: &SecretSlice<u8>, payload: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret()).ok()?;
    mac.update(PURPOSE);
    mac.update(payload);
    Some(mac)
}

fn now() -> u64 {
    // A clock before 1970 would make every token expired, which is the safe side.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(u64::MAX, millis)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> SecretSlice<u8> {
        vec![byte; 32].into()
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let grant = PutGrant::new("uploads/a", "image/png", 5, Duration::from_mins(1));
        let token = grant.sign(&secret(1)).unwrap();
        assert_eq!(PutGrant::verify(&token, &secret(1)), Some(grant));
        assert_eq!(PutGrant::verify(&token, &secret(2)), None);

        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                PutGrant::verify(&URL_SAFE_NO_PAD.encode(forged), &secret(1)),
                None,
                "{bit}"
            );
        }
        for length in 0..token.len() {
            assert_eq!(PutGrant::verify(&token[..length], &secret(1)), None);
        }
    }

    #[test]
    fn rubbish_is_no_token() {
        for rubbish in ["", "=", "a", "../..", "ㄱ", &"A".repeat(1025), &"A".repeat(1024)] {
            assert_eq!(PutGrant::verify(rubbish, &secret(1)), None);
        }
    }
}

//! Every key of a server, derived from one root secret.

use std::sync::Arc;

use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};

/// A key for one purpose.
pub type Key = [u8; 32];

/// Every key of a server, derived from one root secret with HKDF-SHA-256 (RFC 5869), so that there is one
/// thing to keep and to back up. Cannot be printed.
#[derive(Clone)]
pub struct Keys(Arc<SecretSlice<u8>>);

/// What a key is for; part of its derivation, so that no key serves two purposes.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Access tokens.
    AccessToken,
    /// The cookie that `<img>` and downloads send.
    MediaToken,
    /// The cookie that tells a device where an account has signed in before.
    DeviceToken,
    /// Successors of refresh tokens.
    RefreshToken,
    /// Secrets of apps that make codes.
    Totp,
    /// What is kept of recovery codes.
    RecoveryCode,
    /// Codes of links that people hand out.
    InviteLink,
    /// URLs of the local storage.
    StorageUrl,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::AccessToken => b"damso access token v1",
            Self::MediaToken => b"damso media token v1",
            Self::DeviceToken => b"damso device token v1",
            Self::RefreshToken => b"damso refresh token v1",
            Self::Totp => b"damso totp v1",
            Self::RecoveryCode => b"damso recovery code v1",
            Self::InviteLink => b"damso invite link v1",
            Self::StorageUrl => b"damso storage url v1",
        }
    }
}

/// The root secret is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret key needs at least {} bytes", Keys::MIN_BYTES)]
pub struct WeakSecret;

impl Keys {
    /// The fewest bytes of a root secret.
    pub const MIN_BYTES: usize = 32;

    /// Takes the root secret.
    pub fn new(root: Vec<u8>) -> Result<Self, WeakSecret> {
        if root.len() < Self::MIN_BYTES {
            return Err(WeakSecret);
        }
        Ok(Self(Arc::new(root.into())))
    }

    /// The key for one purpose.
    pub fn derive(&self, purpose: Purpose) -> Key {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, self.0.expose_secret())
            .expand(purpose.label(), &mut key)
            .expect("32 bytes are within what HKDF-SHA-256 yields (8160)");
        key
    }

    /// Tells two roots apart without giving anything of them away.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new()
            .chain_update(b"damso root fingerprint v1")
            .chain_update(self.0.expose_secret());
        hex::encode(&digest.finalize()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_have_different_keys_and_the_same_root_the_same() {
        let keys = Keys::new(vec![7; 32]).unwrap();
        assert_ne!(
            keys.derive(Purpose::AccessToken),
            keys.derive(Purpose::MediaToken)
        );
        assert_eq!(
            keys.derive(Purpose::AccessToken),
            Keys::new(vec![7; 32]).unwrap().derive(Purpose::AccessToken)
        );
        assert_ne!(keys.fingerprint(), Keys::new(vec![8; 32]).unwrap().fingerprint());
        assert_eq!(Keys::new(vec![7; 31]).err(), Some(WeakSecret));
    }
}

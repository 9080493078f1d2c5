//! Hashing passwords without letting it take the machine.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use damso_domain::Password;

use crate::ServiceResult;
use crate::queue::BlockingQueue;

/// Compared with when there is no account, so that the answer takes as long. Of the usual form and cost, but
/// the hash of nothing: its last part is made up.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$dAkzLWVVMua/8Z3jQOjbig$060qF1fXKN4TNc2TapdDLVIYqBCZey/Fu1lpa+DmaCY";

/// argon2id with m = 19 MiB, t = 2, p = 1 (OWASP Password Storage Cheat Sheet; the crate's default), on a few
/// threads and behind a bounded queue: a storm of sign-ins is turned away instead of taking all memory.
#[derive(Clone)]
pub(crate) struct PasswordHasher(BlockingQueue);

impl PasswordHasher {
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        Self(BlockingQueue::new(threads, queue))
    }

    pub(crate) async fn hash(&self, password: Password) -> ServiceResult<String> {
        self.run(move || {
            let hash = Argon2::default()
                .hash_password(password.expose().as_bytes())
                .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password has this hash. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: Password, hash: Option<String>) -> ServiceResult<bool> {
        self.run(move || {
            let parsed = PasswordHash::new(hash.as_deref().unwrap_or(DECOY))
                .map_err(|error| anyhow::anyhow!("a stored password hash cannot be read: {error}"))?;
            let is_right = Argon2::default()
                .verify_password(password.expose().as_bytes(), &parsed)
                .is_ok();
            Ok(is_right && hash.is_some())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> ServiceResult<T> + Send + 'static,
    ) -> ServiceResult<T> {
        self.0.run(async { Ok(()) }, |()| work()).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse_new(text, &[]).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let hasher = PasswordHasher::new(1, 1);
        let hash = hasher.hash(password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            hasher
                .verify(password("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(password("wrong horse"), Some(hash)).await.unwrap());
        assert!(
            !hasher
                .verify(password("nobody has this password"), None)
                .await
                .unwrap()
        );
    }
}

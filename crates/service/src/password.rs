//! Hashing passwords without letting it take the machine.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use damso_domain::Password;
use damso_protocol::{PasswordStrength, PasswordStrengthRequest};

use crate::queue::{BlockingQueue, Place};
use crate::{ServiceResult, strength};

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

    /// The hash of a new password; refused, as `field` of a request, when it is guessed early.
    pub(crate) async fn hash_new(
        &self,
        password: Password,
        logins: Vec<String>,
        field: &'static str,
    ) -> ServiceResult<String> {
        self.run(move || {
            strength::refuse_common(&password, &logins, field)?;
            make(&password)
        })
        .await
    }

    /// How hard a password would be to guess. Judging takes a thread for some milliseconds, and waits its turn.
    pub(crate) async fn judge(&self, request: PasswordStrengthRequest) -> ServiceResult<PasswordStrength> {
        self.run(move || Ok(strength::judge(&request))).await
    }

    /// Whether the password has this hash. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: Password, hash: Option<String>) -> ServiceResult<bool> {
        self.run(move || verify(&password, hash.as_deref())).await
    }

    /// A place for [`PlaceForHash::verify_and_renew`], before anything else is done: a storm costs nothing that way.
    pub(crate) fn enter(&self) -> ServiceResult<PlaceForHash> {
        Ok(PlaceForHash(self.0.enter()?))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> ServiceResult<T> + Send + 'static,
    ) -> ServiceResult<T> {
        self.0.enter()?.run(async { Ok(()) }, |()| work()).await?
    }
}

/// A place among those who wait for a hash.
pub(crate) struct PlaceForHash(Place);

impl PlaceForHash {
    /// Whether the password has this hash, and the hash to keep: anew where the one that was kept costs less, or other,
    /// than it would today. Without a hash the answer is `None`, after the same time.
    pub(crate) async fn verify_and_renew(
        self,
        password: Password,
        hash: Option<String>,
    ) -> ServiceResult<Option<String>> {
        let work = move || {
            let is_right = verify(&password, hash.as_deref())?;
            match hash.filter(|_| is_right) {
                Some(hash) if is_of_today(&hash) => Ok(Some(hash)),
                Some(_) => Ok(Some(make(&password)?)),
                None => Ok(None),
            }
        };
        self.0.run(async { Ok(()) }, |()| work()).await?
    }
}

fn make(password: &Password) -> ServiceResult<String> {
    let hash = Argon2::default()
        .hash_password(password.expose().as_bytes())
        .map_err(|error| anyhow::anyhow!("the password could not be hashed: {error}"))?;
    Ok(hash.to_string())
}

fn verify(password: &Password, hash: Option<&str>) -> ServiceResult<bool> {
    let parsed = PasswordHash::new(hash.unwrap_or(DECOY))
        .map_err(|error| anyhow::anyhow!("a stored password hash cannot be read: {error}"))?;
    let is_right = Argon2::default()
        .verify_password(password.expose().as_bytes(), &parsed)
        .is_ok();
    Ok(is_right && hash.is_some())
}

/// Whether a hash was made as one would be made now.
fn is_of_today(hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    let of_today = Argon2::default();
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    parsed.algorithm == Algorithm::default().ident()
        && parsed.version == Some(Version::default().into())
        && Params::try_from(&parsed).is_ok_and(|params| cost(&params) == cost(of_today.params()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse_new(text, &[]).unwrap()
    }

    async fn renew(hasher: &PasswordHasher, text: &str, hash: &str) -> Option<String> {
        let place = hasher.enter().unwrap();
        let renewed = place.verify_and_renew(password(text), Some(hash.to_owned()));
        renewed.await.unwrap()
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_made_anew() {
        let hasher = PasswordHasher::new(1, 1);
        for (algorithm, m_cost) in [
            (Algorithm::Argon2id, 64),
            (Algorithm::Argon2i, Params::DEFAULT_M_COST),
        ] {
            let params = Params::new(m_cost, 2, 1, None).unwrap();
            let old = Argon2::new(algorithm, Version::V0x13, params);
            let old = old.hash_password(b"correct horse").unwrap().to_string();
            assert_eq!(renew(&hasher, "wrong horse", &old).await, None);
            let renewed = renew(&hasher, "correct horse", &old).await.unwrap();
            assert!(
                renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
                "{renewed}"
            );
            assert_eq!(renew(&hasher, "correct horse", &renewed).await, Some(renewed));
        }
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let hasher = PasswordHasher::new(1, 1);
        let hash = hasher
            .hash_new(password("correct horse"), Vec::new(), "password")
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            hasher
                .verify(password("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify(password("wrong horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert_eq!(renew(&hasher, "wrong horse", &hash).await, None);
        assert_eq!(renew(&hasher, "correct horse", &hash).await, Some(hash));
        assert!(
            !hasher
                .verify(password("nobody has this password"), None)
                .await
                .unwrap()
        );
    }
}

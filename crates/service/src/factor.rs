//! Second factors: codes from an app, recovery codes, and passkeys in their place.

use damso_domain::{SecurityEventKind, Timestamp, UserId};
use damso_protocol::ErrorKind;
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::security_event::Origin;
use damso_repository::totp::{RecoveryHash, Salt};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use totp_rs::{Builder, Totp};

use crate::ServiceResult;
use crate::keys::{Key, Keys, Purpose};
use crate::passkey::UsedPasskey;
use crate::security_log::{self, Told};

/// How many steps of 30 seconds an app's clock may be early or late.
const SKEW: u16 = 1;
/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// The letters of recovery codes: none that look like another (Crockford's base 32).
const RECOVERY_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters in a recovery code: 80 bits.
const RECOVERY_CHARS: usize = 16;
/// Letters in each of its groups.
const RECOVERY_GROUP: usize = 4;

/// What somebody gives besides the password.
pub(crate) enum Given {
    /// A code from the app, or a recovery code.
    Code(String),
    /// What a passkey has signed.
    Passkey(UsedPasskey),
    /// Nothing.
    Nothing,
}

impl Given {
    pub(crate) fn from_code(code: Option<&str>) -> Self {
        code.map_or(Self::Nothing, |code| Self::Code(code.to_owned()))
    }
}

/// What a code was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakenCode {
    /// One from the app.
    App,
    /// One of the recovery codes.
    Recovery,
}

/// Makes and takes codes. What the database holds of them makes none: the server's key is needed, too.
#[derive(Clone)]
pub(crate) struct Factors {
    totp_key: Key,
    recovery_key: Key,
}

impl Factors {
    pub(crate) fn new(keys: &Keys) -> Self {
        Self {
            totp_key: keys.derive(Purpose::Totp),
            recovery_key: keys.derive(Purpose::RecoveryCode),
        }
    }

    /// The codes of an account's app: SHA-1, six digits, 30 seconds, because some apps take nothing else (RFC 6238).
    pub(crate) fn app(&self, user: UserId, salt: &Salt) -> Totp {
        let secret = mac(&self.totp_key, user, salt);
        let builder = Builder::new().with_secret(secret[..20].to_vec()).with_skew(SKEW);
        builder
            .build()
            .expect("160 bits and six digits are what the standard asks for")
    }

    /// The same, with what its user reads in the app.
    pub(crate) fn named_app(
        &self,
        user: UserId,
        salt: &Salt,
        handle: &str,
        server: &str,
    ) -> ServiceResult<Totp> {
        let secret = mac(&self.totp_key, user, salt);
        let builder = Builder::new()
            .with_secret(secret[..20].to_vec())
            .with_skew(SKEW)
            .with_account_name(handle)
            .with_issuer(Some(server));
        builder
            .build()
            .map_err(|error| anyhow::anyhow!("no codes for {server}: {error}").into())
    }

    /// New recovery codes, as their owner reads them, and what is kept of them.
    pub(crate) fn recovery_codes(&self, user: UserId) -> ServiceResult<(Vec<String>, Vec<RecoveryHash>)> {
        let mut bytes = [0; RECOVERY_CODES * RECOVERY_CHARS];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        let code = |bytes: &[u8]| -> String {
            let letters = bytes.iter().map(|byte| RECOVERY_ALPHABET[usize::from(byte % 32)]);
            letters.map(char::from).collect()
        };
        let plain: Vec<String> = bytes.chunks(RECOVERY_CHARS).map(code).collect();
        let hashes = plain.iter().map(|code| self.recovery_hash(user, code)).collect();
        Ok((plain.iter().map(|code| in_groups(code)).collect(), hashes))
    }

    fn recovery_hash(&self, user: UserId, code: &str) -> RecoveryHash {
        mac(&self.recovery_key, user, code.as_bytes())
    }

    /// Uses a code up, if it is one; the account is locked.
    pub(crate) async fn take_code(
        &self,
        conn: &mut Connection,
        user: UserId,
        code: &str,
        now: Timestamp,
    ) -> ServiceResult<Option<TakenCode>> {
        let Some(stored) = repository::totp::find(conn, user).await? else {
            return Ok(None);
        };
        if stored.confirmed_at.is_none() {
            return Ok(None);
        }
        if self.take_app_code(conn, user, &stored.salt, code, now).await? {
            return Ok(Some(TakenCode::App));
        }
        let is_recovery = match normal_recovery_code(code) {
            None => false,
            Some(code) => {
                let hash = self.recovery_hash(user, &code);
                repository::totp::take_recovery_code(conn, user, &hash).await?
            }
        };
        Ok(is_recovery.then_some(TakenCode::Recovery))
    }

    /// Uses a code of the app up, whether or not codes are asked for already.
    pub(crate) async fn take_app_code(
        &self,
        conn: &mut Connection,
        user: UserId,
        salt: &Salt,
        code: &str,
        now: Timestamp,
    ) -> ServiceResult<bool> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.as_millis() / 1_000).unwrap_or_default();
        let Some(step) = self.app(user, salt).check(&code, seconds) else {
            return Ok(false);
        };
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        Ok(repository::totp::take_step(conn, user, step).await?)
    }

    /// Refuses whoever does not give the second factor of an account that has one. In the transaction that has locked
    /// the account and does what the factor is asked for.
    pub(crate) async fn demand(
        &self,
        conn: &mut Connection,
        user: UserId,
        given: Given,
        origin: Origin<'_>,
        now: Timestamp,
    ) -> ServiceResult<()> {
        let stored = repository::totp::find(conn, user).await?;
        if stored.and_then(|stored| stored.confirmed_at).is_none() {
            return Ok(());
        }
        match given {
            Given::Nothing => Err(ErrorKind::SecondFactorRequired.into()),
            Given::Passkey(passkey) if passkey.user_id == user => passkey.note(conn, now).await,
            Given::Passkey(_) => Err(ErrorKind::SecondFactorInvalid.into()),
            Given::Code(code) => match self.take_code(conn, user, &code, now).await? {
                None => Err(ErrorKind::SecondFactorInvalid.into()),
                Some(TakenCode::App) => Ok(()),
                Some(TakenCode::Recovery) => {
                    let kind = SecurityEventKind::RecoveryCodeUsed;
                    security_log::record(conn, user, kind, origin, now, Told::Owner).await
                }
            },
        }
    }
}

fn mac(key: &Key, user: UserId, what: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(user.as_uuid().as_bytes());
    mac.update(what);
    mac.finalize().into_bytes().into()
}

fn in_groups(code: &str) -> String {
    let groups = code.as_bytes().chunks(RECOVERY_GROUP);
    let groups: Vec<String> = groups
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    groups.join("-")
}

/// A code as it is kept, however it was typed: in groups or not, in upper case, with an O for a 0.
fn normal_recovery_code(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(RECOVERY_CHARS);
    for letter in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let is_known = u8::try_from(letter).is_ok_and(|letter| RECOVERY_ALPHABET.contains(&letter));
        if !is_known || code.len() == RECOVERY_CHARS {
            return None;
        }
        code.push(letter);
    }
    (code.len() == RECOVERY_CHARS).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors() -> Factors {
        Factors::new(&Keys::new(vec![1; 32]).unwrap())
    }

    #[test]
    fn an_apps_secret_is_of_one_account_and_one_salt() {
        let (factors, user) = (factors(), UserId::new());
        let secret = |user, salt: &Salt| factors.app(user, salt).secret().to_base32();
        assert_eq!(secret(user, &[1; 16]), secret(user, &[1; 16]));
        assert_ne!(secret(user, &[1; 16]), secret(user, &[2; 16]));
        assert_ne!(secret(user, &[1; 16]), secret(UserId::new(), &[1; 16]));
        assert_eq!(secret(user, &[1; 16]).len(), 32, "160 bits in base32");
    }

    #[test]
    fn recovery_codes_are_known_however_they_are_typed() {
        let (factors, user) = (factors(), UserId::new());
        let (codes, hashes) = factors.recovery_codes(user).unwrap();
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        for (code, hash) in codes.iter().zip(&hashes) {
            assert_eq!(code.len(), 19, "{code}");
            for typed in [
                code.clone(),
                code.to_uppercase().replace('0', "O"),
                format!(" {} ", code.replace('-', " ")),
            ] {
                let normal = normal_recovery_code(&typed).unwrap();
                assert_eq!(factors.recovery_hash(user, &normal), *hash, "{typed}");
            }
        }
        for none in ["", "123456", "uuuu-uuuu-uuuu-uuuu", &format!("{}0", codes[0])] {
            assert_eq!(normal_recovery_code(none), None, "{none}");
        }
    }
}

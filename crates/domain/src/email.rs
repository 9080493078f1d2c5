//! E-mail addresses.

use serde::Serialize;

/// An address a mail can be sent to: one `@`, something on both sides, at most 254 bytes (RFC 5321
/// §4.5.3.1.3), nothing that could end a header line. The domain is kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// The text is not of the form of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address")]
pub struct EmailAddressError;

impl EmailAddress {
    /// The most bytes.
    pub const MAX_BYTES: usize = 254;

    /// Trims and checks the form; whether it exists only a mail can tell.
    pub fn parse(raw: &str) -> Result<Self, EmailAddressError> {
        let raw = raw.trim();
        let (local, domain) = raw.rsplit_once('@').ok_or(EmailAddressError)?;
        let is_forbidden =
            |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"' | '@');
        let is_domain = domain.split('.').count() >= 2
            && domain
                .split('.')
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        if local.is_empty() || 64 < local.len() || Self::MAX_BYTES < raw.len() || !is_domain {
            return Err(EmailAddressError);
        }
        if local.chars().any(is_forbidden) || domain.chars().any(is_forbidden) {
            return Err(EmailAddressError);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_form() {
        for good in ["minji@example.org", " min.ji+chat@메일.한국 ", "a@b.co"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "minji",
            "@example.org",
            "minji@",
            "minji@localhost",
            "a b@c.de",
            "a@b@c.de",
            "a@b..c",
            "a@b.c\r\nBcc: x@y.z",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(EmailAddressError), "{bad}");
        }
    }
}

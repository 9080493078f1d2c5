//! E-mail addresses.

use serde::Serialize;

/// An address a mail can be sent to: one `@`, before it the letters, digits and signs of an atom with single dots
/// between (RFC 5322 §3.2.3), behind it a name of at least two parts in any script, at most 254 bytes (RFC 5321
/// §4.5.3.1.3). The domain is kept in lower case. Quoted parts, IP addresses and letters of other scripts before the
/// `@` are refused: hardly any server takes them.
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
    /// The most bytes before the `@` (RFC 5321 §4.5.3.1.1).
    pub const MAX_LOCAL_BYTES: usize = 64;

    /// Trims and checks the form; whether it exists only a mail can tell.
    pub fn parse(raw: &str) -> Result<Self, EmailAddressError> {
        let raw = raw.trim();
        let (local, domain) = raw.rsplit_once('@').ok_or(EmailAddressError)?;
        let is_fitting = raw.len() <= Self::MAX_BYTES && local.len() <= Self::MAX_LOCAL_BYTES;
        if is_fitting && is_dotted_atom(local) && is_name(domain) {
            Ok(Self(format!("{local}@{}", domain.to_lowercase())))
        } else {
            Err(EmailAddressError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_dotted_atom(local: &str) -> bool {
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

/// At least two labels, of which the last is no number: that would be an IP address.
fn is_name(domain: &str) -> bool {
    let is_label = |label: &str| {
        let is_inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !label.is_empty() && is_inside && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_number = |label: &str| label.chars().all(|c| c.is_ascii_digit());
    domain.split('.').all(is_label) && domain.rsplit_once('.').is_some_and(|(_, last)| !is_number(last))
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
            "민지@example.org",
            "a..b@example.org",
            ".a@example.org",
            "\"a b\"@example.org",
            "a@127.0.0.1",
            "a@exa_mple.org",
            "a@exam\u{202e}ple.org",
            "a@example.org\u{200b}",
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(EmailAddressError), "{bad}");
        }
    }
}

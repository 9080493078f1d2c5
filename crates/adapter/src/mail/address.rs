//! Addresses, so narrow that nothing in one can begin another header, command, address or comment.

use std::fmt::{Display, Formatter, Result as FormatResult};
use std::str::FromStr;

use lettre::Address;
use lettre::message::Mailbox;

/// RFC 5321 §4.5.3.1.
const MAX_LOCAL_BYTES: usize = 64;
const MAX_BYTES: usize = 254;
const MAX_NAME_CHARS: usize = 64;

/// Why a text is not an address, or not a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// There is no `@` with something on both sides, or it is too long.
    #[error("it has to look like name@example.org")]
    Form,
    /// Something else than the letters, digits and signs that go without quotes. What is not ASCII would need a
    /// server that knows SMTPUTF8, and few do.
    #[error("before the @ there may be a-z, 0-9 and . _ + - only, and few signs more")]
    Local,
    /// No host can have this name.
    #[error("what follows the @ is no domain")]
    Domain,
    /// Too long, or with characters that are not seen.
    #[error("the name before the address has up to 64 characters, without < and >")]
    Name,
}

/// Whom mails are from: `damso@example.org`, or with a name, `담소 <damso@example.org>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.0
    }

    pub(crate) fn address(&self) -> &Address {
        &self.0.email
    }
}

impl FromStr for Sender {
    type Err = AddressProblem;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let raw = raw.trim();
        let Some((name, address)) = raw
            .strip_suffix('>')
            .and_then(|unclosed| unclosed.rsplit_once('<'))
        else {
            return Ok(Self(Mailbox::new(None, parse_address(raw)?)));
        };
        let name = name.trim();
        let name = name
            .strip_prefix('"')
            .and_then(|opened| opened.strip_suffix('"'))
            .unwrap_or(name);
        let is_bad = |c: char| is_unseen(c) || matches!(c, '<' | '>');
        if MAX_NAME_CHARS < name.chars().count() || name.contains(is_bad) {
            return Err(AddressProblem::Name);
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
        Ok(Self(Mailbox::new(name, parse_address(address)?)))
    }
}

/// The address alone, as it goes out.
impl Display for Sender {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FormatResult {
        self.0.email.fmt(formatter)
    }
}

/// Reads an address that stands alone. A domain in other letters becomes what the name system has for it
/// (`메일.한국` is `xn--h32bq4v.xn--3e0b707e`), so that any server takes it.
pub(crate) fn parse_address(raw: &str) -> Result<Address, AddressProblem> {
    let (local, domain) = raw.rsplit_once('@').ok_or(AddressProblem::Form)?;
    if local.is_empty() || MAX_LOCAL_BYTES < local.len() || MAX_BYTES < raw.len() {
        return Err(AddressProblem::Form);
    }
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    if !local.split('.').all(is_atom) {
        return Err(AddressProblem::Local);
    }
    let domain = ascii_domain(domain).ok_or(AddressProblem::Domain)?;
    if MAX_BYTES < local.len() + 1 + domain.len() {
        return Err(AddressProblem::Form);
    }
    Address::new(local, domain).map_err(|_| AddressProblem::Form)
}

fn ascii_domain(domain: &str) -> Option<String> {
    // Some of them would be dropped without a word.
    if domain.contains(is_unseen) {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    // A name that ends in a number is an IP address to whoever looks it up.
    let has_letters = ascii
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let is_name = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (has_letters && ascii.split('.').all(is_name)).then_some(ascii)
}

/// `atext` of RFC 5322 §3.2.3.
const fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// Characters that end a line, or that change how others are seen without being seen themselves.
pub(crate) fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for (raw, expected) in [
            ("ada@example.org", "ada@example.org"),
            ("ada+tag@EXAMPLE.org", "ada+tag@example.org"),
            (
                "o'neil_1.2-3@mail.example.co.kr",
                "o'neil_1.2-3@mail.example.co.kr",
            ),
            ("damso@localhost", "damso@localhost"),
            // The domain as the name system has it, however it was typed.
            ("minji@메일.한국", "minji@xn--h32bq4v.xn--3e0b707e"),
            ("minji@xn--h32bq4v.xn--3e0b707e", "minji@xn--h32bq4v.xn--3e0b707e"),
            ("minji@Bücher.example", "minji@xn--bcher-kva.example"),
            // Letters whose low byte is a line end are nothing but letters.
            (
                "ada@a\u{10a}.org\u{10d}\u{10a}rcpt",
                "ada@xn--a-8ha.xn--orgrcpt-45ar",
            ),
        ] {
            assert_eq!(
                parse_address(raw).map(|address| address.to_string()),
                Ok(expected.to_owned()),
                "{raw}"
            );
        }
    }

    #[test]
    fn nothing_else_gets_into_an_address() {
        use AddressProblem::{Domain, Form, Local};
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long_domain = format!("ada@{}org", "example.".repeat(40));
        for (raw, expected) in [
            // line ends, as they are and in disguise
            ("ada@example.org\r\nBcc: eve@example.org", Local),
            ("ada\r\nBcc: eve@example.org", Local),
            ("ada@example.org\n", Domain),
            ("ada@example.org\r", Domain),
            ("ada@exam\r\nple.org", Domain),
            ("ada@example.org%0d%0aBcc:eve", Domain),
            ("ada\u{2028}x@example.org", Local),
            ("ada@example.org\u{85}", Domain),
            ("ada@example.org\0", Domain),
            // more than one address, names and comments
            ("ada@example.org,eve@example.org", Local),
            ("ada,eve@example.org", Local),
            ("ada@example.org;eve", Domain),
            ("ada@example.org\u{ff0c}eve", Domain),
            ("Ada <ada@example.org>", Local),
            ("<ada@example.org>", Local),
            ("ada@example.org>", Domain),
            ("ada(comment)@example.org", Local),
            ("ada@(comment)example.org", Domain),
            ("\"ada eve\"@example.org", Local),
            ("\"ada\\\"\"@example.org", Local),
            ("ada@eve@example.org", Local),
            ("@relay.example:ada@example.org", Local),
            ("group:ada@example.org", Local),
            // commands of SMTP
            ("ada@example.org> SIZE=1", Domain),
            ("ada @example.org", Local),
            (" ada@example.org", Local),
            ("ada@example.org ", Domain),
            // what is not seen, and what looks like something else
            ("ada\u{200b}@example.org", Local),
            ("ada@exam\u{202e}ple.org", Domain),
            ("ada@exam\u{ad}ple.org", Domain),
            ("ada@exam\u{200b}ple.org", Domain),
            ("аda@example.org", Local),
            ("담소@example.org", Local),
            ("ada\u{ff20}example.org", Form),
            // domains that are none
            ("ada@127.0.0.1", Domain),
            ("ada@[127.0.0.1]", Domain),
            ("ada@[::1]", Domain),
            ("ada@example..org", Domain),
            ("ada@.example.org", Domain),
            ("ada@example.org.", Domain),
            ("ada@-example.org", Domain),
            ("ada@example-.org", Domain),
            ("ada@exa_mple.org", Domain),
            ("ada@xn--a.org", Domain),
            // dots and ends
            (".ada@example.org", Local),
            ("ada.@example.org", Local),
            ("a..b@example.org", Local),
            ("ada", Form),
            ("@example.org", Form),
            ("ada@", Domain),
            ("", Form),
            (&long_local, Form),
            (&long_domain, Form),
        ] {
            assert_eq!(parse_address(raw), Err(expected), "{raw:?}");
        }
    }

    #[test]
    fn senders_may_have_a_name() {
        for (raw, name, address) in [
            ("damso@localhost", None, "damso@localhost"),
            ("<damso@example.org>", None, "damso@example.org"),
            (" 담소 <damso@example.org> ", Some("담소"), "damso@example.org"),
            (
                "\"Kim, Park\" <damso@example.org>",
                Some("Kim, Park"),
                "damso@example.org",
            ),
        ] {
            let sender: Sender = raw.parse().unwrap();
            assert_eq!(
                (sender.0.name.as_deref(), sender.to_string().as_str()),
                (name, address),
                "{raw}"
            );
        }
        for raw in [
            "담소\r\nBcc: eve@example.org <damso@example.org>",
            "담소 <eve@example.org> <damso@example.org>",
            "담\u{202e}소 <damso@example.org>",
            "\0 <damso@example.org>",
            &format!("{} <damso@example.org>", "담".repeat(65)),
        ] {
            assert_eq!(raw.parse::<Sender>(), Err(AddressProblem::Name), "{raw:?}");
        }
        for raw in [
            "담소",
            "담소 <damso>",
            "담소 <damso@example.org",
            "<>",
            "",
            "담소 damso@example.org",
        ] {
            assert!(raw.parse::<Sender>().is_err(), "{raw:?}");
        }
    }
}

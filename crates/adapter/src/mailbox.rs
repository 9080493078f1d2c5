//! Mail into a folder: for trying things out, and for servers whose operator passes mail on by hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use damso_service::ports::{Mail, MailError, Mailer};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::durable::{random_name, write_atomically};

/// Standards allow 998 bytes in a line besides its end.
const MAX_LINE_BYTES: usize = 998;

/// Bytes in one encoded word, so that with its frame it stays within 75 characters.
const ENCODED_WORD_BYTES: usize = 42;

/// Bytes that fill a base64 line of 76 characters.
const BASE64_LINE_BYTES: usize = 57;

/// Stores each mail as one `.eml` file that any mail program opens.
#[derive(Clone, Debug)]
pub struct MailboxFolder {
    folder: PathBuf,
    from: String,
}

impl MailboxFolder {
    /// Uses `folder`, creating it where needed; `from` is the sender's address. Blocks.
    pub fn open(folder: &Path, from: &str) -> io::Result<Self> {
        if !is_address(from) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the sender is not a mail address",
            ));
        }
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            from: from.to_owned(),
        })
    }

    fn store(&self, mail: &Mail) -> Result<(), MailError> {
        if !is_address(&mail.to) {
            return Err(MailError("the recipient is not a mail address".to_owned()));
        }
        let write = || {
            let name = random_name()?;
            let now = Timestamp::now().to_zoned(TimeZone::UTC);
            let message = compose(&self.from, mail, &now, &name)?;
            // Named by time, so that a listing is in the order in which mails were sent.
            let stem = format!("{}-{}", now.strftime("%Y%m%dT%H%M%S%3f"), &name[..8]);
            let temporary = self.folder.join(format!(".{stem}.new"));
            write_atomically(
                &temporary,
                &self.folder.join(format!("{stem}.eml")),
                message.as_bytes(),
            )
        };
        write().map_err(|error| MailError(error.to_string()))
    }
}

#[async_trait]
impl Mailer for MailboxFolder {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let mailbox = self.clone();
        tokio::task::spawn_blocking(move || mailbox.store(&mail))
            .await
            .map_err(|error| MailError(error.to_string()))?
    }
}

/// Whether a text can stand in an address header as it is: nothing in it can begin another header,
/// another address or a comment.
fn is_address(text: &str) -> bool {
    let is_plain = |character: char| {
        !character.is_control() && !character.is_whitespace() && !"<>()[],;:\\\"".contains(character)
    };
    let is_split = text
        .rsplit_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !local.contains('@'));
    is_split && text.len() <= 254 && text.chars().all(is_plain)
}

/// The whole message, as RFC 5322 and MIME want it.
fn compose(from: &str, mail: &Mail, date: &Zoned, id: &str) -> io::Result<String> {
    let date = rfc2822::to_string(date).map_err(io::Error::other)?;
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let (encoding, body) = encode_body(&mail.text);
    let to = &mail.to;
    let subject = encode_subject(&mail.subject);
    Ok([
        format!("From: <{from}>"),
        format!("To: <{to}>"),
        format!("Subject: {subject}"),
        format!("Date: {date}"),
        format!("Message-ID: <{id}@{domain}>"),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        format!("Content-Transfer-Encoding: {encoding}"),
        "Auto-Submitted: auto-generated".to_owned(),
        String::new(),
        body,
    ]
    .join("\r\n"))
}

/// Plain where it can be, else in encoded words, which hold whole characters and no line break.
fn encode_subject(subject: &str) -> String {
    let subject: String = subject
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    let is_plain = subject.is_ascii() && subject.len() <= 60 && !subject.contains("=?");
    if is_plain {
        return subject;
    }
    let mut words = vec![String::new()];
    for character in subject.chars() {
        match words.last_mut() {
            Some(word) if word.len() + character.len_utf8() <= ENCODED_WORD_BYTES => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)))
        .collect::<Vec<_>>()
        .join("\r\n ")
}

/// Readable as it is where lines are short enough, base64 otherwise.
fn encode_body(text: &str) -> (&'static str, String) {
    let mut lines: Vec<_> = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    // A lone CR or a NUL may not stand in a message.
    let is_clean = |line: &&str| line.len() <= MAX_LINE_BYTES && !line.contains(['\r', '\0']);
    let body: String = lines.iter().flat_map(|line| [*line, "\r\n"]).collect();
    if lines.iter().all(is_clean) {
        return ("8bit", body);
    }
    let chunks = body
        .as_bytes()
        .chunks(BASE64_LINE_BYTES)
        .map(|chunk| STANDARD.encode(chunk));
    (
        "base64",
        chunks.flat_map(|line| [line, "\r\n".to_owned()]).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str, text: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    fn composed(subject: &str, text: &str) -> String {
        let date = "2026-11-23T12:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .to_zoned(TimeZone::UTC);
        compose(
            "damso@example.org",
            &mail("ada@example.org", subject, text),
            &date,
            "id",
        )
        .unwrap()
    }

    #[test]
    fn plain_mail_is_readable() {
        let expected = "From: <damso@example.org>\r\nTo: <ada@example.org>\r\nSubject: Hello\r\n\
            Date: Mon, 23 Nov 2026 12:00:00 +0000\r\nMessage-ID: <id@example.org>\r\nMIME-Version: 1.0\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\
            Auto-Submitted: auto-generated\r\n\r\n안녕\r\n\r\nBye\r\n";
        assert_eq!(composed("Hello", "안녕\r\n\nBye\n"), expected);
    }

    #[test]
    fn long_and_foreign_subjects_become_encoded_words() {
        let subject = "담소에서 보낸 아주 긴 제목입니다, 여러 낱말로 나뉘어야 합니다 😀";
        let message = composed(subject, "x");
        let header = message
            .split("\r\nDate:")
            .next()
            .unwrap()
            .split_once("Subject: ")
            .unwrap()
            .1;
        let mut decoded = String::new();
        for word in header.split("\r\n ") {
            assert!(word.len() <= 75, "{word}");
            let payload = word
                .strip_prefix("=?utf-8?B?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            decoded.push_str(std::str::from_utf8(&STANDARD.decode(payload).unwrap()).unwrap());
        }
        assert_eq!(decoded, subject);
    }

    #[test]
    fn headers_cannot_be_injected() {
        let message = composed("Hi\r\nBcc: eve@example.org\r\n\r\nbody", "x");
        assert_eq!(message.lines().filter(|line| line.starts_with("Bcc")).count(), 0);
        assert_eq!(message.split("\r\n\r\n").count(), 2);
        for address in [
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org\nx",
            "ada@example.org, eve@example.org",
            "ada@example.org>",
            "a b@example.org",
            "ada@example.org\0",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "",
        ] {
            assert!(!is_address(address), "{address:?}");
        }
        assert!(is_address("ada+tag@example.org") && is_address("담소@example.org"));
    }

    #[test]
    fn bodies_with_long_lines_or_control_characters_are_encoded() {
        for text in ["x".repeat(5_000), "a\rb".to_owned(), "a\0b".to_owned()] {
            let (encoding, body) = encode_body(&text);
            assert_eq!(encoding, "base64");
            assert!(body.split("\r\n").all(|line| line.len() <= 76));
            let joined: String = body.split("\r\n").collect();
            assert_eq!(STANDARD.decode(joined).unwrap(), format!("{text}\r\n").as_bytes());
        }
    }
}

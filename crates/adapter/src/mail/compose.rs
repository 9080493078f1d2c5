//! The bytes of a mail: `multipart/alternative` in UTF-8, all of it ASCII on its way, so that any server takes it.

use std::time::SystemTime;

use damso_service::ports::{Mail, MailError};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart};

use super::address::{Sender, is_unseen, parse_address};
use crate::durable::random_name;

/// Beyond this a subject is cut.
const MAX_SUBJECT_CHARS: usize = 200;

/// A mail that is ready to go.
pub(crate) struct Composed {
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}

/// Writes the message, as RFC 5322 and MIME want it. Refuses a recipient that is none.
pub(crate) fn compose(sender: &Sender, mail: &Mail, date: SystemTime) -> Result<Composed, MailError> {
    let to = parse_address(&mail.to)
        .map_err(|problem| MailError::Refused(format!("the recipient is no address: {problem}")))?;
    let id = random_name().map_err(|error| MailError::Unavailable(error.to_string()))?;
    let message = Message::builder()
        .from(sender.mailbox().clone())
        .to(to.clone().into())
        .subject(subject_line(&mail.subject))
        .date(date)
        // Of the sender's domain: the name of this machine is nobody's business.
        .message_id(Some(format!("<{id}@{}>", sender.address().domain())))
        // So that no answering machine answers (RFC 3834 §5).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(
            body(&mail.text),
            body(&mail.html),
        ))
        .map_err(|error| MailError::Refused(error.to_string()))?;
    Ok(Composed {
        to,
        bytes: message.formatted(),
    })
}

/// One line that means what it says: nothing ends it early, and no part of it passes for an encoded word.
fn subject_line(subject: &str) -> String {
    let line: String = subject
        .chars()
        .map(|character| if is_unseen(character) { ' ' } else { character })
        .take(MAX_SUBJECT_CHARS)
        .collect();
    let words: Vec<_> = line.split_whitespace().collect();
    words.join(" ").replace("=?", "= ?")
}

/// Without what may not stand in a message, such as a NUL or a CR alone.
fn body(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mail_parser::{Message as Parsed, MessageParser};

    use super::*;

    fn mail(subject: &str, text: &str, html: &str) -> Mail {
        Mail {
            to: "ada@example.org".to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.to_owned(),
        }
    }

    fn written(from: &str, mail: &Mail) -> String {
        let date = "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap().into();
        let composed = compose(&from.parse().unwrap(), mail, date).unwrap();
        String::from_utf8(composed.bytes).unwrap()
    }

    fn parse(message: &str) -> Parsed<'_> {
        MessageParser::default().parse(message).unwrap()
    }

    fn header_names(message: &str) -> Vec<&str> {
        let head = message.split("\r\n\r\n").next().unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split(':').next().unwrap())
            .collect()
    }

    const HEADERS: [&str; 8] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];

    #[test]
    fn a_mail_says_the_same_twice() {
        let mail = mail(
            "이메일 주소 확인",
            "안녕하세요\n\n<그럼> & 안녕\n",
            "<p>안녕하세요</p>\n",
        );
        let message = written("담소 <damso@chat.example.org>", &mail);

        assert_eq!(header_names(&message), HEADERS);
        assert!(message.is_ascii());
        assert!(
            message
                .split("\r\n")
                .all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])),
            "{message}"
        );
        for line in [
            "From: =?utf-8?b?64u07IaM?= <damso@chat.example.org>\r\n",
            "To: ada@example.org\r\n",
            "Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(message.contains(line), "{line} is not in {message}");
        }
        let parsed = parse(&message);
        assert_eq!(parsed.subject(), Some("이메일 주소 확인"));
        assert_eq!(parsed.from().unwrap().first().unwrap().name(), Some("담소"));
        assert!(parsed.message_id().unwrap().ends_with("@chat.example.org"));
        assert_eq!(
            parsed.body_text(0).unwrap().replace('\r', "").trim_end(),
            "안녕하세요\n\n<그럼> & 안녕"
        );
        assert_eq!(parsed.body_html(0).unwrap().trim_end(), "<p>안녕하세요</p>");
    }

    #[test]
    fn every_mail_has_an_id_of_its_own() {
        let ids: Vec<_> = (0..2)
            .map(|_| {
                parse(&written("damso@localhost", &mail("x", "x", "x")))
                    .message_id()
                    .map(ToOwned::to_owned)
            })
            .collect();
        assert_ne!(ids[0], ids[1]);
    }

    #[test]
    fn a_subject_is_one_line() {
        let long = "담소에서 보낸 아주 긴 제목입니다, 여러 낱말로 나뉘어야 합니다 😀";
        for (subject, expected) in [
            ("Hello", "Hello"),
            (long, long),
            (
                "Hi\r\nBcc: eve@example.org\r\n\r\nbody",
                "Hi Bcc: eve@example.org body",
            ),
            ("Hi\nBcc: eve@example.org", "Hi Bcc: eve@example.org"),
            ("안녕\r\nBcc: eve@example.org", "안녕 Bcc: eve@example.org"),
            ("Hi\u{2028}Bcc: x\u{85}y\0z", "Hi Bcc: x y z"),
            ("\u{202e}gpj.exe\u{200b}", "gpj.exe"),
            ("=?utf-8?b?QmNjOg==?=", "= ?utf-8?b?QmNjOg== ?="),
            ("a, b; c: <d> (e)", "a, b; c: <d> (e)"),
        ] {
            let message = written("damso@localhost", &mail(subject, "x", "x"));
            assert_eq!(header_names(&message), HEADERS, "{subject:?}");
            assert_eq!(parse(&message).subject(), Some(expected), "{subject:?}");
        }
        let endless = written("damso@localhost", &mail(&"x".repeat(5_000), "x", "x"));
        assert!(endless.split("\r\n").all(|line| line.len() <= 998));
    }

    #[test]
    fn names_of_senders_stay_in_their_header() {
        for name in [
            "Kim, Park",
            "a \"b\" c",
            "x; y: z",
            "=?utf-8?b?QmNjOg==?=",
            "담소 (우리)",
            "\\",
        ] {
            let message = written(&format!("{name} <damso@example.org>"), &mail("x", "x", "x"));
            assert_eq!(header_names(&message), HEADERS, "{name}");
            let parsed = parse(&message);
            let from = parsed.from().unwrap();
            assert_eq!(from.iter().count(), 1, "{name}");
            let only = from.first().unwrap();
            assert_eq!(
                (only.name(), only.address()),
                (Some(name), Some("damso@example.org"))
            );
        }
    }

    #[test]
    fn bodies_come_out_as_they_went_in() {
        let long = "담".repeat(2_000);
        for (text, expected) in [
            ("plain", "plain"),
            (".\n..\n.x", ".\n..\n.x"),
            ("a\r\nb\n", "a\nb"),
            ("a\rb\0c", "abc"),
            ("--\nFrom here = there?=", "--\nFrom here = there?="),
            (&long, &long),
        ] {
            let message = written("damso@localhost", &mail("x", text, "x"));
            assert!(message.split("\r\n").all(|line| line.len() <= 998));
            let parsed = parse(&message);
            assert_eq!(
                parsed
                    .body_text(0)
                    .unwrap()
                    .replace('\r', "")
                    .trim_end_matches('\n'),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn who_is_no_address_gets_no_mail() {
        let mut attack = mail("x", "x", "x");
        for to in [
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org, eve@example.org",
            "담소@example.org",
        ] {
            attack.to = to.to_owned();
            let problem = compose(&"damso@localhost".parse().unwrap(), &attack, SystemTime::now()).err();
            assert!(matches!(problem, Some(MailError::Refused(_))), "{to:?}");
            assert!(!problem.unwrap().to_string().contains("example.org\r"));
        }
    }
}

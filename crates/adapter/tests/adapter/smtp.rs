//! Mail to an SMTP server.

use std::time::Duration;

use damso_adapter::smtp::{SmtpConfig, SmtpLogin, SmtpMailer};
use damso_service::ports::{Mail, MailError, Mailer};
use mail_parser::MessageParser;
use tokio::net::TcpListener;

use crate::smtp_peer::{Behaviour, Fault, Privacy, SmtpPeer};

const USER: &str = "damso";
const PASSWORD: &str = "korrekt-Pferd-Batterie";
/// Long for a server on the same machine, short for whoever waits for the tests.
const PATIENT: Duration = Duration::from_secs(20);
const IMPATIENT: Duration = Duration::from_millis(200);

const QUIET: Behaviour = Behaviour {
    privacy: Privacy::StartTls,
    login: Some((USER, PASSWORD)),
    fault: None,
};

fn config(url: &str) -> SmtpConfig {
    SmtpConfig {
        server: url.parse().unwrap(),
        login: Some(SmtpLogin {
            user: USER.to_owned(),
            password: PASSWORD.into(),
        }),
        sender: "담소 <damso@chat.example.org>".parse().unwrap(),
    }
}

fn url(peer: &SmtpPeer, privacy: Privacy) -> String {
    let port = peer.address.port();
    match privacy {
        Privacy::None => format!("smtp://localhost:{port}"),
        Privacy::StartTls | Privacy::StartTlsWithLineInjected => {
            format!("smtp://localhost:{port}?tls=required")
        }
        Privacy::Tls => format!("smtps://localhost:{port}"),
    }
}

/// A mailer that trusts the peer.
fn mailer(peer: &SmtpPeer, privacy: Privacy, timeout: Duration) -> SmtpMailer {
    SmtpMailer::with(
        &config(&url(peer, privacy)),
        Some(peer.certificate.clone()),
        timeout,
    )
    .unwrap()
}

fn mail() -> Mail {
    Mail {
        to: "minji@메일.한국".to_owned(),
        subject: "비밀번호 재설정".to_owned(),
        text: "첫 줄\n.\n..\n끝\n".to_owned(),
        html: "<p>첫 줄</p>\n".to_owned(),
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    for privacy in [Privacy::StartTls, Privacy::Tls, Privacy::None] {
        let peer = SmtpPeer::start(Behaviour { privacy, ..QUIET }).await;
        mailer(&peer, privacy, PATIENT).send(mail()).await.unwrap();

        let mails = peer.mails();
        let [heard] = &mails[..] else {
            panic!("{mails:?}");
        };
        assert_eq!(heard.is_encrypted, privacy != Privacy::None);
        assert_eq!(heard.from, "FROM:<damso@chat.example.org>");
        assert_eq!(heard.to, ["TO:<minji@xn--h32bq4v.xn--3e0b707e>"]);
        assert!(heard.content.is_ascii());
        let parsed = MessageParser::default().parse(&heard.content).unwrap();
        assert_eq!(parsed.subject(), Some("비밀번호 재설정"));
        assert_eq!(
            parsed.body_text(0).unwrap().replace('\r', "").trim_end(),
            "첫 줄\n.\n..\n끝"
        );
        assert_eq!(parsed.body_html(0).unwrap().trim_end(), "<p>첫 줄</p>");
    }
}

#[tokio::test]
async fn nothing_is_said_in_plain_but_the_wish_for_encryption() {
    let peer = SmtpPeer::start(QUIET).await;
    mailer(&peer, Privacy::StartTls, PATIENT)
        .send(mail())
        .await
        .unwrap();

    let lines = peer.lines();
    let plain: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("plain "))
        .collect();
    assert!(
        plain[0].starts_with("EHLO ") && plain[1..] == ["STARTTLS"],
        "{plain:?}"
    );
}

#[tokio::test]
async fn no_password_goes_to_a_server_without_encryption() {
    // It offers none, or somebody on the way has taken the offer out.
    let peer = SmtpPeer::start(Behaviour {
        privacy: Privacy::None,
        ..QUIET
    })
    .await;
    let problem = mailer(&peer, Privacy::StartTls, PATIENT)
        .send(mail())
        .await
        .unwrap_err();

    assert_eq!(
        problem,
        MailError::Unavailable("the mail server does not offer STARTTLS".to_owned())
    );
    assert!(
        peer.lines()
            .iter()
            .all(|line| line.starts_with("plain EHLO") || line == "plain QUIT")
    );
    assert!(peer.mails().is_empty());
}

#[tokio::test]
async fn a_server_with_a_foreign_certificate_hears_nothing() {
    for privacy in [Privacy::StartTls, Privacy::Tls] {
        let peer = SmtpPeer::start(Behaviour { privacy, ..QUIET }).await;
        let stranger = SmtpMailer::with(&config(&url(&peer, privacy)), None, PATIENT).unwrap();
        let problem = stranger.send(mail()).await.unwrap_err();
        assert!(problem.to_string().contains("certificate"), "{problem}");

        // The certificate is for another name.
        let by_number = url(&peer, privacy).replace("localhost", "127.0.0.1");
        let other_name =
            SmtpMailer::with(&config(&by_number), Some(peer.certificate.clone()), PATIENT).unwrap();
        let problem = other_name.send(mail()).await.unwrap_err();
        assert!(problem.to_string().contains("certificate"), "{problem}");
        assert!(
            !peer
                .lines()
                .iter()
                .any(|line| line.contains("AUTH") || line.contains("MAIL"))
        );
    }
}

/// The answers that somebody on the way puts before the encryption would each be taken for the next one's.
#[tokio::test]
async fn a_line_put_before_the_encryption_makes_no_mail_count_as_sent() {
    let privacy = Privacy::StartTlsWithLineInjected;
    for login in [QUIET.login, None] {
        let peer = SmtpPeer::start(Behaviour {
            privacy,
            login,
            ..QUIET
        })
        .await;
        let mut config = config(&url(&peer, privacy));
        if login.is_none() {
            config.login = None;
        }
        let mailer = SmtpMailer::with(&config, Some(peer.certificate.clone()), PATIENT).unwrap();
        let problem = mailer.send(mail()).await.unwrap_err();
        assert!(matches!(problem, MailError::Unavailable(_)), "{problem}");
        assert!(peer.mails().is_empty());
    }
}

#[tokio::test]
async fn a_wrong_password_is_named_but_not_repeated() {
    let peer = SmtpPeer::start(Behaviour {
        login: Some((USER, "another")),
        ..QUIET
    })
    .await;
    let problem = mailer(&peer, Privacy::StartTls, PATIENT)
        .check()
        .await
        .unwrap_err();

    let expected = "the mail server has answered 535 5.7.8 while signing in";
    assert_eq!(problem, MailError::Unavailable(expected.to_owned()));
    let shown = format!("{:?} {problem} {problem:?}", config("smtp://localhost"));
    assert!(!shown.contains(PASSWORD), "{shown}");
}

/// At which word, what the server says, whether it is for good, and what is told.
const REFUSALS: [(&str, &str, bool, &str); 18] = [
    (
        "GREETING",
        "421 4.3.2 closing",
        false,
        "answered 421 4.3.2 while connecting",
    ),
    ("GREETING", "554 go away", false, "answered 554 while connecting"),
    (
        "EHLO",
        "502 5.5.1 no",
        false,
        "answered 502 5.5.1 while connecting",
    ),
    (
        "STARTTLS",
        "454 4.7.0 later",
        false,
        "answered 454 4.7.0 while turning encryption on",
    ),
    (
        "AUTH",
        "454 4.7.0 later",
        false,
        "answered 454 4.7.0 while signing in",
    ),
    (
        "MAIL",
        "451 4.3.0 later",
        false,
        "answered 451 4.3.0 while naming the sender",
    ),
    // Who we are is for the operator to set right.
    (
        "MAIL",
        "553 5.7.1 not you",
        false,
        "answered 553 5.7.1 while naming the sender",
    ),
    (
        "RCPT",
        "450 4.2.0 greylisted",
        false,
        "answered 450 4.2.0 while naming the recipient",
    ),
    (
        "RCPT",
        "550 5.1.1 <minji@example.org> unknown",
        true,
        "answered 550 5.1.1 while naming the recipient",
    ),
    (
        "RCPT",
        "550 minji@example.org",
        true,
        "answered 550 while naming the recipient",
    ),
    (
        "DATA",
        "451 4.3.0 later",
        false,
        "answered 451 4.3.0 while handing over the content",
    ),
    (
        "DATA",
        "554 5.5.1 no",
        true,
        "answered 554 5.5.1 while handing over the content",
    ),
    (
        "DATA",
        "250 ok",
        false,
        "answered 250 instead of 354 while handing over the content",
    ),
    (
        "CONTENT",
        "452 4.3.1 disk full",
        false,
        "answered 452 4.3.1 while handing over the content",
    ),
    (
        "CONTENT",
        "554 5.7.1 https://chat.example.org/x#token",
        true,
        "answered 554 5.7.1 while handing over",
    ),
    (
        "CONTENT",
        "354 go on",
        false,
        "answered 354 instead of 250 while handing over the content",
    ),
    (
        "GREETING",
        "hello!",
        false,
        "something that is no SMTP while connecting",
    ),
    (
        "RCPT",
        "999 what",
        false,
        "something that is no SMTP while naming the recipient",
    ),
];

#[tokio::test]
async fn refusals_say_whether_trying_again_helps() {
    for (word, answer, is_for_good, expected) in REFUSALS {
        let fault = Some((word, Fault::Answer(answer)));
        let peer = SmtpPeer::start(Behaviour { fault, ..QUIET }).await;
        let problem = mailer(&peer, Privacy::StartTls, PATIENT)
            .send(mail())
            .await
            .unwrap_err();

        assert_eq!(
            matches!(problem, MailError::Refused(_)),
            is_for_good,
            "{word} {answer}: {problem}"
        );
        let told = problem.to_string();
        assert!(told.contains(expected), "{word} {answer}: {told}");
        assert!(!told.contains('@') && !told.contains("token"), "{told}");
        assert!(peer.mails().is_empty(), "{word} {answer}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_an_error() {
    for word in [
        "GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT",
    ] {
        let peer = SmtpPeer::start(Behaviour {
            fault: Some((word, Fault::Drop)),
            ..QUIET
        })
        .await;
        let problem = mailer(&peer, Privacy::StartTls, PATIENT)
            .send(mail())
            .await
            .unwrap_err();
        assert!(matches!(problem, MailError::Unavailable(_)), "{word}: {problem}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_an_error_in_time() {
    for word in [
        "GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT",
    ] {
        let peer = SmtpPeer::start(Behaviour {
            fault: Some((word, Fault::Silence)),
            ..QUIET
        })
        .await;
        let mailer = mailer(&peer, Privacy::StartTls, IMPATIENT);
        let sent = tokio::time::timeout(PATIENT, mailer.send(mail())).await;
        let problem = sent.expect("the mailer has to give up by itself").unwrap_err();
        assert!(problem.to_string().contains("not answered"), "{word}: {problem}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mailer = SmtpMailer::with(&config(&format!("smtp://127.0.0.1:{port}")), None, PATIENT).unwrap();
    let problem = mailer.send(mail()).await.unwrap_err();
    assert!(
        problem.to_string().contains("cannot be reached while connecting"),
        "{problem}"
    );
}

#[tokio::test]
async fn mails_in_a_row_share_a_connection() {
    let peer = SmtpPeer::start(QUIET).await;
    let mailer = mailer(&peer, Privacy::StartTls, PATIENT);
    for number in 0..3 {
        let text = format!("number {number}");
        mailer.send(Mail { text, ..mail() }).await.unwrap();
    }
    assert_eq!((peer.mails().len(), peer.connections()), (3, 1));
}

#[tokio::test]
async fn a_connection_that_was_left_in_the_middle_of_a_mail_is_never_used_again() {
    let peer = SmtpPeer::start(Behaviour {
        fault: Some(("CONTENT", Fault::Silence)),
        ..QUIET
    })
    .await;
    let mailer = mailer(&peer, Privacy::StartTls, PATIENT);
    for _ in 0..2 {
        // Whoever waits gives up, not the mailer.
        let heard_of_data = async {
            let before = peer.lines().iter().filter(|line| *line == "DATA").count();
            while peer.lines().iter().filter(|line| *line == "DATA").count() == before {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            sent = mailer.send(mail()) => panic!("{sent:?}"),
            () = heard_of_data => (),
        }
    }
    assert_eq!(peer.connections(), 2);
    assert!(!peer.lines().iter().any(|line| line == "NOOP"));
}

#[tokio::test]
async fn a_kept_connection_that_has_died_costs_no_mail() {
    let peer = SmtpPeer::start(Behaviour {
        fault: Some(("NOOP", Fault::Drop)),
        ..QUIET
    })
    .await;
    let mailer = mailer(&peer, Privacy::StartTls, PATIENT);
    mailer.check().await.unwrap();
    mailer.send(mail()).await.unwrap();
    assert_eq!((peer.mails().len(), peer.connections()), (1, 2));
}

#[tokio::test]
async fn attacks_in_an_address_never_reach_the_server() {
    let peer = SmtpPeer::start(QUIET).await;
    let mailer = mailer(&peer, Privacy::StartTls, PATIENT);
    for to in [
        "ada@example.org\r\nRCPT TO:<eve@example.org>",
        "ada@example.org>\r\nDATA",
        "ada@example.org, eve@example.org",
        "ada@example.org> SIZE=1",
        "담소@example.org",
    ] {
        let problem = mailer
            .send(Mail {
                to: to.to_owned(),
                ..mail()
            })
            .await
            .unwrap_err();
        assert!(matches!(problem, MailError::Refused(_)), "{to:?}");
    }
    assert_eq!(peer.connections(), 0);
}

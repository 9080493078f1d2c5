//! An SMTP server in this process that writes down what it hears, and fails where it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// How the server keeps the way to it private.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    None,
    StartTls,
    /// Takes STARTTLS, and says a line more before the encryption begins, as somebody on the way could.
    StartTlsWithLineInjected,
    Tls,
}

/// What happens instead of the usual answer.
#[derive(Clone, Copy)]
pub enum Fault {
    Answer(&'static str),
    Drop,
    Silence,
}

/// How a server behaves.
#[derive(Clone, Copy)]
pub struct Behaviour {
    pub privacy: Privacy,
    /// User and password, where it asks for them.
    pub login: Option<(&'static str, &'static str)>,
    /// At which word (`GREETING`, a command, or `CONTENT` once a mail is whole) what goes wrong.
    pub fault: Option<(&'static str, Fault)>,
}

/// What a server has heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Whether the mail came through TLS.
    pub is_encrypted: bool,
    pub from: String,
    pub to: Vec<String>,
    pub content: String,
}

#[derive(Default)]
struct Record {
    connections: usize,
    mails: Vec<Heard>,
    lines: Vec<String>,
}

/// A running server.
pub struct SmtpPeer {
    pub address: SocketAddr,
    /// The certificate that speaks for `localhost`, in DER.
    pub certificate: Vec<u8>,
    record: Arc<Mutex<Record>>,
}

impl SmtpPeer {
    /// Serves until the runtime ends.
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().to_vec();
        let acceptor = acceptor(certificate.clone(), made.signing_key.serialize_der());
        let record = Arc::<Mutex<Record>>::default();
        let shared = Arc::clone(&record);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                let session = Session {
                    behaviour,
                    record: Arc::clone(&shared),
                    is_encrypted: false,
                };
                tokio::spawn(session.serve(socket, acceptor.clone()));
            }
        });
        Self {
            address,
            certificate,
            record,
        }
    }

    pub fn mails(&self) -> Vec<Heard> {
        self.record.lock().unwrap().mails.clone()
    }

    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    /// Every command, in order; those that came without TLS begin with `plain `.
    pub fn lines(&self) -> Vec<String> {
        self.record.lock().unwrap().lines.clone()
    }
}

fn acceptor(certificate: Vec<u8>, key: Vec<u8>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::try_from(key).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// How a part of a conversation ended.
enum End {
    /// Encryption is to begin.
    Upgrade,
    Over,
}

struct Session {
    behaviour: Behaviour,
    record: Arc<Mutex<Record>>,
    is_encrypted: bool,
}

impl Session {
    async fn serve(mut self, socket: TcpStream, acceptor: TlsAcceptor) {
        if self.behaviour.privacy == Privacy::Tls {
            self.is_encrypted = true;
            if let Ok(stream) = acceptor.accept(socket).await {
                self.talk(BufReader::new(stream), true).await;
            }
            return;
        }
        let mut plain = BufReader::new(socket);
        if matches!(self.talk(&mut plain, true).await, End::Upgrade)
            && let Ok(stream) = acceptor.accept(plain.into_inner()).await
        {
            self.is_encrypted = true;
            self.talk(BufReader::new(stream), false).await;
        }
    }

    async fn talk(&mut self, mut stream: impl AsyncBufRead + AsyncWrite + Unpin, greets: bool) -> End {
        if greets
            && self
                .answer(&mut stream, "GREETING", "220 mail.test ESMTP")
                .await
                .is_none()
        {
            return End::Over;
        }
        let mut mail = Heard::default();
        while let Some(line) = next_line(&mut stream).await {
            let mark = if self.is_encrypted { "" } else { "plain " };
            self.record.lock().unwrap().lines.push(format!("{mark}{line}"));
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            let usual = match verb {
                "EHLO" => self.features(),
                "STARTTLS" => "220 go ahead".to_owned(),
                "AUTH" => self.judge(rest),
                "MAIL" | "RCPT" if !self.is_signed_in() => "530 5.7.0 who are you?".to_owned(),
                "MAIL" => {
                    mail = Heard {
                        is_encrypted: self.is_encrypted,
                        from: rest.to_owned(),
                        ..Heard::default()
                    };
                    "250 2.1.0 ok".to_owned()
                }
                "RCPT" => {
                    mail.to.push(rest.to_owned());
                    "250 2.1.5 ok".to_owned()
                }
                "DATA" => "354 go on".to_owned(),
                "NOOP" | "RSET" => "250 ok".to_owned(),
                "QUIT" => "221 bye".to_owned(),
                _ => "500 5.5.1 what?".to_owned(),
            };
            if self.answer(&mut stream, verb, &usual).await.is_none() {
                return End::Over;
            }
            match verb {
                "STARTTLS" => return End::Upgrade,
                "QUIT" => return End::Over,
                "DATA" if !self.has_fault("DATA") => {
                    mail.content = content(&mut stream).await;
                    if self
                        .answer(&mut stream, "CONTENT", "250 2.0.0 taken")
                        .await
                        .is_none()
                    {
                        return End::Over;
                    }
                    if !self.has_fault("CONTENT") {
                        self.record.lock().unwrap().mails.push(std::mem::take(&mut mail));
                    }
                }
                _ => (),
            }
        }
        End::Over
    }

    fn has_fault(&self, word: &str) -> bool {
        self.behaviour.fault.is_some_and(|(at, _)| at == word)
    }

    /// Answers as usual, or as the fault wants it; `None` when nothing more is said.
    async fn answer(&self, stream: &mut (impl AsyncWrite + Unpin), word: &str, usual: &str) -> Option<()> {
        let line = match self.behaviour.fault {
            Some((at, fault)) if at == word => match fault {
                Fault::Answer(line) => line,
                Fault::Drop => return None,
                Fault::Silence => std::future::pending().await,
            },
            _ => usual,
        };
        let is_injected = word == "STARTTLS" && self.behaviour.privacy == Privacy::StartTlsWithLineInjected;
        let injected = if is_injected {
            "250-mail.test\r\n250 AUTH PLAIN\r\n"
        } else {
            ""
        };
        stream
            .write_all(format!("{line}\r\n{injected}").as_bytes())
            .await
            .ok()?;
        stream.flush().await.ok()
    }

    fn features(&self) -> String {
        let mut features = vec!["mail.test", "8BITMIME", "SIZE 1000000"];
        let offers_tls = matches!(
            self.behaviour.privacy,
            Privacy::StartTls | Privacy::StartTlsWithLineInjected
        );
        if offers_tls && !self.is_encrypted {
            features.push("STARTTLS");
        } else if self.behaviour.login.is_some() {
            features.push("AUTH PLAIN LOGIN");
        }
        let last = features.len() - 1;
        let lines = features
            .iter()
            .enumerate()
            .map(|(index, feature)| format!("250{}{feature}", if index == last { ' ' } else { '-' }));
        lines.collect::<Vec<_>>().join("\r\n")
    }

    fn is_signed_in(&self) -> bool {
        let is_welcome = |line: &String| line.trim_start_matches("plain ").starts_with("AUTH");
        self.behaviour.login.is_none() || self.record.lock().unwrap().lines.iter().any(is_welcome)
    }

    fn judge(&self, argument: &str) -> String {
        let given = argument
            .strip_prefix("PLAIN ")
            .and_then(|code| STANDARD.decode(code).ok())
            .unwrap_or_default();
        let expected = self
            .behaviour
            .login
            .map(|(user, password)| format!("\0{user}\0{password}"));
        if expected.is_some_and(|expected| expected.as_bytes() == given) {
            "235 2.7.0 welcome".to_owned()
        } else {
            // Some servers repeat what they have heard.
            format!("535 5.7.8 {}", String::from_utf8_lossy(&given).replace('\0', " "))
        }
    }
}

async fn next_line(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut line = String::new();
    let length = stream.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end_matches("\r\n").to_owned())
}

/// Everything up to the dot that stands alone, without the dots that were doubled on the way.
async fn content(stream: &mut (impl AsyncBufRead + Unpin)) -> String {
    let mut content = String::new();
    while let Some(line) = next_line(stream).await {
        if line == "." {
            break;
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
        content.push_str("\r\n");
    }
    content
}

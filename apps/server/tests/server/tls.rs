//! TLS without a proxy.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use crate::process::{Damso, exchange, open_folder};

/// A certificate for `localhost` and its key, as files.
struct Certificate {
    der: CertificateDer<'static>,
    cert: PathBuf,
    key: PathBuf,
}

impl Certificate {
    fn make(folder: &Path, name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (cert, key) = (
            folder.join(format!("{name}.crt")),
            folder.join(format!("{name}.key")),
        );
        fs::write(&cert, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self {
            der: made.cert.der().clone(),
            cert,
            key,
        }
    }

    fn connect(&self, port: u16) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port)).unwrap())
    }
}

fn tls<'a>(cert: &'a Path, key: &'a Path) -> [&'a str; 4] {
    [
        "--tls-cert",
        cert.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
    ]
}

#[test]
fn https_is_served_and_its_cookies_go_nowhere_else() {
    let folder = open_folder();
    let certificate = Certificate::make(folder.path(), "localhost");
    let files = tls(&certificate.cert, &certificate.key);
    let mut server = Damso::serve(folder.path(), &files);
    let ready = server.wait_for("Damso is ready at ");
    assert!(ready.contains("https://localhost:"), "{ready}");
    let port = ready.rsplit(':').next().unwrap().parse().unwrap();

    let body = json!({ "handle": "minji", "display_name": "Minji", "password": "correct horse battery" });
    let path = "/api/v1/auth/sign-up";
    let answer = exchange(
        &mut certificate.connect(port),
        port,
        "POST",
        path,
        &body.to_string(),
    );
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let cookies: Vec<_> = answer
        .lines()
        .filter(|line| line.starts_with("set-cookie: "))
        .collect();
    assert_eq!(cookies.len(), 3, "{answer}");
    for cookie in cookies {
        assert!(
            cookie.contains("; Secure") && cookie.contains("; HttpOnly"),
            "{cookie}"
        );
    }
    // Which host is to be reached by https for a year, the operator says.
    assert!(!answer.contains("strict-transport-security"), "{answer}");
    // Whoever comes without TLS gets nothing.
    let plain = exchange(
        &mut TcpStream::connect(("127.0.0.1", port)).unwrap(),
        port,
        "GET",
        "/healthz",
        "",
    );
    assert!(!plain.contains("HTTP/1.1 200"), "{plain}");
    server.stop();
}

#[test]
fn files_that_are_no_certificate_are_named_before_anything_starts() {
    let folder = open_folder();
    let [one, other] = ["one", "other"].map(|name| Certificate::make(folder.path(), name));
    let data = folder.path().join("data");
    let missing = folder.path().join("missing.pem");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (cert, key, expected) in [
        (&missing, &one.key, "missing.pem cannot be read"),
        (&one.cert, &missing, "missing.pem cannot be read"),
        (&empty, &one.key, "there is no certificate in "),
        (&one.cert, &empty, "empty.pem cannot be read"),
        (&one.key, &one.key, "there is no certificate in "),
        (
            &one.cert,
            &other.key,
            "the certificate and the key do not fit together",
        ),
    ] {
        let said = Damso::serve(&data, &tls(cert, key)).wait_for_refusal();
        assert!(said.starts_with("damso: ") && said.lines().count() == 1, "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(!data.exists());
    }
}

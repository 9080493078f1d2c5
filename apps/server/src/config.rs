//! Settings: defaults, then a file, then the environment, then flags. Read once, checked at start.

mod mail;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use damso_adapter::object_store::S3Config;
use damso_controller::PublicUrl;
use damso_protocol::SignUp;
use secrecy::SecretString;
use serde::Deserialize;

use crate::admin::AdminArgs;

pub use self::mail::MailConfig;
use self::mail::MailSettings;

/// An open-source messenger: friends, direct and group chat, photos and files, self-hosted with one command.
#[derive(Parser)]
#[command(name = "damso", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

impl Cli {
    /// What to do, and how.
    pub fn split(self) -> (Command, Settings) {
        (self.command.unwrap_or(Command::Serve), self.settings)
    }
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the API, the socket and the web client (the default).
    Serve,
    /// Bring the database up to this version and stop.
    Migrate,
    /// What an operator does: accounts, reports and invitations. Works while the server runs, and when it does not.
    Admin(AdminArgs),
    /// Print the description of the API.
    Openapi,
}

/// Everything that can be set, from one source. Names are the same in the file, with `_` for `-`.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A TOML file with settings.
    #[arg(long, env = "DAMSO_CONFIG", global = true)]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Where everything is kept that is not in a database or a bucket of your own [default: ./data].
    #[arg(long, env = "DAMSO_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, env = "DAMSO_LISTEN", global = true)]
    listen: Option<SocketAddr>,
    /// The address people use: https://chat.example.org.
    #[arg(long, env = "DAMSO_PUBLIC_URL", global = true)]
    public_url: Option<String>,
    /// A certificate chain in PEM, to serve TLS without a proxy.
    #[arg(long, env = "DAMSO_TLS_CERT", global = true)]
    tls_cert: Option<PathBuf>,
    /// The certificate's key in PEM.
    #[arg(long, env = "DAMSO_TLS_KEY", global = true)]
    tls_key: Option<PathBuf>,
    /// Proxies whose X-Forwarded-For is believed, separated by commas.
    #[arg(long, env = "DAMSO_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    trusted_proxies: Option<Vec<IpAddr>>,
    /// A PostgreSQL (15 or newer) of your own instead of the private one in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
    /// The most connections to the database at once [default: 16].
    #[arg(long, env = "DAMSO_DATABASE_CONNECTIONS", global = true)]
    database_connections: Option<usize>,
    /// The folder of the PostgreSQL programs, where they are not found by themselves.
    #[arg(long, env = "DAMSO_POSTGRES_BIN", global = true)]
    postgres_bin: Option<PathBuf>,
    /// The secret that all keys are derived from, at least 32 bytes; made in the data folder if absent.
    #[arg(skip)]
    secret_key: Option<SecretString>,
    /// The URL of an S3-compatible storage instead of files in the data folder.
    #[arg(long, env = "DAMSO_S3_ENDPOINT", global = true)]
    s3_endpoint: Option<String>,
    /// The bucket.
    #[arg(long, env = "DAMSO_S3_BUCKET", global = true)]
    s3_bucket: Option<String>,
    /// The region to sign for [default: auto].
    #[arg(long, env = "DAMSO_S3_REGION", global = true)]
    s3_region: Option<String>,
    /// The key's name.
    #[arg(skip)]
    s3_access_key: Option<SecretString>,
    /// The key.
    #[arg(skip)]
    s3_secret_key: Option<SecretString>,
    /// Who may make an account: open, invite or closed [default: open].
    #[arg(long, env = "DAMSO_SIGN_UP", global = true)]
    sign_up: Option<String>,
    /// Whether there are limits to how often somebody may do something: on or off [default: on].
    #[arg(long, env = "DAMSO_RATE_LIMITS", global = true)]
    rate_limits: Option<String>,
    /// Where mails go: off, folder (into the data folder) or smtp [default: smtp if --smtp-url is set, else off].
    #[arg(long, env = "DAMSO_MAIL", global = true)]
    mail: Option<String>,
    /// Whom mails are from, as in `damso@example.org` or `Damso <damso@example.org>` [default: damso@<public host>].
    #[arg(long, env = "DAMSO_MAIL_FROM", global = true)]
    mail_from: Option<String>,
    /// The mail server: smtps://mail.example.org (TLS) or smtp://mail.example.org (STARTTLS).
    #[arg(long, env = "DAMSO_SMTP_URL", hide_env_values = true, global = true)]
    smtp_url: Option<String>,
    /// Who we are there.
    #[arg(long, env = "DAMSO_SMTP_USER", global = true)]
    smtp_user: Option<String>,
    /// The password there.
    #[arg(skip)]
    smtp_password: Option<SecretString>,
    /// Serve a client from this folder instead of the one inside the binary.
    #[arg(long, env = "DAMSO_WEB_DIR", global = true)]
    web_dir: Option<PathBuf>,
    /// Threads that answer requests [default: one for each core].
    #[arg(long, env = "DAMSO_WORKERS", global = true)]
    workers: Option<usize>,
    /// What to log, as in `info,damso_service=debug` [default: info].
    #[arg(long, env = "DAMSO_LOG", global = true)]
    log: Option<String>,
    /// Log as JSON, a line for each event.
    #[arg(long, env = "DAMSO_LOG_JSON", global = true)]
    log_json: bool,
}

impl Settings {
    /// Secrets come from the environment alone, never from a flag: flags are seen by everyone on the machine.
    fn with_secrets_from_environment(mut self) -> Self {
        let secret = |name| {
            std::env::var(name)
                .ok()
                .filter(|value| !value.is_empty())
                .map(SecretString::from)
        };
        self.secret_key = secret("DAMSO_SECRET_KEY");
        self.s3_access_key = secret("DAMSO_S3_ACCESS_KEY");
        self.s3_secret_key = secret("DAMSO_S3_SECRET_KEY");
        self.smtp_password = secret("DAMSO_SMTP_PASSWORD");
        self
    }

    /// What is not set here comes from `other`.
    fn or(self, other: Self) -> Self {
        Self {
            config: self.config,
            data_dir: self.data_dir.or(other.data_dir),
            listen: self.listen.or(other.listen),
            public_url: self.public_url.or(other.public_url),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            database_url: self.database_url.or(other.database_url),
            database_connections: self.database_connections.or(other.database_connections),
            postgres_bin: self.postgres_bin.or(other.postgres_bin),
            secret_key: self.secret_key.or(other.secret_key),
            s3_endpoint: self.s3_endpoint.or(other.s3_endpoint),
            s3_bucket: self.s3_bucket.or(other.s3_bucket),
            s3_region: self.s3_region.or(other.s3_region),
            s3_access_key: self.s3_access_key.or(other.s3_access_key),
            s3_secret_key: self.s3_secret_key.or(other.s3_secret_key),
            sign_up: self.sign_up.or(other.sign_up),
            rate_limits: self.rate_limits.or(other.rate_limits),
            mail: self.mail.or(other.mail),
            mail_from: self.mail_from.or(other.mail_from),
            smtp_url: self.smtp_url.or(other.smtp_url),
            smtp_user: self.smtp_user.or(other.smtp_user),
            smtp_password: self.smtp_password.or(other.smtp_password),
            web_dir: self.web_dir.or(other.web_dir),
            workers: self.workers.or(other.workers),
            log: self.log.or(other.log),
            log_json: self.log_json || other.log_json,
        }
    }
}

/// A checked configuration. Secrets in it cannot be printed.
pub struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub public_url: Option<PublicUrl>,
    pub tls: Option<TlsFiles>,
    pub trusted_proxies: Vec<IpAddr>,
    pub database_url: Option<SecretString>,
    pub database_connections: usize,
    pub postgres_bin: Option<PathBuf>,
    pub secret_key: Option<SecretString>,
    pub s3: Option<S3Config>,
    pub sign_up: SignUp,
    pub rate_limits: bool,
    pub mail: MailConfig,
    pub web_dir: Option<PathBuf>,
    pub workers: usize,
    /// `None`: it is for whoever logs to say.
    pub log: Option<String>,
    pub log_json: bool,
}

/// A certificate and its key, in PEM.
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Config {
    /// Puts the sources together and checks them; each problem is named with its setting.
    pub fn load(flags: Settings) -> anyhow::Result<Self> {
        let file = match &flags.config {
            Some(path) => read_file(path)?,
            None => Settings::default(),
        };
        Self::check(flags.with_secrets_from_environment().or(file))
    }

    fn check(settings: Settings) -> anyhow::Result<Self> {
        let tls = match (settings.tls_cert, settings.tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            _ => bail!("DAMSO_TLS_CERT and DAMSO_TLS_KEY go together; set both or neither"),
        };
        let public_url = settings
            .public_url
            .map(|url| {
                url.parse::<PublicUrl>()
                    .map_err(|error| anyhow::anyhow!("DAMSO_PUBLIC_URL ({url}) {error}"))
            })
            .transpose()?;
        let mail = MailSettings {
            mail: settings.mail,
            from: settings.mail_from,
            smtp_url: settings.smtp_url,
            smtp_user: settings.smtp_user,
            smtp_password: settings.smtp_password,
        }
        .check(public_url.as_ref())?;
        let s3 = match (
            settings.s3_endpoint,
            settings.s3_bucket,
            settings.s3_access_key,
            settings.s3_secret_key,
        ) {
            (None, None, None, None) => None,
            (Some(endpoint), Some(bucket), Some(access_key), Some(secret_key)) => Some(S3Config {
                endpoint,
                bucket,
                region: settings.s3_region.unwrap_or_else(|| "auto".to_owned()),
                access_key,
                secret_key,
            }),
            _ => bail!(
                "DAMSO_S3_ENDPOINT, DAMSO_S3_BUCKET, DAMSO_S3_ACCESS_KEY and DAMSO_S3_SECRET_KEY go together; \
                 set all four or none"
            ),
        };
        let sign_up = match settings.sign_up.as_deref() {
            None | Some("open") => SignUp::Open,
            Some("invite") => SignUp::Invite,
            Some("closed") => SignUp::Closed,
            Some(other) => bail!("DAMSO_SIGN_UP is open, invite or closed, not {other}"),
        };
        let rate_limits = match settings.rate_limits.as_deref() {
            None | Some("on") => true,
            Some("off") => false,
            Some(other) => bail!("DAMSO_RATE_LIMITS is on or off, not {other}"),
        };
        let database_connections = settings.database_connections.unwrap_or(16);
        if database_connections == 0 {
            bail!("DAMSO_DATABASE_CONNECTIONS has to be at least 1");
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            data_dir: settings.data_dir.unwrap_or_else(|| PathBuf::from("data")),
            listen: settings
                .listen
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url,
            tls,
            trusted_proxies: settings.trusted_proxies.unwrap_or_default(),
            database_url: settings.database_url.map(SecretString::from),
            database_connections,
            postgres_bin: settings.postgres_bin,
            secret_key: settings.secret_key,
            s3,
            sign_up,
            rate_limits,
            mail,
            web_dir: settings.web_dir,
            workers: settings.workers.unwrap_or(cores).max(1),
            log: settings.log,
            log_json: settings.log_json,
        })
    }
}

/// Puts the bug to work that the environment names, and says so.
#[cfg(feature = "planted-bugs")]
pub fn plant_bug() -> anyhow::Result<()> {
    use damso_service::planted;

    let name = std::env::var("DAMSO_PLANTED_BUG").unwrap_or_default();
    if name.is_empty() {
        return Ok(());
    }
    let bug = planted::Bug::from_name(&name).with_context(|| format!("there is no planted bug {name}"))?;
    planted::choose(Some(bug));
    tracing::warn!(
        bug = bug.name(),
        "This server has a bug on purpose; it is for checking the checkers"
    );
    Ok(())
}

fn read_file(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file {} cannot be read", path.display()))?;
    toml::from_str(&text)
        .with_context(|| format!("the configuration file {} is not in order", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> anyhow::Result<Config> {
        let cli = Cli::try_parse_from([&["damso"], args].concat())?;
        Config::check(cli.split().1)
    }

    #[test]
    fn everything_has_a_default() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.data_dir, Path::new("data"));
        assert_eq!(config.sign_up, SignUp::Open);
    }

    #[test]
    fn problems_are_named() {
        for (args, expected) in [
            (&["--tls-cert", "a.pem"][..], "DAMSO_TLS_KEY"),
            (&["--public-url", "chat.example.org"][..], "DAMSO_PUBLIC_URL"),
            (&["--s3-bucket", "damso"][..], "DAMSO_S3_ENDPOINT"),
            (&["--sign-up", "sometimes"][..], "DAMSO_SIGN_UP"),
            (&["--rate-limits", "few"][..], "DAMSO_RATE_LIMITS"),
            (&["--database-connections", "0"][..], "DAMSO_DATABASE_CONNECTIONS"),
            (&["--mail", "pigeon"][..], "DAMSO_MAIL is off, folder or smtp"),
            (&["--mail", "smtp"][..], "DAMSO_SMTP_URL"),
            (
                &["--mail", "folder", "--mail-from", "damso"][..],
                "DAMSO_MAIL_FROM",
            ),
            (
                &["--mail", "folder", "--mail-from", "a@b.c\r\nBcc: d@e.f"][..],
                "DAMSO_MAIL_FROM",
            ),
            (&["--smtp-url", "smtp://mail.example.org"][..], "DAMSO_MAIL_FROM"),
            (&["--smtp-url", "mail.example.org"][..], "DAMSO_SMTP_URL"),
            (&["--smtp-user", "damso"][..], "DAMSO_SMTP_PASSWORD"),
        ] {
            let error = parse(args)
                .err()
                .map(|error| format!("{error:#}"))
                .unwrap_or_default();
            assert!(error.contains(expected), "{args:?}: {error}");
        }
    }

    fn with_password(args: &[&str]) -> anyhow::Result<Config> {
        let mut settings = Cli::try_parse_from([&["damso"], args].concat())?.split().1;
        settings.smtp_password = Some("korrekt-Pferd".into());
        Config::check(settings)
    }

    /// Where mails go and from whom.
    fn way(args: &[&str]) -> (String, String) {
        match parse(args).unwrap().mail {
            MailConfig::Off => ("off".to_owned(), String::new()),
            MailConfig::Folder(sender) => ("folder".to_owned(), sender.to_string()),
            MailConfig::Smtp(smtp) => (smtp.server.to_string(), smtp.sender.to_string()),
        }
    }

    #[test]
    fn mail_goes_where_it_is_told_to() {
        const PUBLIC: [&str; 2] = ["--public-url", "https://chat.example.org:8443"];
        const SMTP: [&str; 2] = ["--smtp-url", "smtps://mail.example.org"];
        for (args, expected, sender) in [
            (vec![], "off", ""),
            (vec!["--mail", "folder"], "folder", "damso@localhost"),
            (
                [&PUBLIC[..], &["--mail", "folder"]].concat(),
                "folder",
                "damso@chat.example.org",
            ),
            (
                vec!["--public-url", "http://192.0.2.1:80", "--mail", "folder"],
                "folder",
                "damso@localhost",
            ),
            (
                vec!["--public-url", "http://[2001:db8::1]", "--mail", "folder"],
                "folder",
                "damso@localhost",
            ),
            (
                vec!["--mail", "folder", "--mail-from", "담소 <chat@메일.한국>"],
                "folder",
                "chat@xn--h32bq4v.xn--3e0b707e",
            ),
            (
                [PUBLIC, SMTP].concat(),
                "mail.example.org port 465 with TLS",
                "damso@chat.example.org",
            ),
            ([&PUBLIC[..], &SMTP, &["--mail", "off"]].concat(), "off", ""),
            (
                [&SMTP[..], &["--mail", "folder"]].concat(),
                "folder",
                "damso@localhost",
            ),
            (
                vec!["--smtp-url", "smtp://localhost:1025"],
                "localhost port 1025 without TLS",
                "damso@localhost",
            ),
            (
                vec![
                    "--mail",
                    "smtp",
                    "--smtp-url",
                    "smtp://mail.example.org",
                    "--mail-from",
                    "a@example.org",
                ],
                "mail.example.org port 587 with STARTTLS",
                "a@example.org",
            ),
        ] {
            assert_eq!(way(&args), (expected.to_owned(), sender.to_owned()), "{args:?}");
        }
    }

    #[test]
    fn who_we_are_at_the_mail_server_is_told_whole_or_not_at_all() {
        let smtp = ["--smtp-url", "smtp://localhost"];
        let config = with_password(&[&smtp[..], &["--smtp-user", "damso"]].concat()).unwrap();
        let MailConfig::Smtp(config) = config.mail else {
            panic!("mails have to go to the server");
        };
        assert_eq!(
            config.login.as_ref().map(|login| login.user.as_str()),
            Some("damso")
        );
        assert!(!format!("{config:?}").contains("Pferd"));

        for args in [&smtp[..], &["--smtp-user", "damso"], &["--mail", "off"]] {
            let problem = format!("{:#}", with_password(args).err().unwrap());
            assert!(
                problem.contains("DAMSO_SMTP_USER and DAMSO_SMTP_PASSWORD"),
                "{args:?}: {problem}"
            );
        }
    }

    #[test]
    fn a_password_in_the_url_of_the_mail_server_is_refused_and_not_repeated() {
        for url in [
            "smtp://damso:korrekt-Pferd@mail.example.org",
            "smtp://damso:korrekt/Pferd@mail.example.org",
        ] {
            let problem = parse(&["--smtp-url", url]).err().unwrap();
            assert!(
                format!("{problem:#}").starts_with("DAMSO_SMTP_URL: "),
                "{problem:#}"
            );
            assert!(!format!("{problem:?}").contains("Pferd"), "{problem:?}");
        }
        // Flags are seen by everyone on the machine.
        assert!(parse(&["--smtp-password", "x"]).is_err());
    }

    #[test]
    fn flags_win_over_the_file() {
        let file: Settings = toml::from_str("listen = \"127.0.0.1:1\"\nsign_up = \"closed\"").unwrap();
        let flags = Cli::try_parse_from(["damso", "serve", "--listen", "127.0.0.1:2"])
            .unwrap()
            .split()
            .1;
        let config = Config::check(flags.or(file)).unwrap();
        assert_eq!((config.listen.port(), config.sign_up), (2, SignUp::Closed));
        assert!(toml::from_str::<Settings>("listne = \"x\"").is_err());
    }
}

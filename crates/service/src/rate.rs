//! How often somebody may do what.
//!
//! Each limit gives everybody it counts an allowance that may be used at once and grows back evenly (GCRA), so that
//! whoever has waited may hurry for a moment. It is kept in memory, by this process alone, and forgotten once it is
//! whole again.

use std::net::IpAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use damso_domain::{EmailAddress, Handle, SessionId, UserId};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::{ServiceError, ServiceResult};

/// How often allowances that are whole again are forgotten.
const FORGET: Duration = Duration::from_mins(1);

/// Something that is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Passwords tried for one account, by devices that it does not know; for each that it knows as many again, so that
    /// nobody can lock somebody out. And as many by whoever is signed in, for what asks for the password.
    SignInOfAccount,
    /// Passwords tried from one address, for whichever accounts.
    SignInFromAddress,
    /// Accounts made from one address.
    SignUp,
    /// Links that set a new password, asked for one mailbox, which need not be anybody's.
    PasswordReset,
    /// Links that confirm an address, asked for by somebody.
    Verification,
    /// Links that are mailed to one mailbox, for whatever and by whomever they are asked for; more of them wait.
    Mailbox,
    /// Whatever else is asked of the server without a sign-in, from one address.
    Anonymous,
    /// Links that are looked at or followed, from one address: the way to guess one.
    Invite,
    /// Handles that somebody looks up: the way to find out who has an account.
    Lookup,
    /// Messages that somebody sends.
    Send,
    /// Files that somebody begins to upload.
    Upload,
    /// Copies of everything of an account: each reads all of it once.
    Export,
    /// What somebody tells the operator of others.
    Report,
    /// Messages that somebody looks for, also while they type.
    Search,
    /// Pictures and files that somebody reads: a list of friends shows hundreds at once.
    Media,
    /// Whatever else somebody asks.
    Request,
}

impl Limit {
    const ALL: [Self; 16] = [
        Self::SignInOfAccount,
        Self::SignInFromAddress,
        Self::SignUp,
        Self::PasswordReset,
        Self::Verification,
        Self::Mailbox,
        Self::Anonymous,
        Self::Invite,
        Self::Lookup,
        Self::Send,
        Self::Upload,
        Self::Export,
        Self::Report,
        Self::Search,
        Self::Media,
        Self::Request,
    ];

    /// What it is called in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInOfAccount => "sign-in",
            Self::SignInFromAddress => "sign-in-address",
            Self::SignUp => "sign-up",
            Self::PasswordReset => "password-reset",
            Self::Verification => "verification",
            Self::Mailbox => "mailbox",
            Self::Anonymous => "anonymous",
            Self::Invite => "invite",
            Self::Lookup => "lookup",
            Self::Send => "send",
            Self::Upload => "upload",
            Self::Export => "export",
            Self::Report => "report",
            Self::Search => "search",
            Self::Media => "media",
            Self::Request => "request",
        }
    }

    /// How much may be used at once, and grows back within [`Limit::window`].
    pub const fn amount(self) -> NonZero<u32> {
        let amount = match self {
            Self::PasswordReset | Self::Export => 3,
            Self::Verification => 5,
            Self::SignInOfAccount | Self::Mailbox => 10,
            Self::SignInFromAddress => 100,
            Self::SignUp | Self::Report => 20,
            Self::Lookup | Self::Send => 30,
            Self::Invite => 120,
            Self::Search => 60,
            Self::Anonymous | Self::Media => 1_000,
            Self::Upload | Self::Request => 200,
        };
        NonZero::new(amount).expect("none of them is 0")
    }

    /// How long it takes until all of [`Limit::amount`] has grown back.
    pub const fn window(self) -> Duration {
        match self {
            Self::SignInOfAccount | Self::SignInFromAddress => Duration::from_mins(15),
            Self::SignUp
            | Self::Upload
            | Self::Report
            | Self::PasswordReset
            | Self::Verification
            | Self::Mailbox => Duration::from_hours(1),
            Self::Export => Duration::from_hours(24),
            Self::Invite | Self::Lookup | Self::Search => Duration::from_mins(1),
            Self::Anonymous => Duration::from_secs(20),
            Self::Send => Duration::from_secs(6),
            Self::Media | Self::Request => Duration::from_secs(10),
        }
    }

    fn quota(self) -> Quota {
        let period = self.window() / self.amount().get();
        Quota::with_period(period)
            .expect("no window is shorter than its amount in nanoseconds")
            .allow_burst(self.amount())
    }
}

/// Who uses an allowance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Somebody who is signed in.
    User(UserId),
    /// Somebody who tries to be this account, which need not exist.
    Login(Handle),
    /// A mailbox, in lower case; whether it belongs to an account is not asked. See [`Subject::mailbox`].
    Mailbox(String),
    /// The same from a device where this account has signed in before.
    KnownDevice(UserId, SessionId),
    /// Wherever requests come from; see [`Subject::address`].
    Address(IpAddr),
    /// It cannot be told where they come from: all of those together.
    Nowhere,
}

impl Subject {
    /// A mailbox: upper and lower case are one.
    pub fn mailbox(address: &EmailAddress) -> Self {
        Self::Mailbox(address.as_str().to_lowercase())
    }

    /// An address. Of IPv6 the network of 64 bits counts, which one subscriber has all of (RFC 6177).
    pub fn address(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                let network = u128::from(address) >> 64 << 64;
                Self::Address(IpAddr::V6(network.into()))
            }
            Some(address) => Self::Address(address),
            None => Self::Nowhere,
        }
    }
}

/// Somebody is too fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// For which limit.
    pub limit: Limit,
    /// After so long the same call is within it.
    pub wait: Duration,
}

/// Counts what everybody does. Cheap to clone.
#[derive(Clone)]
pub struct RateLimits(Option<Arc<Allowances>>);

struct Allowances {
    /// In the order of [`Limit::ALL`], which is that of their declaration.
    by_limit: [DefaultKeyedRateLimiter<Subject>; Limit::ALL.len()],
    clock: DefaultClock,
}

impl RateLimits {
    /// Limits, or none at all: in tests and measurements one machine does the work of thousands of people.
    pub(crate) fn new(are_on: bool) -> Self {
        Self(are_on.then(|| {
            Arc::new(Allowances {
                by_limit: Limit::ALL.map(|limit| DefaultKeyedRateLimiter::keyed(limit.quota())),
                clock: DefaultClock::default(),
            })
        }))
    }

    /// Uses one of `subject`'s allowance, or refuses with the time until there is one.
    pub fn take(&self, limit: Limit, subject: &Subject) -> ServiceResult<()> {
        let Some(allowances) = &self.0 else { return Ok(()) };
        let checked = allowances.by_limit[limit as usize].check_key(subject);
        checked.map_err(|refused| {
            let wait = refused.wait_time_from(allowances.clock.now());
            ServiceError::TooFast(TooFast { limit, wait })
        })
    }

    /// Forgets allowances that are whole again. Runs until its task is aborted.
    pub async fn forget_idle(self) {
        let Some(allowances) = &self.0 else { return };
        loop {
            tokio::time::sleep(FORGET).await;
            for limiter in &allowances.by_limit {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(limits: &RateLimits, limit: Limit, subject: &Subject) -> Option<Duration> {
        match limits.take(limit, subject) {
            Ok(()) => None,
            Err(ServiceError::TooFast(too_fast)) => Some(too_fast.wait),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn each_limit_allows_its_amount_at_once_and_says_when_there_is_more() {
        let limits = RateLimits::new(true);
        for (at, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, at);
            let subject = Subject::User(UserId::new());
            let amount = limit.amount().get();
            // Some grow back by one every few milliseconds, which this may take.
            let allowed = (0..2 * amount)
                .take_while(|_| wait(&limits, limit, &subject).is_none())
                .count();
            assert!(allowed >= amount as usize, "{limit:?}");
            let each = limit.window() / amount;
            assert!(
                wait(&limits, limit, &subject).is_none_or(|wait| wait <= each),
                "{limit:?}"
            );
            assert_eq!(
                wait(&limits, limit, &Subject::User(UserId::new())),
                None,
                "another one"
            );
        }
    }

    #[test]
    fn the_document_says_what_is_true() {
        let rows = include_str!("../../../docs/limits.md").lines();
        let rows: Vec<Vec<&str>> = rows
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        let told = rows.iter().map(|row| [row[1], row[3], row[4]].map(str::to_owned));
        let limits = Limit::ALL.map(|limit| {
            let (name, secs) = (limit.name(), limit.window().as_secs());
            [
                format!("`{name}`"),
                limit.amount().to_string(),
                format!("{secs} s"),
            ]
        });
        assert_eq!(told.collect::<Vec<_>>(), limits);
    }

    #[test]
    fn without_limits_nobody_is_too_fast() {
        let limits = RateLimits::new(false);
        for _ in 0..100 {
            assert_eq!(wait(&limits, Limit::SignUp, &Subject::Nowhere), None);
        }
    }

    #[test]
    fn a_subscriber_is_one_address() {
        let subject = |address: &str| Subject::address(Some(address.parse().unwrap()));
        assert_eq!(subject("2001:db8:1:2::1"), subject("2001:db8:1:2:ffff::9"));
        assert_ne!(subject("2001:db8:1:2::1"), subject("2001:db8:1:3::1"));
        assert_eq!(subject("::ffff:192.0.2.1"), subject("192.0.2.1"));
        assert_ne!(subject("192.0.2.1"), subject("192.0.2.2"));
        assert_eq!(Subject::address(None), Subject::Nowhere);
    }
}

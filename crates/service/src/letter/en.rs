//! The letters in English.

use damso_domain::{SecurityEventKind, Timestamp};
use damso_protocol::DeletedCounts;
use jiff::tz::TimeZone;

use super::typed::{address, typed};
use super::{Advice, Button, Letter, Parts, Server, file_size};

/// The letter in its parts.
pub(super) fn parts(letter: &Letter<'_>, person: &str, server: &Server<'_>) -> Parts {
    let named = format!("Hello {person},");
    let nameless = "Hello,".to_owned();
    let name = server.name;
    let base = Parts {
        title: "",
        greeting: named,
        lead: Vec::new(),
        facts: Vec::new(),
        button: None,
        rest: Vec::new(),
        footer: format!("Sent by Damso at {name}. Nobody reads replies to this address."),
    };
    match *letter {
        Letter::VerifyAddress { link } => Parts {
            title: "Confirm your e-mail address",
            greeting: nameless,
            lead: vec![format!(
                "To use this e-mail address for a Damso account at {name}, open the link below."
            )],
            button: Some(Button::new("Confirm address", link)),
            rest: vec![
                ONCE.to_owned(),
                "If you did not ask for this, you can safely ignore it: the address is not used for anything."
                    .to_owned(),
            ],
            ..base
        },
        Letter::AddressInUse => Parts {
            title: "You already have an account with this address",
            greeting: nameless,
            lead: vec![
                format!(
                    "Somebody wanted to use this e-mail address for a Damso account at {name}. It already belongs to \
                     an account, so nothing was changed."
                ),
                "If it was you, sign in to that account. If you have forgotten the password, you can set a new one \
                 from the sign-in screen."
                    .to_owned(),
            ],
            button: Some(Button::new("Open Damso", server.url)),
            rest: vec!["If it was not you, you can safely ignore this.".to_owned()],
            ..base
        },
        Letter::ResetPassword { link } => Parts {
            title: "Set a new password",
            lead: vec![
                "We were asked to let you set a new password. Open the link below to choose one.".to_owned(),
            ],
            button: Some(Button::new("Set a new password", link)),
            rest: vec![
                ONCE.to_owned(),
                "If you did not ask for this, you can safely ignore it: your password stays as it is.".to_owned(),
            ],
            ..base
        },
        Letter::Event {
            kind,
            device,
            address: from,
            at,
        } => {
            let (title, lead) = event(kind);
            let advice = Advice::of(kind);
            let mut facts = vec![("When", time(at))];
            facts.extend(device.map(|device| ("Device", typed(device))));
            facts.extend(from.map(|from| ("Address", address(from))));
            Parts {
                title,
                lead: vec![lead.to_owned()],
                facts,
                button: advice.button("Open security settings", server),
                rest: advise(advice).iter().map(|&advice| advice.to_owned()).collect(),
                ..base
            }
        }
        Letter::Deleted { counts, at } => Parts {
            title: "Your account is deleted",
            lead: vec![format!(
                "Your Damso account at {name} is gone. This is what was removed from the server."
            )],
            facts: deleted(counts, at),
            rest: vec![
                "If it was not you, tell the operator of the server. A deleted account cannot be brought back."
                    .to_owned(),
                "Thank you for the time together.".to_owned(),
            ],
            ..base
        },
    }
}

const ONCE: &str = "The link is good once, for 10 minutes.";

/// A title, and a sentence.
const fn event(kind: SecurityEventKind) -> (&'static str, &'static str) {
    use SecurityEventKind as Kind;
    match kind {
        Kind::SignedUp => ("Your account was made", "You have a Damso account now."),
        Kind::SignedIn => (
            "New sign-in",
            "A device has signed in to your account with the password.",
        ),
        Kind::SignedInWithPasskey => (
            "New sign-in with a passkey",
            "A device has signed in to your account with a passkey.",
        ),
        Kind::SessionEnded => (
            "A device was signed out",
            "One of your devices was signed out from another one.",
        ),
        Kind::TokenReused => (
            "A suspicious connection was stopped",
            "Somebody seems to have used a copy of this device's sign-in. The device was signed out for that reason.",
        ),
        Kind::PasswordChanged => (
            "Your password was changed",
            "The password of your account was changed. All other devices are signed out.",
        ),
        Kind::PasswordReset => (
            "A new password was set",
            "A new password for your account was set with a reset link.",
        ),
        Kind::EmailChanged => (
            "Your e-mail address has changed",
            "Another e-mail address was confirmed for your account. Notices and links for a new password go there \
             from now on.",
        ),
        Kind::TotpEnabled => (
            "Two-step sign-in is on",
            "From now on, signing in asks for a code from your app as well.",
        ),
        Kind::TotpDisabled => (
            "Two-step sign-in is off",
            "Signing in does not ask for a code from your app any more.",
        ),
        Kind::RecoveryCodeUsed => (
            "A recovery code was used",
            "A recovery code took the place of the second step. It cannot be used again.",
        ),
        Kind::RecoveryCodesRenewed => (
            "There are new recovery codes",
            "The recovery codes that you had before do not work any more.",
        ),
        Kind::PasskeyAdded => (
            "A passkey was added",
            "Your account can now be signed in to with a new passkey.",
        ),
        Kind::PasskeyRemoved => (
            "A passkey was removed",
            "That passkey does not sign in to your account any more.",
        ),
        Kind::ExportRequested => (
            "A copy of your data was asked for",
            "A copy of everything in your account is being made.",
        ),
        Kind::ExportDownloaded => (
            "A copy of your data was downloaded",
            "Somebody has begun to download the copy of everything in your account.",
        ),
        Kind::ResetLinkIssued => (
            "A link for a new password was made",
            "The operator of the server has made a link that sets a new password for your account.",
        ),
        Kind::Disabled => (
            "Your account is closed for now",
            "The operator of the server has closed your account for a while. Until then nobody can sign in to it.",
        ),
        Kind::Enabled => (
            "Your account is open again",
            "The operator of the server has opened your account again.",
        ),
    }
}

const fn advise(advice: Advice) -> &'static [&'static str] {
    match advice {
        Advice::Secure => &[
            "If this was you, there is nothing to do.",
            "If it was not, change your password in the security settings right away, and sign out the devices you do \
             not know.",
        ],
        Advice::Recover => &[
            "If this was you, there is nothing to do.",
            "If it was not, change your password in the security settings right away, and sign out the devices you do \
             not know. If you cannot sign in, set a new password from the sign-in screen, or ask the operator of the \
             server for help.",
        ],
        Advice::AskOperator => &["If you did not expect this, ask the operator of the server."],
        Advice::None => &[],
    }
}

fn deleted(counts: &DeletedCounts, at: Timestamp) -> Vec<(&'static str, String)> {
    vec![
        ("When", time(at)),
        ("Messages", counts.messages.to_string()),
        ("Files", counts.attachments.to_string()),
        ("Size", file_size(counts.bytes)),
        ("Devices", counts.sessions.to_string()),
        ("Friends", counts.friends.to_string()),
        ("Blocked people", counts.blocks.to_string()),
        ("Chats you left", counts.conversations.to_string()),
    ]
}

fn time(at: Timestamp) -> String {
    let there = at.as_jiff().to_zoned(TimeZone::UTC);
    there.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

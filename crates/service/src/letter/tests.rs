//! Every letter in every language.

use super::*;

const LOCALES: [Locale; 2] = [Locale::Ko, Locale::En];
const KINDS: [SecurityEventKind; 19] = {
    use SecurityEventKind as Kind;
    [
        Kind::SignedUp,
        Kind::SignedIn,
        Kind::SignedInWithPasskey,
        Kind::SessionEnded,
        Kind::TokenReused,
        Kind::PasswordChanged,
        Kind::PasswordReset,
        Kind::EmailChanged,
        Kind::TotpEnabled,
        Kind::TotpDisabled,
        Kind::RecoveryCodeUsed,
        Kind::RecoveryCodesRenewed,
        Kind::PasskeyAdded,
        Kind::PasskeyRemoved,
        Kind::ExportRequested,
        Kind::ExportDownloaded,
        Kind::ResetLinkIssued,
        Kind::Disabled,
        Kind::Enabled,
    ]
};
const LINK: &str = "https://chat.example.org/reset#token=a-b_c&x=1";
const TO: &str = "minji@example.org";
const SERVER: Server<'_> = Server {
    name: "chat.example.org",
    url: "https://chat.example.org",
};
const COUNTS: DeletedCounts = DeletedCounts {
    messages: 1_234,
    attachments: 56,
    bytes: 2_411_724,
    sessions: 3,
    friends: 17,
    blocks: 2,
    conversations: 9,
};

fn at() -> Timestamp {
    // 2026-11-23T15:30:00Z: the next day in Korea.
    Timestamp::from_millis(1_795_447_800_000).unwrap()
}

fn event(kind: SecurityEventKind) -> Letter<'static> {
    Letter::Event {
        kind,
        device: Some("Firefox, Linux"),
        address: Some("203.0.113.7"),
        at: at(),
    }
}

fn every_letter() -> Vec<Letter<'static>> {
    let mut letters = vec![
        Letter::VerifyAddress { link: LINK },
        Letter::AddressInUse,
        Letter::ResetPassword { link: LINK },
        Letter::Deleted {
            counts: &COUNTS,
            at: at(),
        },
    ];
    letters.extend(KINDS.into_iter().map(event));
    letters
}

fn write(letter: &Letter<'_>, locale: Locale) -> Mail {
    letter.write(TO, "민지", locale, &SERVER)
}

/// What is read of a page: without its head, its tags and the marks of escaping.
fn read(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut read = String::new();
    let mut is_tag = true;
    for c in body.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => read.push(c),
            _ => (),
        }
    }
    read.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Without the marks around what was typed.
fn plain(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}', '\u{200b}'], "")
}

#[test]
fn a_letter_reads_well() {
    let mail = write(&Letter::ResetPassword { link: LINK }, Locale::Ko);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (TO, "[담소] 새 비밀번호를 정해 주세요")
    );
    let expected = "\u{2068}민지\u{2069} 님, 안녕하세요.

비밀번호를 다시 정하고 싶다는 요청을 받았어요. 아래 링크를 열어 새 비밀번호를 정해 주세요.

새 비밀번호 정하기:
https://chat.example.org/reset#token=a-b_c&x=1

링크는 10분 동안, 한 번만 쓸 수 있어요.

요청한 적이 없다면 이 메일은 무시해도 괜찮아요. 비밀번호는 지금 그대로예요.

-- \nchat.example.org 서버의 담소에서 보낸 메일이에요. 답장을 보내도 읽는 사람이 없어요.
";
    assert_eq!(mail.text, expected);
}

#[test]
fn every_letter_says_the_same_as_text_and_as_page() {
    for locale in LOCALES {
        for letter in every_letter() {
            let mail = write(&letter, locale);
            let page = read(&mail.html);
            for line in mail
                .text
                .lines()
                .filter(|line| !line.is_empty() && *line != "-- ")
            {
                // Of a fact the page has name and value in two cells, of a button no colon.
                for part in line.split(": ") {
                    let part = plain(part.strip_suffix(':').unwrap_or(part));
                    assert!(
                        page.contains(&part),
                        "{letter:?} {locale:?}: {part:?} is not on the page"
                    );
                }
            }
        }
    }
}

#[test]
fn what_a_letter_is_about_is_in_it() {
    for (locale, moment, names) in [
        (
            Locale::Ko,
            "2026년 11월 24일 00:30 (한국 시간)",
            ["로그인한 기기", "용량"],
        ),
        (Locale::En, "23 November 2026, 15:30 UTC", ["Devices", "Size"]),
    ] {
        for letter in every_letter() {
            let mail = write(&letter, locale);
            let expected: Vec<&str> = match letter {
                Letter::VerifyAddress { link } => vec![link, "10"],
                Letter::ResetPassword { link } => vec![link, "10", "민지"],
                Letter::AddressInUse => vec![SERVER.url],
                Letter::Event { .. } => vec![moment, "Firefox, Linux", "203.0.113.7", "민지"],
                Letter::Deleted { .. } => {
                    vec![moment, "1234", "56", "2.4 MB", "17", "민지", names[0], names[1]]
                }
            };
            for expected in expected.into_iter().chain([SERVER.name]) {
                assert!(
                    mail.text.contains(expected),
                    "{letter:?} {locale:?}: no {expected} in the text"
                );
                assert!(
                    read(&mail.html).contains(expected),
                    "{letter:?} {locale:?}: no {expected} on the page"
                );
            }
        }
    }
}

#[test]
fn who_did_not_do_it_is_told_what_to_do() {
    let security = "https://chat.example.org/settings/security";
    for locale in LOCALES {
        for kind in KINDS {
            let mail = write(&event(kind), locale);
            let has_link =
                mail.text.contains(security) && mail.html.contains(&format!("href=\"{security}\""));
            let is_secured = matches!(Advice::of(kind), Advice::Secure | Advice::Recover);
            assert_eq!(has_link, is_secured, "{kind:?}");
            assert_eq!(mail.html.contains("<a "), is_secured, "{kind:?}");
            assert!(!kind.is_mailed() || Advice::of(kind) != Advice::None, "{kind:?}");
        }
    }
}

#[test]
fn no_letter_is_unfinished_or_in_two_languages() {
    for letter in every_letter() {
        for locale in LOCALES {
            let mail = write(&letter, locale);
            assert!(!mail.subject.contains(['{', '}', '\n', '@']) && !mail.subject.contains("민지"));
            let page = read(&mail.html);
            for text in [&mail.text, &page] {
                assert!(!text.contains(['{', '}']) && !text.contains("  "), "{text}");
                assert!(!text.contains("None") && !text.contains("Some("), "{text}");
            }
            let mut own = format!("{} {} {page}", mail.subject, mail.text);
            for foreign in [
                LINK,
                SERVER.url,
                "/settings/security",
                SERVER.name,
                "Firefox, Linux",
                "민지",
                "2.4 MB",
            ] {
                own = own.replace(foreign, "");
            }
            let is_foreign = |c: char| match locale {
                Locale::Ko => c.is_ascii_alphabetic(),
                Locale::En => !c.is_ascii() && !c.is_whitespace() && !"\u{2068}\u{2069}\u{200b}".contains(c),
            };
            assert!(!own.contains(is_foreign), "{locale:?}: {own}");
        }
    }
}

#[test]
fn kinds_have_words_of_their_own() {
    for locale in LOCALES {
        let subjects: std::collections::HashSet<_> = every_letter()
            .iter()
            .map(|letter| write(letter, locale).subject)
            .collect();
        assert_eq!(subjects.len(), every_letter().len());
    }
}

#[test]
fn what_people_type_is_nothing_but_text() {
    for attack in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</bdi></p><h1>Pay now</h1>",
        "&lt;b&gt;&#60;",
        "https://evil.example/login",
        "www.evil.example",
        "eve@evil.example",
        "javascript:alert(1)",
        "Ada\r\n\r\nhttps://evil.example",
        "Ada\nBcc: eve@evil.example",
        "\u{202e}gro.elpmaxe.live//:sptth",
        "\u{2069}\u{202a}out of the box",
        "\u{2066}\u{2066}\u{2066}",
        &"W".repeat(5_000),
    ] {
        let letter = Letter::Event {
            kind: SecurityEventKind::SignedIn,
            device: Some(attack),
            address: Some(attack),
            at: at(),
        };
        let harmless = write(&event(SecurityEventKind::SignedIn), Locale::En);
        let mail = letter.write(TO, attack, Locale::En, &SERVER);

        assert_eq!(mail.subject, harmless.subject, "{attack}");
        // Not a tag, a line or a link more than with a harmless name.
        let tags = |html: &str| {
            let names = html
                .split('<')
                .skip(1)
                .map(|tag| tag.split(['>', ' ']).next().unwrap_or_default().to_owned());
            names.filter(|name| !name.contains("bdi")).collect::<Vec<_>>()
        };
        assert_eq!(tags(&mail.html), tags(&harmless.html), "{attack}");
        assert_eq!(mail.html.matches("<bdi>").count(), 3, "{attack}");
        assert_eq!(mail.html.matches("</bdi>").count(), 3, "{attack}");
        assert_eq!(
            mail.text.lines().count(),
            harmless.text.lines().count(),
            "{attack}"
        );
        assert_eq!(mail.html.matches("href").count(), 2, "{attack}");
        for text in [&mail.text, &mail.html] {
            for link in [
                "evil.example",
                "https://evil",
                "www.evil",
                "eve@evil",
                "javascript:alert",
            ] {
                assert!(!text.contains(link), "{attack}: {text}");
            }
            let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}');
            assert!(!text.contains(turns), "{attack}");
        }
        let balance = |text: &str| (text.matches('\u{2068}').count(), text.matches('\u{2069}').count());
        assert_eq!(balance(&mail.text), (3, 3), "{attack}");
        assert!(mail.text.len() < 2_000 && mail.html.len() < 8_000, "{attack}");
    }
}

#[test]
fn pages_load_nothing() {
    for letter in every_letter() {
        let html = write(&letter, Locale::Ko).html;
        for loading in ["src=", "url(", "@import", "<link", "<script", "<img", "http://"] {
            assert!(!html.contains(loading), "{loading}");
        }
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"ko\">"));
        // The link as it is, in the button and below it.
        if html.contains("href") {
            assert_eq!(html.matches("<a ").count(), 2);
        }
    }
    let html = write(&Letter::VerifyAddress { link: LINK }, Locale::En).html;
    assert!(html.contains("href=\"https://chat.example.org/reset#token=a-b_c&amp;x=1\""));
}

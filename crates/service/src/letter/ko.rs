//! The letters in Korean.

use damso_domain::{SecurityEventKind, Timestamp};
use damso_protocol::DeletedCounts;
use jiff::tz::{TimeZone, offset};

use super::typed::{address, typed};
use super::{Advice, Button, Letter, Parts, Server, file_size};

/// The letter in its parts.
pub(super) fn parts(letter: &Letter<'_>, person: &str, server: &Server<'_>) -> Parts {
    let named = format!("{person} 님, 안녕하세요.");
    let nameless = "안녕하세요.".to_owned();
    let name = server.name;
    let base = Parts {
        title: "",
        greeting: named,
        lead: Vec::new(),
        facts: Vec::new(),
        button: None,
        rest: Vec::new(),
        footer: format!("{name} 서버의 담소에서 보낸 메일이에요. 답장을 보내도 읽는 사람이 없어요."),
    };
    match *letter {
        Letter::VerifyAddress { link } => Parts {
            title: "이메일 주소를 확인해 주세요",
            greeting: nameless,
            lead: vec![format!(
                "{name} 서버의 담소 계정에 이 이메일 주소를 쓰려면 아래 링크를 열어 주세요."
            )],
            button: Some(Button::new("이메일 주소 확인하기", link)),
            rest: vec![
                ONCE.to_owned(),
                "요청한 적이 없다면 이 메일은 무시해도 괜찮아요. 주소는 어디에도 쓰이지 않아요.".to_owned(),
            ],
            ..base
        },
        Letter::AddressInUse => Parts {
            title: "이 이메일 주소로 만든 계정이 이미 있어요",
            greeting: nameless,
            lead: vec![
                format!(
                    "누군가 {name} 서버의 담소에서 이 이메일 주소를 쓰려고 했어요. 이미 계정이 있는 주소라서 \
                     아무것도 바꾸지 않았어요."
                ),
                "직접 한 일이라면 그 계정으로 로그인하면 돼요. 비밀번호가 기억나지 않으면 로그인 화면에서 다시 \
                 정할 수 있어요."
                    .to_owned(),
            ],
            button: Some(Button::new("담소 열기", server.url)),
            rest: vec!["모르는 일이라면 이 메일은 무시해도 괜찮아요.".to_owned()],
            ..base
        },
        Letter::ResetPassword { link } => Parts {
            title: "새 비밀번호를 정해 주세요",
            lead: vec![
                "비밀번호를 다시 정하고 싶다는 요청을 받았어요. 아래 링크를 열어 새 비밀번호를 정해 주세요."
                    .to_owned(),
            ],
            button: Some(Button::new("새 비밀번호 정하기", link)),
            rest: vec![
                ONCE.to_owned(),
                "요청한 적이 없다면 이 메일은 무시해도 괜찮아요. 비밀번호는 지금 그대로예요.".to_owned(),
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
            let mut facts = vec![("시각", time(at))];
            facts.extend(device.map(|device| ("기기", typed(device))));
            facts.extend(from.map(|from| ("접속 주소", address(from))));
            Parts {
                title,
                lead: vec![lead.to_owned()],
                facts,
                button: advice.button("보안 설정 열기", server),
                rest: advise(advice).iter().map(|&advice| advice.to_owned()).collect(),
                ..base
            }
        }
        Letter::Deleted { counts, at } => Parts {
            title: "계정을 삭제했어요",
            lead: vec![format!(
                "{name} 서버의 담소 계정이 삭제됐어요. 서버에서 지운 것들이에요."
            )],
            facts: deleted(counts, at),
            rest: vec![
                "내가 한 일이 아니라면 서버 운영자에게 알려 주세요. 삭제한 계정은 되돌릴 수 없어요.".to_owned(),
                "그동안 함께해서 고마웠어요.".to_owned(),
            ],
            ..base
        },
    }
}

const ONCE: &str = "링크는 10분 동안, 한 번만 쓸 수 있어요.";

/// A title, and a sentence.
const fn event(kind: SecurityEventKind) -> (&'static str, &'static str) {
    use SecurityEventKind as Kind;
    match kind {
        Kind::SignedUp => ("계정을 만들었어요", "담소 계정이 만들어졌어요."),
        Kind::SignedIn => ("새로 로그인했어요", "비밀번호로 계정에 로그인한 기기가 있어요."),
        Kind::SignedInWithPasskey => ("패스키로 로그인했어요", "패스키로 계정에 로그인한 기기가 있어요."),
        Kind::SessionEnded => (
            "기기에서 로그아웃했어요",
            "로그인한 기기 한 대를 다른 기기에서 로그아웃했어요.",
        ),
        Kind::TokenReused => (
            "수상한 접속을 막았어요",
            "누군가 이 기기의 로그인 정보를 복사해서 쓴 것 같아요. 그래서 이 기기를 로그아웃했어요.",
        ),
        Kind::PasswordChanged => (
            "비밀번호를 바꿨어요",
            "계정의 비밀번호가 바뀌었어요. 다른 기기는 모두 로그아웃됐어요.",
        ),
        Kind::PasswordReset => (
            "비밀번호를 다시 정했어요",
            "재설정 링크로 계정의 새 비밀번호를 정했어요.",
        ),
        Kind::EmailChanged => (
            "이메일 주소가 바뀌었어요",
            "계정에 새로 확인된 이메일 주소가 있어요. 앞으로 알림과 비밀번호 재설정 메일은 그 주소로 보내요.",
        ),
        Kind::TotpEnabled => (
            "2단계 인증을 켰어요",
            "이제 로그인할 때 인증 앱의 코드도 입력해야 해요.",
        ),
        Kind::TotpDisabled => (
            "2단계 인증을 껐어요",
            "이제 로그인할 때 인증 앱의 코드를 묻지 않아요.",
        ),
        Kind::RecoveryCodeUsed => (
            "복구 코드를 썼어요",
            "2단계 인증 대신 복구 코드를 썼어요. 한 번 쓴 코드는 다시 쓸 수 없어요.",
        ),
        Kind::RecoveryCodesRenewed => (
            "복구 코드를 새로 만들었어요",
            "이전에 받은 복구 코드는 이제 쓸 수 없어요.",
        ),
        Kind::PasskeyAdded => ("패스키를 추가했어요", "이제 새 패스키로도 로그인할 수 있어요."),
        Kind::PasskeyRemoved => ("패스키를 삭제했어요", "이제 그 패스키로는 로그인할 수 없어요."),
        Kind::ExportRequested => (
            "내 데이터의 사본을 요청했어요",
            "계정에 있는 모든 것의 사본을 만들고 있어요.",
        ),
        Kind::ExportDownloaded => (
            "내 데이터의 사본을 내려받았어요",
            "계정에 있는 모든 것의 사본을 누군가 내려받기 시작했어요.",
        ),
        Kind::ResetLinkIssued => (
            "비밀번호 재설정 링크를 만들었어요",
            "서버 운영자가 계정의 새 비밀번호를 정할 수 있는 링크를 만들었어요.",
        ),
        Kind::Disabled => (
            "계정이 잠시 중지됐어요",
            "서버 운영자가 계정을 중지했어요. 그동안은 로그인할 수 없어요.",
        ),
        Kind::Enabled => ("계정을 다시 쓸 수 있어요", "서버 운영자가 계정을 다시 열었어요."),
    }
}

const fn advise(advice: Advice) -> &'static [&'static str] {
    match advice {
        Advice::Secure => &[
            "내가 한 일이라면 아무것도 하지 않아도 괜찮아요.",
            "내가 한 일이 아니라면 보안 설정에서 바로 비밀번호를 바꾸고, 모르는 기기를 로그아웃해 주세요.",
        ],
        Advice::Recover => &[
            "내가 한 일이라면 아무것도 하지 않아도 괜찮아요.",
            "내가 한 일이 아니라면 보안 설정에서 바로 비밀번호를 바꾸고, 모르는 기기를 로그아웃해 주세요. 로그인할 수 \
             없다면 로그인 화면에서 비밀번호를 다시 정하거나 서버 운영자에게 도움을 청하세요.",
        ],
        Advice::AskOperator => &["부탁한 적이 없거나 궁금한 점이 있다면 서버 운영자에게 물어보세요."],
        Advice::None => &[],
    }
}

fn deleted(counts: &DeletedCounts, at: Timestamp) -> Vec<(&'static str, String)> {
    vec![
        ("시각", time(at)),
        ("메시지", format!("{}개", counts.messages)),
        ("파일", format!("{}개", counts.attachments)),
        ("용량", file_size(counts.bytes)),
        ("로그인한 기기", format!("{}대", counts.sessions)),
        ("친구", format!("{}명", counts.friends)),
        ("차단한 사람", format!("{}명", counts.blocks)),
        ("나간 채팅방", format!("{}개", counts.conversations)),
    ]
}

/// In the time of Korea, which has been the same all year since 1988, and says so.
fn time(at: Timestamp) -> String {
    let there = at.as_jiff().to_zoned(TimeZone::fixed(offset(9)));
    format!("{} (한국 시간)", there.strftime("%Y년 %-m월 %-d일 %H:%M"))
}

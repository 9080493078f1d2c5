//! What went wrong, in words a person can act on.

use damso_domain::{HandleError, NameError, PasswordError};
use damso_protocol::{ErrorKind, FieldErrorKind};

use super::texts;
use crate::api::ApiError;

/// What went wrong outside the server's own answers.
#[expect(missing_docs, reason = "each name says what it names")]
pub struct ErrorTexts {
    pub kind: fn(ErrorKind) -> &'static str,
    pub field: fn(FieldErrorKind) -> &'static str,
    pub network: &'static str,
    pub unauthenticated: &'static str,
    pub unreadable: &'static str,
    pub cancelled: &'static str,
    pub wait_secs: fn(u32) -> String,
    pub handle_length: &'static str,
    pub password_length: &'static str,
    pub handle_start: &'static str,
    pub handle_characters: &'static str,
}

impl ErrorTexts {
    /// In Korean.
    pub const KO: Self = Self {
        kind: kind_ko,
        field: field_ko,
        network: "서버에 연결하지 못했어요. 인터넷 연결을 확인해 주세요.",
        unauthenticated: "로그인이 풀렸어요. 다시 로그인해 주세요.",
        unreadable: "서버의 답을 읽지 못했어요. 새로고침해 보세요.",
        cancelled: "취소했어요.",
        wait_secs: |secs| match secs {
            ..120 => format!("너무 자주 시도했어요. {secs}초 뒤에 다시 해 주세요."),
            _ => format!(
                "너무 자주 시도했어요. {}분 뒤에 다시 해 주세요.",
                secs.div_ceil(60)
            ),
        },
        handle_length: "아이디는 3~20자예요.",
        password_length: "8자 이상으로 정해 주세요.",
        handle_start: "영문 소문자로 시작해야 해요.",
        handle_characters: "영문 소문자, 숫자, _ 와 . 만 쓸 수 있어요.",
    };

    /// In English.
    pub const EN: Self = Self {
        kind: kind_en,
        field: field_en,
        network: "The server could not be reached. Check your connection.",
        unauthenticated: "Your session has ended. Please sign in again.",
        unreadable: "The server's answer could not be read. Try reloading the page.",
        cancelled: "Cancelled.",
        wait_secs: |secs| match secs {
            1 => "Too many attempts. Try again in 1 second.".to_owned(),
            ..120 => format!("Too many attempts. Try again in {secs} seconds."),
            _ => format!("Too many attempts. Try again in {} minutes.", secs.div_ceil(60)),
        },
        handle_length: "A handle has 3 to 20 characters.",
        password_length: "Use at least 8 characters.",
        handle_start: "Start with a letter.",
        handle_characters: "Only a–z, digits, _ and . are allowed.",
    };
}

/// Why a request was refused, in the current language.
pub fn explain(kind: ErrorKind) -> &'static str {
    (texts().errors.kind)(kind)
}

/// What is wrong with one field, in the current language.
pub fn explain_field(kind: FieldErrorKind) -> &'static str {
    (texts().errors.field)(kind)
}

/// Why a call did not succeed, in the current language.
pub fn explain_error(error: &ApiError) -> String {
    let errors = &texts().errors;
    match error {
        ApiError::Refused { kind, .. } => match error.retry_after_secs() {
            Some(secs) if *kind == ErrorKind::TooManyRequests => (errors.wait_secs)(secs.max(1)),
            _ => explain(*kind).to_owned(),
        },
        ApiError::Network => errors.network.to_owned(),
        ApiError::Unauthenticated => errors.unauthenticated.to_owned(),
        ApiError::Unreadable => errors.unreadable.to_owned(),
        ApiError::Cancelled => errors.cancelled.to_owned(),
    }
}

/// Why a text cannot be a handle, in the current language.
pub fn explain_handle(error: HandleError) -> &'static str {
    let errors = &texts().errors;
    match error {
        HandleError::TooShort | HandleError::TooLong => errors.handle_length,
        HandleError::StartsWithoutLetter => errors.handle_start,
        HandleError::InvalidCharacter => errors.handle_characters,
        HandleError::Reserved => (errors.field)(FieldErrorKind::Reserved),
    }
}

/// Why a text cannot be a password, in the current language.
pub fn explain_password(error: PasswordError) -> &'static str {
    match error {
        PasswordError::TooShort => texts().errors.password_length,
        PasswordError::TooLong => explain_field(FieldErrorKind::TooLong),
        PasswordError::TooCommon => explain_field(FieldErrorKind::TooCommon),
        PasswordError::SameAsLogin => explain_field(FieldErrorKind::SameAsLogin),
    }
}

/// Why a text cannot be a name, in the current language.
pub fn explain_name(error: NameError) -> &'static str {
    match error {
        NameError::Empty => explain_field(FieldErrorKind::Empty),
        NameError::TooLong { .. } => explain_field(FieldErrorKind::TooLong),
    }
}

fn kind_ko(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MalformedRequest => "요청을 이해하지 못했어요. 새로고침해 보세요.",
        ErrorKind::NotAuthenticated => "먼저 로그인해 주세요.",
        ErrorKind::InvalidCredentials => "아이디나 이메일, 또는 비밀번호가 맞지 않아요.",
        ErrorKind::RefreshTokenInvalid => "로그인이 풀렸어요. 다시 로그인해 주세요.",
        ErrorKind::NotAllowed => "그럴 권한이 없어요.",
        ErrorKind::OriginNotAllowed => "이 주소에서는 할 수 없어요.",
        ErrorKind::NotFriends => "먼저 친구가 되어야 해요.",
        ErrorKind::FriendRequestNotAllowed => {
            "친구 요청을 받지 않는 사람이에요. 초대 링크를 받으면 친구가 될 수 있어요."
        }
        ErrorKind::GroupAddNotAllowed => "초대 링크로만 참여하는 사람이 있어요. 링크를 보내 주세요.",
        ErrorKind::BlockedByYou => "차단한 사람이에요. 먼저 차단을 풀어 주세요.",
        ErrorKind::MailUnavailable => "이 서버는 메일을 보내지 않아요. 운영자에게 물어보세요.",
        ErrorKind::PasskeysUnavailable => "이 서버에서는 패스키를 쓸 수 없어요.",
        ErrorKind::ReauthenticationRequired => "먼저 본인인지 확인해 주세요.",
        ErrorKind::SecondFactorRequired => "인증 코드가 필요해요.",
        ErrorKind::SecondFactorInvalid => "인증 코드가 맞지 않거나 이미 쓴 코드예요.",
        ErrorKind::PasskeyInvalid => "이 패스키로는 로그인할 수 없어요. 지운 패스키이거나 시간이 지났어요.",
        ErrorKind::PasskeyNotFound => "그런 패스키가 없어요.",
        ErrorKind::LinkInvalid => "쓸 수 없는 링크예요. 이미 썼거나 시간이 지났어요.",
        ErrorKind::TotpEnabled => "이미 인증 코드를 쓰고 있어요.",
        ErrorKind::TotpNotEnabled => "인증 코드를 쓰고 있지 않아요.",
        ErrorKind::TooManyPasskeys => "패스키는 20개까지 만들 수 있어요.",
        ErrorKind::AccountDisabled => "중지된 계정이에요. 서버 운영자에게 물어보세요.",
        ErrorKind::SignUpInviteRequired => "이 서버는 초대를 받아야 가입할 수 있어요.",
        ErrorKind::InviteInvalid => "쓸 수 없는 초대예요. 다 썼거나 시간이 지났을 수 있어요.",
        ErrorKind::SignUpClosed => "지금은 이 서버에서 새 계정을 만들 수 없어요.",
        ErrorKind::RouteNotFound => "없는 주소예요. 새로고침해 보세요.",
        ErrorKind::UserNotFound => "그런 사람을 찾지 못했어요.",
        ErrorKind::FriendNotFound => "친구 목록에 없는 사람이에요.",
        ErrorKind::FriendRequestNotFound => "이미 처리된 친구 요청이에요.",
        ErrorKind::ConversationNotFound => "대화를 찾지 못했어요.",
        ErrorKind::MessageNotFound => "메시지를 찾지 못했어요.",
        ErrorKind::MemberNotFound => "이 대화의 멤버가 아니에요.",
        ErrorKind::AttachmentNotFound => "파일을 찾지 못했어요.",
        ErrorKind::ImageNotFound => "사진을 찾지 못했어요.",
        ErrorKind::SessionNotFound => "이미 로그아웃된 기기예요.",
        ErrorKind::ExportNotFound => "내보내기를 찾을 수 없어요.",
        ErrorKind::ExportNotReady => "내보내기가 아직 준비되지 않았어요.",
        ErrorKind::ExportExpired => "내보내기 기간이 지났어요. 새로 요청해 주세요.",
        ErrorKind::MethodNotAllowed => "할 수 없는 요청이에요.",
        ErrorKind::HandleTaken => "이미 누가 쓰고 있는 아이디예요.",
        ErrorKind::AlreadyFriends => "이미 친구예요.",
        ErrorKind::AttachmentInUse => "이미 다른 메시지에 있는 파일이에요.",
        ErrorKind::MessageDeleted => "이미 삭제된 메시지예요.",
        ErrorKind::MessageForwarded => "전달한 메시지는 수정할 수 없어요.",
        ErrorKind::MessageIsPoll => "투표는 수정하거나 전달할 수 없어요.",
        ErrorKind::NotAPoll => "투표가 아니에요.",
        ErrorKind::PollClosed => "마감된 투표예요.",
        ErrorKind::PollAnonymous => "익명 투표라서 누가 골랐는지 볼 수 없어요.",
        ErrorKind::PollOptionUnknown => "이 투표에 없는 선택지예요.",
        ErrorKind::PollTakesOne => "하나만 고를 수 있는 투표예요.",
        ErrorKind::ForwardNotAlone => "전달할 때는 다른 내용을 함께 보낼 수 없어요.",
        ErrorKind::NotAGroup => "그룹 채팅이 아니에요.",
        ErrorKind::CannotLeave => "나갈 수 없는 대화예요.",
        ErrorKind::BodyTooLarge => "보내려는 내용이 너무 커요.",
        ErrorKind::FileTooLarge => "파일이 너무 커요. 100MB까지 보낼 수 있어요.",
        ErrorKind::UnsupportedMediaType => "여기서는 쓸 수 없는 형식이에요.",
        ErrorKind::InvalidFields => "입력한 내용을 다시 확인해 주세요.",
        ErrorKind::MessageEmpty => "빈 메시지는 보낼 수 없어요.",
        ErrorKind::MessageTooLong => "메시지가 너무 길어요. 4,000자까지 쓸\u{a0}수\u{a0}있어요.",
        ErrorKind::AttachmentNotReady => "파일이 아직 준비되지 않았어요.",
        ErrorKind::MentionInvalid => "멘션할 수 없는 내용이 있어요.",
        ErrorKind::MentionNotMember => "대화방에 없는 사람은 멘션할 수 없어요.",
        ErrorKind::TooManyMentions => "멘션은 한 메시지에 50번까지 할 수 있어요.",
        ErrorKind::TooManyAttachments => "파일은 한 번에 10개까지 보낼 수 있어요.",
        ErrorKind::NotAnEmoji => "반응으로 남길 수 없는 글자예요.",
        ErrorKind::TooManyReactions => "반응은 한 메시지에 20가지까지 남길 수 있어요.",
        ErrorKind::CannotBefriendSelf => "나 자신에게는 친구 요청을 보낼 수 없어요.",
        ErrorKind::CannotBlockSelf => "나 자신은 차단할 수 없어요.",
        ErrorKind::CannotReportSelf => "나 자신은 신고할 수 없어요.",
        ErrorKind::TooManyBlocks => "1,000명까지 차단할 수 있어요.",
        ErrorKind::InviteNotFound => "쓸 수 없는 초대 링크예요.",
        ErrorKind::RemovedFromGroup => {
            "이 그룹에서 내보내져서 링크로는 들어갈 수 없어요. 그룹에 있는 사람이 다시 초대해야 해요."
        }
        ErrorKind::FolderNotFound => "지워진 폴더예요.",
        ErrorKind::TooManyFolders => "폴더는 20개까지 만들 수 있어요.",
        ErrorKind::TooManyInvites => "초대 링크는 20개까지 둘 수 있어요. 쓰지 않는 링크를 꺼 주세요.",
        ErrorKind::GroupFull => "그룹에는 1,000명까지 들어올 수 있어요.",
        ErrorKind::SeqOutOfRange => "아직 없는 메시지예요.",
        ErrorKind::ImageUnreadable => "사진을 읽을 수 없어요. 다른 사진을 골라 주세요.",
        ErrorKind::ImageTooLarge => "사진이 너무 커요. 보통 5천만 화소까지 쓸 수 있어요.",
        ErrorKind::UploadIncomplete => "파일이 다 올라가지 않았어요. 다시 시도해 주세요.",
        ErrorKind::UploadExpired => "올리는 데 너무 오래 걸렸어요. 다시 시도해 주세요.",
        ErrorKind::TooManyRequests => "너무 자주 시도했어요. 잠시 뒤에 다시 해 주세요.",
        ErrorKind::Internal => "서버에 문제가 생겼어요. 잠시 뒤에 다시 해 주세요.",
        ErrorKind::Overloaded => "서버가 바빠요. 잠시 뒤에 다시 해 주세요.",
        ErrorKind::Unavailable => "서버가 잠시 쉬고 있어요. 곧 다시 해 주세요.",
    }
}

fn kind_en(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::MalformedRequest => "The request was not understood. Try reloading the page.",
        ErrorKind::NotAuthenticated => "Please sign in first.",
        ErrorKind::InvalidCredentials => "The handle, the address or the password is wrong.",
        ErrorKind::RefreshTokenInvalid => "Your session has ended. Please sign in again.",
        ErrorKind::NotAllowed => "You are not allowed to do this.",
        ErrorKind::OriginNotAllowed => "This cannot be done from this address.",
        ErrorKind::NotFriends => "Become friends first.",
        ErrorKind::FriendRequestNotAllowed => {
            "They don't take friend requests. With an invite link of theirs you can become friends."
        }
        ErrorKind::GroupAddNotAllowed => "Someone here joins by invite link only. Send them a link.",
        ErrorKind::BlockedByYou => "You have blocked this person. Unblock them first.",
        ErrorKind::MailUnavailable => "This server sends no mail. Ask its operator.",
        ErrorKind::PasskeysUnavailable => "Passkeys cannot be used on this server.",
        ErrorKind::ReauthenticationRequired => "Show first that it is you.",
        ErrorKind::SecondFactorRequired => "A code is needed.",
        ErrorKind::SecondFactorInvalid => "The code is not right, or was used before.",
        ErrorKind::PasskeyInvalid => "This passkey cannot sign you in: it was removed, or it took too long.",
        ErrorKind::PasskeyNotFound => "There is no such passkey.",
        ErrorKind::LinkInvalid => "This link is not valid any more: it was used, or is too old.",
        ErrorKind::TotpEnabled => "Codes from an app are in use already.",
        ErrorKind::TotpNotEnabled => "Codes from an app are not in use.",
        ErrorKind::TooManyPasskeys => "You can have at most twenty passkeys.",
        ErrorKind::AccountDisabled => "The operator has disabled this account. Please ask them.",
        ErrorKind::SignUpInviteRequired => "This server takes new accounts by invitation only.",
        ErrorKind::InviteInvalid => "This invitation cannot be used. It may be used up or too old.",
        ErrorKind::SignUpClosed => "This server takes no new accounts at the moment.",
        ErrorKind::RouteNotFound => "There is nothing at this address. Try reloading the page.",
        ErrorKind::UserNotFound => "Nobody like that was found.",
        ErrorKind::FriendNotFound => "They are not on your friends list.",
        ErrorKind::FriendRequestNotFound => "This request has been answered already.",
        ErrorKind::ConversationNotFound => "The conversation was not found.",
        ErrorKind::MessageNotFound => "The message was not found.",
        ErrorKind::MemberNotFound => "They are not in this conversation.",
        ErrorKind::AttachmentNotFound => "The file was not found.",
        ErrorKind::ImageNotFound => "The picture was not found.",
        ErrorKind::SessionNotFound => "That device is signed out already.",
        ErrorKind::ExportNotFound => "That export is not there.",
        ErrorKind::ExportNotReady => "The export is not ready yet.",
        ErrorKind::ExportExpired => "The export has expired. Ask for a new one.",
        ErrorKind::MethodNotAllowed => "This cannot be done here.",
        ErrorKind::HandleTaken => "This handle is taken.",
        ErrorKind::AlreadyFriends => "You are friends already.",
        ErrorKind::AttachmentInUse => "This file is in another message already.",
        ErrorKind::MessageDeleted => "This message was deleted.",
        ErrorKind::MessageForwarded => "A forwarded message can’t be edited.",
        ErrorKind::MessageIsPoll => "A poll can be neither changed nor forwarded.",
        ErrorKind::NotAPoll => "This is not a poll.",
        ErrorKind::PollClosed => "The poll is closed.",
        ErrorKind::PollAnonymous => "The poll is anonymous: nobody sees who chose what.",
        ErrorKind::PollOptionUnknown => "This is none of the options.",
        ErrorKind::PollTakesOne => "Only one option can be chosen.",
        ErrorKind::ForwardNotAlone => "Nothing else can be sent along with a forwarded message.",
        ErrorKind::NotAGroup => "This conversation is not a group.",
        ErrorKind::CannotLeave => "This conversation cannot be left.",
        ErrorKind::BodyTooLarge => "That is too much to send at once.",
        ErrorKind::FileTooLarge => "The file is too large. Up to 100 MB can be sent.",
        ErrorKind::UnsupportedMediaType => "This format is not supported here.",
        ErrorKind::InvalidFields => "Please check what you entered.",
        ErrorKind::MessageEmpty => "An empty message cannot be sent.",
        ErrorKind::MessageTooLong => "The message is too long. It holds up to 4,000 characters.",
        ErrorKind::AttachmentNotReady => "The file is not ready yet.",
        ErrorKind::MentionInvalid => "Something in it cannot be mentioned.",
        ErrorKind::MentionNotMember => "Only people in the group can be mentioned.",
        ErrorKind::TooManyMentions => "A message holds at most 50 mentions.",
        ErrorKind::TooManyAttachments => "A message holds at most 10 files.",
        ErrorKind::NotAnEmoji => "This cannot be a reaction.",
        ErrorKind::TooManyReactions => "A message takes up to 20 kinds of reactions.",
        ErrorKind::CannotBefriendSelf => "You cannot send a friend request to yourself.",
        ErrorKind::CannotBlockSelf => "You cannot block yourself.",
        ErrorKind::CannotReportSelf => "You cannot report yourself.",
        ErrorKind::TooManyBlocks => "You can block up to 1,000 people.",
        ErrorKind::InviteNotFound => "This invite link cannot be used.",
        ErrorKind::RemovedFromGroup => {
            "You were removed from this group. Somebody in it has to add you again."
        }
        ErrorKind::FolderNotFound => "This folder was deleted.",
        ErrorKind::TooManyFolders => "You can have up to 20 folders.",
        ErrorKind::TooManyInvites => "A group has at most 20 invite links. Turn one off first.",
        ErrorKind::GroupFull => "A group holds at most 1,000 people.",
        ErrorKind::SeqOutOfRange => "There is no such message yet.",
        ErrorKind::ImageUnreadable => "The picture cannot be read. Please choose another one.",
        ErrorKind::ImageTooLarge => {
            "The picture is too large. Most pictures of up to 50 megapixels are fine."
        }
        ErrorKind::UploadIncomplete => "The file did not arrive completely. Please try again.",
        ErrorKind::UploadExpired => "The upload took too long. Please try again.",
        ErrorKind::TooManyRequests => "Too many attempts. Try again in a moment.",
        ErrorKind::Internal => "Something went wrong on the server. Try again in a moment.",
        ErrorKind::Overloaded => "The server is busy. Try again in a moment.",
        ErrorKind::Unavailable => "The server is taking a short break. Try again soon.",
    }
}

fn field_ko(kind: FieldErrorKind) -> &'static str {
    match kind {
        FieldErrorKind::Empty => "비어 있어요.",
        FieldErrorKind::TooShort => "너무 짧아요.",
        FieldErrorKind::TooLong => "너무 길어요.",
        FieldErrorKind::OutOfRange => "쓸 수 없는 값이에요.",
        FieldErrorKind::InvalidCharacter => "쓸 수 없는 글자가 있어요.",
        FieldErrorKind::InvalidFormat => "형식이 맞지 않아요.",
        FieldErrorKind::Reserved => "쓸 수 없는 이름이에요.",
        FieldErrorKind::TooCommon => "너무 흔한 비밀번호예요.",
        FieldErrorKind::SameAsLogin => "아이디와 같은 비밀번호는 쓸 수 없어요.",
        FieldErrorKind::Wrong => "비밀번호가 맞지 않아요.",
        FieldErrorKind::Unknown => "찾을 수 없어요.",
        FieldErrorKind::Duplicate => "같은 것이 두 번 있어요.",
    }
}

fn field_en(kind: FieldErrorKind) -> &'static str {
    match kind {
        FieldErrorKind::Empty => "This is empty.",
        FieldErrorKind::TooShort => "This is too short.",
        FieldErrorKind::TooLong => "This is too long.",
        FieldErrorKind::OutOfRange => "This value cannot be used.",
        FieldErrorKind::InvalidCharacter => "It has a character that cannot be used.",
        FieldErrorKind::InvalidFormat => "This is not in the right form.",
        FieldErrorKind::Reserved => "This name cannot be taken.",
        FieldErrorKind::TooCommon => "This password is too common.",
        FieldErrorKind::SameAsLogin => "The password must differ from the handle.",
        FieldErrorKind::Wrong => "The password is wrong.",
        FieldErrorKind::Unknown => "This was not found.",
        FieldErrorKind::Duplicate => "The same is there twice.",
    }
}

//! One place that turns what went wrong into an answer.

use actix_web::error::JsonPayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use damso_protocol::{ErrorKind, Problem};
use damso_service::rate::TooFast;
use damso_service::{Refusal, ServiceError};

use crate::request_id;

/// What a handler answers.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// What went wrong, ready to be told.
#[derive(Debug)]
pub(crate) struct ApiError {
    refusal: Refusal,
    /// By which limit, and for how long.
    too_fast: Option<TooFast>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.refusal.kind.title())
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            too_fast: None,
        }
    }
}

impl From<ErrorKind> for ApiError {
    fn from(kind: ErrorKind) -> Self {
        Self::from(Refusal {
            kind,
            detail: None,
            fields: Vec::new(),
        })
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(refusal) => refusal.into(),
            ServiceError::TooFast(too_fast) => Self {
                too_fast: Some(too_fast),
                ..ErrorKind::TooManyRequests.into()
            },
            ServiceError::Overloaded => ErrorKind::Overloaded.into(),
            ServiceError::Unavailable(cause) => {
                tracing::warn!(
                    request.id = request_id::current(),
                    cause,
                    "A part of the server is unavailable"
                );
                ErrorKind::Unavailable.into()
            }
            ServiceError::Internal(cause) => {
                let cause = format!("{cause:#}");
                tracing::error!(request.id = request_id::current(), cause, "A request failed");
                ErrorKind::Internal.into()
            }
        }
    }
}

/// The request is not well formed; the detail says where.
pub(crate) fn malformed(detail: &impl ToString) -> ApiError {
    ApiError::from(Refusal {
        kind: ErrorKind::MalformedRequest,
        detail: Some(detail.to_string()),
        fields: Vec::new(),
    })
}

pub(crate) fn json_error(error: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            ApiError::from(ErrorKind::BodyTooLarge).into()
        }
        JsonPayloadError::ContentType => ApiError::from(ErrorKind::UnsupportedMediaType).into(),
        JsonPayloadError::Deserialize(error) => malformed(&error).into(),
        other => malformed(&other).into(),
    }
}

/// The status of each kind. Without a catch-all: a new kind compiles once someone has chosen.
pub(crate) const fn status(kind: ErrorKind) -> StatusCode {
    use ErrorKind as K;
    match kind {
        K::MalformedRequest => StatusCode::BAD_REQUEST,
        K::NotAuthenticated
        | K::InvalidCredentials
        | K::SecondFactorRequired
        | K::SecondFactorInvalid
        | K::PasskeyInvalid
        | K::RefreshTokenInvalid => StatusCode::UNAUTHORIZED,
        K::NotAllowed
        | K::ReauthenticationRequired
        | K::OriginNotAllowed
        | K::RemovedFromGroup
        | K::NotFriends
        | K::FriendRequestNotAllowed
        | K::GroupAddNotAllowed
        | K::BlockedByYou
        | K::AccountDisabled
        | K::SignUpClosed
        | K::SignUpInviteRequired
        | K::InviteInvalid
        | K::MailUnavailable
        | K::PasskeysUnavailable => StatusCode::FORBIDDEN,
        K::RouteNotFound
        | K::UserNotFound
        | K::FriendNotFound
        | K::FriendRequestNotFound
        | K::ConversationNotFound
        | K::MessageNotFound
        | K::MemberNotFound
        | K::AttachmentNotFound
        | K::ImageNotFound
        | K::SessionNotFound
        | K::PasskeyNotFound
        | K::LinkInvalid
        | K::InviteNotFound
        | K::ExportNotFound
        | K::FolderNotFound => StatusCode::NOT_FOUND,
        K::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        K::TotpEnabled
        | K::TotpNotEnabled
        | K::HandleTaken
        | K::AlreadyFriends
        | K::AttachmentInUse
        | K::MessageDeleted
        | K::MessageForwarded
        | K::MessageIsPoll
        | K::NotAPoll
        | K::PollClosed
        | K::PollAnonymous
        | K::NotAGroup
        | K::CannotLeave => StatusCode::CONFLICT,
        K::BodyTooLarge | K::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        K::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        K::InvalidFields
        | K::MessageEmpty
        | K::ForwardNotAlone
        | K::MentionInvalid
        | K::MentionNotMember
        | K::TooManyMentions
        | K::PollOptionUnknown
        | K::PollTakesOne
        | K::TooManyPasskeys
        | K::MessageTooLong
        | K::AttachmentNotReady
        | K::ExportNotReady
        | K::ExportExpired
        | K::TooManyAttachments
        | K::NotAnEmoji
        | K::TooManyReactions
        | K::CannotBefriendSelf
        | K::CannotBlockSelf
        | K::CannotReportSelf
        | K::TooManyBlocks
        | K::GroupFull
        | K::TooManyInvites
        | K::TooManyFolders
        | K::SeqOutOfRange
        | K::ImageUnreadable
        | K::ImageTooLarge
        | K::UploadIncomplete
        | K::UploadExpired => StatusCode::UNPROCESSABLE_ENTITY,
        K::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        K::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        K::Overloaded | K::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        status(self.refusal.kind)
    }

    fn error_response(&self) -> HttpResponse {
        self.with_status(status(self.refusal.kind))
    }
}

impl ApiError {
    /// The answer, where HTTP has a status of its own for one case of a kind.
    pub(crate) fn with_status(&self, status: StatusCode) -> HttpResponse {
        let Refusal { kind, detail, fields } = self.refusal.clone();
        let mut response = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, "1"));
        }
        if let Some(too_fast) = self.too_fast {
            for header in slow_down(too_fast) {
                response.insert_header(header);
            }
        }
        let problem = Problem {
            type_uri: format!("/errors/{}", kind.as_str()),
            title: kind.title().to_owned(),
            status: status.as_u16(),
            detail,
            kind,
            request_id: request_id::current(),
            fields,
        };
        // Set after the body: `json` would set its own type.
        let body = serde_json::to_string(&problem).unwrap_or_default();
        response
            .insert_header((CONTENT_TYPE, "application/problem+json"))
            .body(body)
    }
}

/// When to come back, and which limit it was (draft-ietf-httpapi-ratelimit-headers, RFC 9110 §10.2.3).
fn slow_down(TooFast { limit, wait }: TooFast) -> [(&'static str, String); 3] {
    let (name, amount, window) = (limit.name(), limit.amount(), limit.window().as_secs());
    // Rounded up: whoever waits as long as they are told is not refused again. On a busy machine the wait is over by the
    // time it is measured; nobody is told to come back in no time.
    let secs = (wait.as_secs() + u64::from(0 < wait.subsec_nanos())).max(1);
    [
        ("retry-after", secs.to_string()),
        ("ratelimit-policy", format!(r#""{name}";q={amount};w={window}"#)),
        ("ratelimit", format!(r#""{name}";r=0;t={secs}"#)),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use damso_service::rate::Limit;

    use super::*;

    #[test]
    fn whoever_is_too_fast_is_told_whole_seconds_and_at_least_one() {
        for (millis, expected) in [(0, "1"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            let wait = Duration::from_millis(millis);
            let [(name, secs), ..] = slow_down(TooFast {
                limit: Limit::Search,
                wait,
            });
            assert_eq!((name, &*secs), ("retry-after", expected), "{wait:?}");
        }
    }
}

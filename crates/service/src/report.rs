//! What people tell the operator of each other.

use damso_domain::{MessageRef, Remark, ReportId, Timestamp, UserId};
use damso_protocol::{CreateReportRequest, CreatedReport, ErrorKind, FieldErrorKind};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::message::{Message, Window};
use damso_repository::report::{Evidence, Profile, Report, Said, SentFile};
use damso_repository::user::User;

use crate::account::lock_own;
use crate::{Context, Fields, ServiceError, ServiceResult, access};

/// How many messages before the one that is reported are kept with it, so that it can be understood.
pub const MESSAGES_BEFORE: usize = 5;

/// Takes reports.
#[derive(Clone)]
pub struct ReportService {
    context: Context,
}

/// What a report is about.
#[derive(Clone, Copy)]
enum Subject {
    Person(UserId),
    Message(MessageRef),
}

impl Subject {
    fn parse(request: &CreateReportRequest, fields: &mut Fields) -> Option<Self> {
        match (request.user_id, request.conversation_id, request.seq) {
            (Some(user), None, None) => Some(Self::Person(user)),
            (None, Some(conversation_id), Some(seq)) => {
                Some(Self::Message(MessageRef { conversation_id, seq }))
            }
            (None, None, None) => {
                let detail = "is needed, or conversation_id and seq";
                fields.add("user_id", FieldErrorKind::Empty, detail);
                None
            }
            (Some(_), _, _) => {
                let detail = "a report is about a person or about a message, not both";
                fields.add("user_id", FieldErrorKind::InvalidFormat, detail);
                None
            }
            (None, Some(_), None) => {
                fields.add("seq", FieldErrorKind::Empty, "goes with conversation_id");
                None
            }
            (None, None, Some(_)) => {
                fields.add("conversation_id", FieldErrorKind::Empty, "goes with seq");
                None
            }
        }
    }
}

impl ReportService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Takes a report, with a copy of what the reporter can see of what it is about.
    pub async fn create(
        &self,
        reporter: UserId,
        request: &CreateReportRequest,
    ) -> ServiceResult<CreatedReport> {
        let mut fields = Fields::default();
        let subject = Subject::parse(request, &mut fields);
        let note = fields.check("note", Remark::parse(request.note.as_deref().unwrap_or_default()));
        let (Some(subject), Some(note)) = (subject, note) else {
            return Err(fields.into());
        };
        let (id, reason, now) = (ReportId::new(), request.reason, Timestamp::now());
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                // Whoever deletes their account meanwhile is not named by a report that comes after it.
                lock_own(conn, reporter).await?;
                let (message, evidence) = match subject {
                    Subject::Person(user) => (None, see_person(conn, reporter, user).await?),
                    Subject::Message(target) => (Some(target), see_message(conn, reporter, target).await?),
                };
                let report = Report {
                    id,
                    reporter_id: Some(reporter),
                    user_id: evidence.profile.user_id,
                    message,
                    reason,
                    note: note.map(|note| note.as_str().to_owned()),
                    evidence,
                    created_at: now,
                    resolved_at: None,
                    resolution: None,
                };
                repository::report::insert(conn, &report).await?;
                Ok::<_, ServiceError>(())
            })
            .await?;
        tracing::info!(report.id = %id, "Somebody has reported something; `damso admin report list` shows it");
        Ok(CreatedReport { id })
    }
}

async fn see_person(conn: &mut Connection, reporter: UserId, user: UserId) -> ServiceResult<Evidence> {
    if user == reporter {
        return Err(ErrorKind::CannotReportSelf.into());
    }
    let user = repository::user::find(conn, user).await?;
    let user = user.filter(|user| user.deleted_at.is_none());
    let user = user.ok_or(ErrorKind::UserNotFound)?;
    Ok(Evidence {
        profile: profile(&user),
        message: None,
        before: Vec::new(),
    })
}

/// A message and what comes before it, by the one rule of who sees what.
async fn see_message(conn: &mut Connection, reporter: UserId, target: MessageRef) -> ServiceResult<Evidence> {
    access::member(conn, reporter, target.conversation_id).await?;
    let window = Window::before(target.seq, MESSAGES_BEFORE);
    let mut seen = repository::message::list(conn, reporter, target.conversation_id, window).await?;
    let message = seen.pop().filter(|message| message.seq == target.seq);
    let message = message.ok_or(ErrorKind::MessageNotFound)?;
    if message.author_id == reporter {
        return Err(ErrorKind::CannotReportSelf.into());
    }
    if message.deleted_at.is_some() {
        return Err(ErrorKind::MessageDeleted.into());
    }
    let mut authors: Vec<UserId> = seen.iter().map(|message| message.author_id).collect();
    authors.push(message.author_id);
    let authors = repository::user::list(conn, &authors).await?;
    let author = authors.iter().find(|user| user.id == message.author_id);
    let author = author.ok_or(ErrorKind::MessageNotFound)?;
    Ok(Evidence {
        profile: profile(author),
        before: seen.into_iter().map(|message| said(message, &authors)).collect(),
        message: Some(said(message, &authors)),
    })
}

fn profile(user: &User) -> Profile {
    Profile {
        user_id: user.id,
        handle: user.handle.clone(),
        display_name: user.display_name.clone(),
        status_message: user.status_message.clone(),
        has_avatar: user.avatar.is_some(),
    }
}

fn said(message: Message, authors: &[User]) -> Said {
    let author = authors.iter().find(|user| user.id == message.author_id);
    let files = message.attachments.into_iter().map(|file| SentFile {
        id: file.id,
        file_name: file.file_name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
    });
    Said {
        seq: message.seq,
        author_id: message.author_id,
        handle: author.and_then(|author| author.handle.clone()),
        display_name: author
            .map(|author| author.display_name.clone())
            .unwrap_or_default(),
        text: message.text,
        system: message.system,
        attachments: files.collect(),
        created_at: message.created_at,
        edited_at: message.edited_at,
        deleted_at: message.deleted_at,
    }
}

//! What somebody lets others see of themselves, and who can reach them.

use damso_domain::{ConversationId, PresenceText, Seq, Timestamp, UserId};
use damso_protocol::{
    ErrorKind, FieldErrorKind, OwnPresence, ServerEvent, SetPresenceRequest, Settings, SettingsUpdated,
    UpdateSettingsRequest,
};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user::{ChosenPresence, SettingsChange, User};
use damso_repository::user_change::UserChange;

use crate::{Context, Fields, ServiceError, ServiceResult, account, view};

/// Reads and changes one's own settings.
#[derive(Clone)]
pub struct SettingsService {
    context: Context,
}

impl SettingsService {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// The settings.
    pub async fn get(&self, user: UserId) -> ServiceResult<Settings> {
        let user = self
            .context
            .database
            .run(async move |conn: &mut Connection| repository::user::find(conn, user).await)
            .await?
            .ok_or(ErrorKind::NotAuthenticated)?;
        Ok(view::settings(&user.settings))
    }

    /// Changes settings, tells the user's devices, and those who may not see any more or may again.
    pub async fn update(&self, user: UserId, request: UpdateSettingsRequest) -> ServiceResult<Settings> {
        let UpdateSettingsRequest {
            read_receipts,
            typing_indicators,
            presence_visibility,
            discoverable_by_handle,
            friend_requests_from,
            group_adds_from,
            messages_from,
        } = request;
        let change = SettingsChange {
            read_receipts,
            typing_indicators,
            presence_visibility,
            discoverable_by_handle,
            friend_requests_from,
            group_adds_from,
            messages_from,
        };
        let (updated, reads) = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                let before = account::lock_own(conn, user).await?;
                let updated = repository::user::update_settings(conn, user, change).await?;
                if updated.settings == before.settings {
                    return Ok((updated, None));
                }
                let is_counted = updated.settings.read_receipts;
                let reads = if is_counted == before.settings.read_receipts {
                    Vec::new()
                } else {
                    repository::member::set_counted(conn, user, is_counted).await?
                };
                let updated = number(conn, updated).await?;
                Ok::<_, ServiceError>((updated, Some(reads)))
            })
            .await?;
        // What changes nothing is told to nobody.
        let Some(reads) = reads else {
            return Ok(view::settings(&updated.settings));
        };
        let settings = self.announce(&updated);
        self.tell_reads(&updated, reads);
        Ok(settings)
    }

    /// Says something else about being here.
    pub async fn set_presence(
        &self,
        user: UserId,
        request: &SetPresenceRequest,
    ) -> ServiceResult<OwnPresence> {
        let chosen = parse_presence(request, Timestamp::now())?;
        let updated = self
            .context
            .database
            .transaction(async move |conn: &mut Connection| {
                account::lock_own(conn, user).await?;
                let updated = repository::user::update_presence(conn, user, &chosen).await?;
                number(conn, updated).await
            })
            .await?;
        Ok(self.announce(&updated).presence)
    }

    /// Tells the user's devices, and has friends told what they see now.
    fn announce(&self, user: &User) -> Settings {
        let settings = view::settings(&user.settings);
        let hub = &self.context.hub;
        hub.share(user.id, user.rev, &user.settings);
        hub.to_user(
            user.id,
            &ServerEvent::SettingsUpdated(SettingsUpdated {
                user_rev: user.rev,
                settings: settings.clone(),
            }),
        );
        hub.presence_changed(user.id);
        settings
    }

    fn tell_reads(&self, user: &User, reads: Vec<(ConversationId, Seq)>) {
        let is_counted = user.settings.read_receipts;
        for (conversation, read_seq) in reads {
            let read_seq = is_counted.then_some(read_seq);
            self.context.hub.reads_moved(conversation, user.id, read_seq);
        }
    }
}

/// Gives the change a number of the user's own stream.
async fn number(conn: &mut Connection, user: User) -> ServiceResult<User> {
    let changes = [(user.id, UserChange::Settings(user.id))];
    let rev = repository::user_change::record(conn, &changes).await?[0];
    Ok(User { rev, ..user })
}

fn parse_presence(request: &SetPresenceRequest, now: Timestamp) -> ServiceResult<ChosenPresence> {
    let mut fields = Fields::default();
    let text = request.text.as_deref().unwrap_or_default();
    let text = fields.check("text", PresenceText::parse(text));
    if request.expires_at.is_some_and(|at| at <= now) {
        fields.add(
            "expires_at",
            FieldErrorKind::OutOfRange,
            "has to be in the future",
        );
    }
    fields.refuse()?;
    Ok(ChosenPresence {
        status: request.status,
        text: text
            .map(PresenceText::into_string)
            .filter(|text| !text.is_empty()),
        expires_at: request.expires_at,
    })
}

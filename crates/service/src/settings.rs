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

use crate::friendship::Announcements;
use crate::realtime::Hub;
use crate::{Context, Fields, ServiceResult, account, birthday, view};

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
            birthday_visibility,
        } = request;
        let change = SettingsChange {
            read_receipts,
            typing_indicators,
            presence_visibility,
            discoverable_by_handle,
            friend_requests_from,
            group_adds_from,
            messages_from,
            birthday_visibility,
        };
        let hub = self.context.hub.clone();
        let (updated, told) = loop {
            let hub = hub.clone();
            let outcome = self
                .context
                .database
                .transaction(async move |conn: &mut Connection| update(conn, &hub, user, change).await)
                .await?;
            if let Some(outcome) = outcome {
                break outcome;
            }
        };
        // What changes nothing is told to nobody.
        let Some(told) = told else {
            return Ok(view::settings(&updated.settings));
        };
        let settings = self.announce(&updated);
        if told.has_other_presence {
            hub.presence_changed(user);
        }
        self.tell_reads(&updated, told.reads);
        for (friend, event) in told.to_friends {
            hub.to_user(friend, &event);
        }
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
        let presence = self.announce(&updated).presence;
        self.context.hub.presence_changed(user);
        Ok(presence)
    }

    /// Tells the user's devices.
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

/// What others hear of a change of settings.
struct Told {
    reads: Vec<(ConversationId, Seq)>,
    to_friends: Announcements,
    /// Whether friends may see otherwise than before who is here.
    has_other_presence: bool,
}

/// Changes settings. No [`Told`] where nothing has changed, and `None` when it is to be done again.
async fn update(
    conn: &mut Connection,
    hub: &Hub,
    user: UserId,
    change: SettingsChange,
) -> ServiceResult<Option<(User, Option<Told>)>> {
    let before = if change.birthday_visibility.is_some() {
        let Some(locked) = birthday::lock_with_keepers(conn, user).await? else {
            return Ok(None);
        };
        locked
    } else {
        account::lock_own(conn, user).await?
    };
    let updated = repository::user::update_settings(conn, user, change).await?;
    if updated.settings == before.settings {
        return Ok(Some((updated, None)));
    }
    let is_counted = updated.settings.read_receipts;
    let reads = if is_counted == before.settings.read_receipts {
        Vec::new()
    } else {
        repository::member::set_counted(conn, user, is_counted).await?
    };
    let updated = number(conn, updated).await?;
    let to_friends = birthday::announce(conn, hub, &before, &updated).await?;
    let told = Told {
        reads,
        to_friends,
        has_other_presence: updated.settings.presence_visibility != before.settings.presence_visibility,
    };
    Ok(Some((updated, Some(told))))
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

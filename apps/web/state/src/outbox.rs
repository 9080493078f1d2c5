//! Messages that the server has not stored yet.

use std::time::Duration;

use damso_domain::{AttachmentId, AttachmentKind, ClientKey, ConversationId, Mention, Timestamp};
use damso_protocol::{Attachment, ErrorKind, ForwardOf, ReplyTo, SendMessageRequest};

/// A file of a local echo. The bytes are the browser's business; here is what the row shows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EchoFile {
    /// Names the file in this browser.
    pub key: ClientKey,
    /// As the person named it.
    pub file_name: String,
    /// How large it is.
    pub size_bytes: i64,
    /// What it seems to be, until the server has looked.
    pub kind: AttachmentKind,
    /// Of a picture, in pixels.
    pub width: Option<i32>,
    /// Of a picture, in pixels.
    pub height: Option<i32>,
    /// Where this page can show it from. It ends with the page.
    pub preview_url: Option<String>,
    /// The share of its bytes that went, from 0 to 1.
    pub progress: f64,
    /// Once the upload is complete.
    pub uploaded: Option<Attachment>,
}

/// What the server has said to a local echo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchoState {
    /// Nothing yet: on its way, waiting for its turn, or for the network.
    Sending,
    /// No, and why. Nothing happens until somebody tries again or deletes it.
    Refused {
        /// Why.
        kind: ErrorKind,
    },
}

/// A message that is shown before the server has stored it.
#[derive(Clone, Debug, PartialEq)]
pub struct Echo {
    /// Makes it one message, however often it is sent.
    pub client_key: ClientKey,
    /// Where it goes.
    pub conversation_id: ConversationId,
    /// What it says.
    pub text: Option<String>,
    /// What goes with it.
    pub files: Vec<EchoFile>,
    /// What it answers, as that was when it was written.
    pub reply_to: Option<ReplyTo>,
    /// What it forwards. Text and files show what that was like; the server takes them from there.
    pub forward_of: Option<ForwardOf>,
    /// Whom it mentions, and where.
    pub mentions: Vec<Mention>,
    /// Whether it is to call nobody.
    pub is_silent: bool,
    /// When it was written: they go out in this order.
    pub created_at: Timestamp,
    /// Until then it waits, so that it can be called off.
    pub wait_until: Option<Timestamp>,
    /// The tab that has the bytes of its files, where they are not uploaded yet.
    pub tab: Option<ClientKey>,
    /// What the server has said.
    pub state: EchoState,
}

impl Echo {
    /// How long a message waits to be called off, where somebody wants that.
    pub const WAIT: Duration = Duration::from_secs(5);
    /// So much longer it stays here: that it was called off may have to come from another tab.
    const GRACE: Duration = Duration::from_millis(500);

    /// How long it can still be called off.
    pub fn left_to_call_off(&self, now: Timestamp) -> Option<Duration> {
        let left = self.wait_until?.as_millis() - now.as_millis();
        // A clock that was set back makes it wait no longer than it was to.
        let left = Duration::from_millis(u64::try_from(left).ok()?).min(Self::WAIT);
        (!left.is_zero() && !self.is_refused()).then_some(left)
    }

    /// Whether every file has been uploaded.
    pub fn is_uploaded(&self) -> bool {
        self.files.iter().all(|file| file.uploaded.is_some())
    }

    /// The share of all bytes that went; `None` when there is nothing to upload any more.
    pub fn progress(&self) -> Option<f64> {
        if self.is_uploaded() {
            return None;
        }
        let total: f64 = self.files.iter().map(|file| file.size_bytes.max(1) as f64).sum();
        let sent: f64 = self
            .files
            .iter()
            .map(|file| file.size_bytes.max(1) as f64 * file.share())
            .sum();
        Some((sent / total).clamp(0.0, 1.0))
    }

    /// Whether it was refused.
    pub const fn is_refused(&self) -> bool {
        matches!(self.state, EchoState::Refused { .. })
    }

    /// What to send, once everything is uploaded.
    fn request(&self) -> SendMessageRequest {
        if let Some(source) = self.forward_of {
            return SendMessageRequest {
                client_key: self.client_key,
                text: None,
                attachment_ids: Vec::new(),
                reply_to_seq: None,
                forward_of: Some(source),
                mention_spans: Vec::new(),
                mentions_all: false,
                is_silent: self.is_silent,
            };
        }
        SendMessageRequest {
            client_key: self.client_key,
            text: self.text.clone(),
            attachment_ids: self.attachment_ids(),
            reply_to_seq: self.reply_to.as_ref().map(|reply| reply.seq),
            forward_of: None,
            mention_spans: self.mentions.clone(),
            mentions_all: mentions_all(&self.mentions),
            is_silent: self.is_silent,
        }
    }

    fn attachment_ids(&self) -> Vec<AttachmentId> {
        self.files
            .iter()
            .filter_map(|file| file.uploaded.as_ref())
            .map(|attachment| attachment.id)
            .collect()
    }
}

/// Whether everybody is among those who are mentioned.
pub fn mentions_all(mentions: &[Mention]) -> bool {
    mentions.iter().any(|mention| mention.user_id.is_none())
}

/// What was called off stands before what has been begun since, on a line of its own.
pub fn put_before(
    (text, mentions): (String, Vec<Mention>),
    (begun, begun_mentions): (String, Vec<Mention>),
) -> (String, Vec<Mention>) {
    if text.is_empty() {
        return (begun, begun_mentions);
    }
    if begun.is_empty() {
        return (text, mentions);
    }
    let before = u32::try_from(text.encode_utf16().count() + 1).unwrap_or(u32::MAX);
    let moved = begun_mentions.into_iter().map(|mention| Mention {
        start: mention.start.saturating_add(before),
        end: mention.end.saturating_add(before),
        ..mention
    });
    (
        format!("{text}\n{begun}"),
        mentions.into_iter().chain(moved).collect(),
    )
}

impl EchoFile {
    /// The face of a file that is on the server already.
    pub fn of_attachment(attachment: &Attachment) -> Self {
        Self {
            key: ClientKey::new(),
            file_name: attachment.file_name.clone(),
            size_bytes: attachment.size_bytes,
            kind: attachment.kind,
            width: attachment.width,
            height: attachment.height,
            preview_url: None,
            progress: 1.0,
            uploaded: Some(attachment.clone()),
        }
    }

    fn share(&self) -> f64 {
        if self.uploaded.is_some() {
            1.0
        } else {
            self.progress
        }
    }
}

/// Messages that the server has not stored yet, in the order they were written.
///
/// One request is in flight for each conversation, so that they are stored in that order too. A refused one
/// holds nothing up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    echoes: Vec<Echo>,
    in_flight: Vec<(ConversationId, ClientKey)>,
    /// Not kept by the browser yet: they are shown, and wait.
    held: Vec<ClientKey>,
}

impl Outbox {
    /// Whether everything was stored.
    pub fn is_empty(&self) -> bool {
        self.echoes.is_empty()
    }

    /// How many were not.
    pub fn len(&self) -> usize {
        self.echoes.len()
    }

    /// Those of one conversation, in order.
    pub fn of(&self, conversation: ConversationId) -> impl Iterator<Item = &Echo> {
        self.echoes
            .iter()
            .filter(move |echo| echo.conversation_id == conversation)
    }

    /// One of them.
    pub fn get(&self, key: ClientKey) -> Option<&Echo> {
        self.echoes.iter().find(|echo| echo.client_key == key)
    }

    /// Where something waits to be sent.
    pub fn conversations(&self) -> Vec<ConversationId> {
        let mut ids: Vec<_> = self.echoes.iter().map(|echo| echo.conversation_id).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Adds a message. One that is there already stays as it is.
    pub fn push(&mut self, echo: Echo) {
        if self.get(echo.client_key).is_none() {
            self.echoes.push(echo);
        }
    }

    /// Takes over what another tab says of a message, or an earlier visit has kept: it is new, or stands
    /// otherwise now. What only this page knows of its files stays.
    pub fn put(&mut self, mut echo: Echo) {
        if let Some(known) = self.get_mut(echo.client_key) {
            for file in &mut echo.files {
                if let Some(same) = known.files.iter_mut().find(|same| same.key == file.key) {
                    file.preview_url = same.preview_url.take();
                    file.progress = same.progress;
                    file.uploaded = file.uploaded.take().or(same.uploaded.take());
                }
            }
            *known = echo;
        } else {
            self.echoes.push(echo);
            self.echoes.sort_by_key(|echo| echo.created_at);
        }
    }

    /// A tab is gone, and with it the files that it had not uploaded. Says which messages that ends.
    pub fn orphan(&mut self, tab: ClientKey) -> Vec<ClientKey> {
        let orphans = self
            .echoes
            .iter_mut()
            .filter(|echo| echo.tab == Some(tab) && !echo.is_refused() && !echo.is_uploaded());
        orphans
            .map(|echo| {
                echo.state = EchoState::Refused {
                    kind: ErrorKind::UploadIncomplete,
                };
                echo.client_key
            })
            .collect()
    }

    /// Whether a message waits with this file.
    pub fn has_file(&self, file: ClientKey) -> bool {
        self.echoes
            .iter()
            .any(|echo| echo.files.iter().any(|known| known.key == file))
    }

    /// The tabs whose files messages wait for, once for each message.
    pub fn awaited_tabs(&self) -> Vec<ClientKey> {
        self.echoes
            .iter()
            .filter(|echo| !echo.is_refused() && !echo.is_uploaded())
            .filter_map(|echo| echo.tab)
            .collect()
    }

    /// When a message that is written now counts as written: after all that wait, whatever the clock says.
    pub fn next_time(&self, now: Timestamp) -> Timestamp {
        let last = self.echoes.iter().map(|echo| echo.created_at).max();
        last.and_then(|last| Timestamp::from_millis(last.as_millis() + 1))
            .map_or(now, |after| after.max(now))
    }

    /// The keys of all of them.
    pub fn keys(&self) -> Vec<ClientKey> {
        self.echoes.iter().map(|echo| echo.client_key).collect()
    }

    /// The next message of a conversation that may go out now, and marks it as in flight.
    pub fn take_next(&mut self, conversation: ConversationId) -> Option<SendMessageRequest> {
        if self.in_flight.iter().any(|(id, _)| *id == conversation) {
            return None;
        }
        // The first that waits decides: a later one must not overtake its upload.
        let next = self
            .of(conversation)
            .find(|echo| !echo.is_refused())
            .filter(|echo| echo.is_uploaded() && !self.held.contains(&echo.client_key))?;
        let request = next.request();
        self.in_flight.push((conversation, request.client_key));
        Some(request)
    }

    /// The message that comes next in a conversation, and how long it still waits.
    pub fn waiting(&self, conversation: ConversationId, now: Timestamp) -> Option<(ClientKey, Duration)> {
        let next = self.of(conversation).find(|echo| !echo.is_refused())?;
        let until = next.wait_until?.after(Echo::GRACE).as_millis() - now.as_millis();
        let left = Duration::from_millis(u64::try_from(until).ok()?);
        (!left.is_zero()).then_some((next.client_key, left.min(Echo::WAIT + Echo::GRACE)))
    }

    /// It has waited long enough.
    pub fn end_wait(&mut self, key: ClientKey) {
        if let Some(echo) = self.get_mut(key) {
            echo.wait_until = None;
        }
    }

    /// Takes back a message that can still be called off.
    pub fn call_off(&mut self, key: ClientKey, now: Timestamp) -> Option<Echo> {
        let echo = self.get(key)?;
        let is_in_flight = self.in_flight.iter().any(|(_, in_flight)| *in_flight == key);
        echo.left_to_call_off(now).filter(|_| !is_in_flight)?;
        self.remove(key)
    }

    /// It must not go out before the browser has kept it: a request that leaves first could become a message
    /// that nobody here knows of after a crash, and would be written again.
    pub fn hold(&mut self, key: ClientKey) {
        self.held.push(key);
    }

    /// The browser has kept it, as well as it can.
    pub fn release(&mut self, key: ClientKey) {
        self.held.retain(|held| *held != key);
    }

    /// The request is over, whatever came of it.
    pub fn request_ended(&mut self, key: ClientKey) {
        self.in_flight.retain(|(_, in_flight)| *in_flight != key);
    }

    /// The server has stored it. Says whether it was here.
    pub fn settle(&mut self, key: ClientKey) -> bool {
        self.remove(key).is_some()
    }

    /// The server does not want it.
    pub fn refuse(&mut self, key: ClientKey, kind: ErrorKind) {
        if let Some(echo) = self.get_mut(key) {
            echo.state = EchoState::Refused { kind };
        }
    }

    /// Tries a refused one again, without the mentions for which it was refused: somebody may have left meanwhile. Says
    /// whether it can: files of an earlier page are gone.
    pub fn retry(&mut self, key: ClientKey) -> bool {
        match self.get_mut(key) {
            Some(echo)
                if echo.is_uploaded()
                    || echo
                        .files
                        .iter()
                        .all(|file| file.preview_url.is_some() || file.uploaded.is_some()) =>
            {
                match echo.state {
                    EchoState::Refused {
                        kind: ErrorKind::MentionNotMember | ErrorKind::MentionInvalid,
                    } => echo.mentions.clear(),
                    // Only an admin mentions everybody.
                    EchoState::Refused {
                        kind: ErrorKind::NotAllowed,
                    } => echo.mentions.retain(|mention| mention.user_id.is_some()),
                    EchoState::Refused { .. } | EchoState::Sending => (),
                }
                echo.state = EchoState::Sending;
                true
            }
            _ => false,
        }
    }

    /// Drops one for good.
    pub fn remove(&mut self, key: ClientKey) -> Option<Echo> {
        let at = self.echoes.iter().position(|echo| echo.client_key == key)?;
        Some(self.echoes.remove(at))
    }

    /// Some bytes of a file went.
    pub fn upload_progressed(&mut self, file: ClientKey, share: f64) {
        if let Some(file) = self.file_mut(file) {
            file.progress = share;
        }
    }

    /// A file is on the server. Says whose.
    pub fn upload_completed(&mut self, file: ClientKey, attachment: Attachment) -> Option<ClientKey> {
        let echo = self
            .echoes
            .iter_mut()
            .find(|echo| echo.files.iter().any(|known| known.key == file))?;
        let key = echo.client_key;
        for known in echo.files.iter_mut().filter(|known| known.key == file) {
            known.uploaded = Some(attachment.clone());
        }
        Some(key)
    }

    /// A file cannot be uploaded, so its message cannot be sent. Says which.
    pub fn upload_failed(&mut self, file: ClientKey, kind: ErrorKind) -> Option<ClientKey> {
        let echo = self
            .echoes
            .iter_mut()
            .find(|echo| echo.files.iter().any(|known| known.key == file))?;
        echo.state = EchoState::Refused { kind };
        Some(echo.client_key)
    }

    /// Drops what was meant for a conversation that is gone.
    pub fn forget(&mut self, conversation: ConversationId) {
        self.echoes.retain(|echo| echo.conversation_id != conversation);
    }

    fn get_mut(&mut self, key: ClientKey) -> Option<&mut Echo> {
        self.echoes.iter_mut().find(|echo| echo.client_key == key)
    }

    fn file_mut(&mut self, key: ClientKey) -> Option<&mut EchoFile> {
        self.echoes
            .iter_mut()
            .flat_map(|echo| echo.files.iter_mut())
            .find(|file| file.key == key)
    }
}

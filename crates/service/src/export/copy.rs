//! Everything of an account, gathered into an archive. What is in it is described in `docs/export.md`.
//!
//! A large account has millions of messages and takes minutes. So nothing is read but page by page, each page is what
//! may be seen at the moment it is read, and no transaction stays open over the whole. What is written meanwhile is not
//! in it: each conversation ends where it stood when its turn came.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use damso_domain::{AttachmentId, ConversationId, SecurityEventId, Timestamp, UserId};
use damso_protocol::{Folders, Me, User};
use damso_repository as repository;
use damso_repository::friend::RequestDirection;
use damso_repository::{Connection, Database};
use serde::Serialize;
use serde_json::{Value, json};

use super::archive::{Archive, Packed, Packing};
use super::conversation;
use super::html::{Contents, Index, STYLE, Texts};
use crate::ports::{ObjectStore, ObjectStoreError};
use crate::{ServiceError, ServiceResult, view};

/// The version of the format. It rises when something is called otherwise or goes; what is added leaves it.
pub const FORMAT_VERSION: u32 = 1;
/// How many people, requests and events are read at once.
const PAGE: i64 = 500;
/// How many bytes of a file are in memory at once.
const PIECE_BYTES: u64 = 1024 * 1024;

/// How far a copy has come, for whoever looks on from another task.
#[derive(Debug, Default)]
pub(super) struct Progress {
    done: AtomicI64,
    total: AtomicI64,
}

impl Progress {
    /// How many messages and files are in the archive, and how many there will be.
    pub(super) fn read(&self) -> (i64, i64) {
        let (done, total) = (&self.done, &self.total);
        (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed))
    }

    pub(super) fn advance(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Whose copy is made, with what, and where.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) database: Database,
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) folder: PathBuf,
    pub(super) user: UserId,
    pub(super) progress: Arc<Progress>,
}

/// How much is in an archive.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) conversations: usize,
    pub(super) messages: usize,
    pub(super) files: usize,
    /// Files whose message was deleted before they were read.
    pub(super) missing_files: usize,
}

/// An archive that is being filled.
pub(super) struct Copy {
    pub(super) task: Task,
    pub(super) archive: Archive,
    pub(super) texts: &'static Texts,
    pub(super) counts: Counts,
    pub(super) made_at: Timestamp,
    files: HashSet<AttachmentId>,
}

/// Makes the archive.
pub(super) async fn make(task: Task) -> ServiceResult<Packed> {
    let user = task.user;
    let account = read(&task, async move |conn: &mut Connection| {
        let total = repository::export_view::count_messages(conn, user).await?
            + repository::export_view::count_files(conn, user).await?;
        Ok((repository::user::find(conn, user).await?, total))
    });
    let (account, total) = account.await?;
    // Deleted a moment ago; the export is gone as well, and whoever looks after it will see so.
    let account = account.ok_or_else(gone)?;
    let me = view::me(&account)?;
    task.progress.total.store(total, Ordering::Relaxed);
    let made_at = Timestamp::now();
    let mut copy = Copy {
        archive: Archive::begin(task.folder.clone(), made_at),
        texts: Texts::of(account.locale),
        task,
        counts: Counts::default(),
        made_at,
        files: HashSet::new(),
    };
    let avatar = copy.account(&me).await?;
    copy.json("settings.json", &view::settings(&account.settings))
        .await?;
    copy.folders().await?;
    copy.sessions().await?;
    copy.security_events().await?;
    copy.invite_links().await?;
    let mut index = Index::new(copy.texts);
    copy.people(&mut index).await?;
    let contents = copy.conversations().await?;
    let page = index.write(&me, avatar.as_deref(), contents, made_at);
    copy.archive.text("index.html", page).await?;
    copy.archive.text("style.css", STYLE).await?;
    copy.manifest(&me).await?;
    copy.archive.finish().await
}

fn gone() -> ServiceError {
    ServiceError::Unavailable("the account is gone".to_owned())
}

/// Runs a query of a task.
pub(super) async fn read<T, F>(task: &Task, work: F) -> ServiceResult<T>
where
    for<'c> F: AsyncFnOnce(&'c mut Connection) -> ServiceResult<T>
        + repository::Work<&'c mut Connection, ServiceResult<T>, Running: Send>
        + Send
        + 'static,
    T: Send + 'static,
{
    task.database.run(work).await
}

/// A value as people may want to read it, too.
fn pretty(value: &impl Serialize) -> ServiceResult<String> {
    let mut text =
        serde_json::to_string_pretty(value).map_err(|error| ServiceError::Internal(error.into()))?;
    text.push('\n');
    Ok(text)
}

/// A list in a JSON file that is written while it is read.
#[derive(Default)]
struct List {
    is_begun: bool,
}

impl List {
    async fn push(&mut self, archive: &mut Archive, items: &[impl Serialize + Sync]) -> ServiceResult<()> {
        let mut text = String::new();
        for item in items {
            text.push_str(if self.is_begun { ",\n" } else { "\n" });
            self.is_begun = true;
            let item = serde_json::to_string(item).map_err(|error| ServiceError::Internal(error.into()))?;
            text.push_str(&item);
        }
        archive.write(text).await
    }
}

impl Copy {
    pub(super) async fn json(&mut self, path: &str, value: &impl Serialize) -> ServiceResult<()> {
        let text = pretty(value)?;
        self.archive.text(path, text).await
    }

    /// The account, and its picture; returns where that is.
    async fn account(&mut self, me: &Me) -> ServiceResult<Option<String>> {
        let mut avatar = None;
        if let Some(picture) = &me.avatar {
            let path = format!("media/avatar-{}.webp", picture.id);
            let key = crate::image::large_key(picture.id);
            if self.stored(path.clone(), &key).await? {
                avatar = Some(path);
            }
        }
        let mut account = json!(me);
        if let Value::Object(fields) = &mut account {
            // Where the account's own stream stands says something to programs alone.
            fields.remove("user_rev");
            fields.insert("avatar_file".to_owned(), json!(avatar));
        }
        self.json("account.json", &account).await?;
        Ok(avatar)
    }

    async fn sessions(&mut self) -> ServiceResult<()> {
        let user = self.task.user;
        let sessions = read(&self.task, async move |conn: &mut Connection| {
            Ok(repository::session::list(conn, user).await?)
        });
        let item = |session: repository::session::Session| {
            json!({
                "id": session.id, "name": session.name, "address": session.address,
                "created_at": session.created_at, "last_used_at": session.last_used_at,
            })
        };
        let items: Vec<Value> = sessions.await?.into_iter().map(item).collect();
        self.json("sessions.json", &json!({ "items": items })).await
    }

    async fn folders(&mut self) -> ServiceResult<()> {
        let user = self.task.user;
        let folders = read(&self.task, async move |conn: &mut Connection| {
            Ok(repository::folder::list(conn, user).await?)
        });
        let items = view::folders(folders.await?);
        self.json("folders.json", &Folders { items }).await
    }

    /// The links that were handed out and are kept, without their codes: what opens something is in no copy.
    async fn invite_links(&mut self) -> ServiceResult<()> {
        let user = self.task.user;
        let links = read(&self.task, async move |conn: &mut Connection| {
            Ok(repository::invite_link::list_made(conn, user).await?)
        });
        let item = |link: repository::invite_link::InviteLink| {
            json!({
                "conversation_id": link.conversation_id, "max_uses": link.max_uses, "uses": link.uses,
                "created_at": link.created_at, "expires_at": link.expires_at,
            })
        };
        let items: Vec<Value> = links.await?.into_iter().map(item).collect();
        self.json("invite_links.json", &json!({ "items": items })).await
    }

    async fn security_events(&mut self) -> ServiceResult<()> {
        let user = self.task.user;
        let mut before: Option<SecurityEventId> = None;
        let mut list = List::default();
        self.begin_list("security_events.json", "{\"items\":[").await?;
        loop {
            let events = read(&self.task, async move |conn: &mut Connection| {
                Ok(repository::security_event::list(conn, user, before, PAGE).await?)
            });
            let events = events.await?;
            let Some(last) = events.last() else { break };
            before = Some(last.id);
            let item = |event: repository::security_event::SecurityEvent| {
                json!({
                    "id": event.id, "kind": event.kind, "device": event.device, "address": event.address,
                    "created_at": event.created_at,
                })
            };
            let items: Vec<Value> = events.into_iter().map(item).collect();
            list.push(&mut self.archive, &items).await?;
        }
        self.archive.write("\n]}\n").await
    }

    async fn begin_list(&mut self, path: &str, start: &'static str) -> ServiceResult<()> {
        self.archive.file(path.to_owned(), Packing::Deflated, 0).await?;
        self.archive.write(start).await
    }

    /// Friends, requests and blocks.
    async fn people(&mut self, index: &mut Index) -> ServiceResult<()> {
        self.begin_list("friends.json", "{\"friends\":[").await?;
        self.friends(index).await?;
        self.archive.write("\n],\n\"received_requests\":[").await?;
        self.requests(RequestDirection::Incoming).await?;
        self.archive.write("\n],\n\"sent_requests\":[").await?;
        self.requests(RequestDirection::Outgoing).await?;
        self.archive.write("\n],\n\"blocks\":[").await?;
        self.blocks().await?;
        self.archive.write("\n]}\n").await
    }

    async fn friends(&mut self, index: &mut Index) -> ServiceResult<()> {
        let user = self.task.user;
        let (mut after, mut list) = (None, List::default());
        loop {
            let page = read(&self.task, async move |conn: &mut Connection| {
                let friendships = repository::friend::list(conn, user, after, PAGE).await?;
                let ids: Vec<UserId> = friendships
                    .iter()
                    .map(|friendship| friendship.friend_id)
                    .collect();
                Ok((friendships, load_users(conn, user, &ids).await?))
            });
            let (friendships, users) = page.await?;
            let Some(last) = friendships.last() else {
                return Ok(());
            };
            after = Some(last.friend_id);
            let mut items = Vec::with_capacity(friendships.len());
            for friendship in &friendships {
                if let Some(friend) = users.iter().find(|one| one.id == friendship.friend_id) {
                    index.friend(friend);
                    let preferences = &friendship.preferences;
                    items.push(json!({
                        "user": friend,
                        "nickname": preferences.nickname,
                        "is_favorite": preferences.is_favorite,
                        "is_hidden": preferences.is_hidden,
                        "since": friendship.since,
                    }));
                }
            }
            list.push(&mut self.archive, &items).await?;
        }
    }

    async fn requests(&mut self, direction: RequestDirection) -> ServiceResult<()> {
        let user = self.task.user;
        let (mut before, mut list) = (None, List::default());
        loop {
            let page = read(&self.task, async move |conn: &mut Connection| {
                let found = repository::friend::list_requests(conn, user, direction, before, PAGE).await?;
                let last = found.last().map(|request| request.id);
                Ok((view::friend_requests(conn, user, &found).await?, last))
            });
            let (requests, last) = page.await?;
            if last.is_none() {
                return Ok(());
            }
            before = last;
            list.push(&mut self.archive, &requests).await?;
        }
    }

    async fn blocks(&mut self) -> ServiceResult<()> {
        let user = self.task.user;
        let (mut after, mut list) = (None, List::default());
        loop {
            let page = read(&self.task, async move |conn: &mut Connection| {
                let blocks = repository::block::list(conn, user, after, PAGE).await?;
                let ids: Vec<UserId> = blocks.iter().map(|block| block.blocked_id).collect();
                Ok((blocks, load_users(conn, user, &ids).await?))
            });
            let (blocks, users) = page.await?;
            let Some(last) = blocks.last() else { return Ok(()) };
            after = Some(last.blocked_id);
            let full = |block: &repository::block::Block| {
                let blocked = users.iter().find(|one| one.id == block.blocked_id)?;
                Some(view::block(block, blocked.clone()))
            };
            let items: Vec<_> = blocks.iter().filter_map(full).collect();
            list.push(&mut self.archive, &items).await?;
        }
    }

    /// Every conversation, one after another.
    async fn conversations(&mut self) -> ServiceResult<Contents> {
        const CONVERSATIONS: i64 = 50;
        let user = self.task.user;
        let mut after: Option<ConversationId> = None;
        let mut conversations = Vec::new();
        loop {
            let found = read(&self.task, async move |conn: &mut Connection| {
                Ok(repository::export_view::list_conversations(conn, user, after, CONVERSATIONS).await?)
            });
            let found = found.await?;
            let Some(last) = found.last() else { break };
            after = Some(last.id);
            for conversation in found {
                conversations.push(conversation::copy(self, conversation).await?);
                self.counts.conversations += 1;
            }
        }
        Ok(Contents {
            conversations,
            files: vec![
                "export.json",
                "account.json",
                "friends.json",
                "settings.json",
                "folders.json",
                "sessions.json",
                "security_events.json",
                "invite_links.json",
            ],
        })
    }

    /// A file that people have sent, once; tells whether its bytes are there. It was decided before that it may be read.
    pub(super) async fn media(&mut self, id: AttachmentId, path: String, key: &str) -> ServiceResult<()> {
        self.task.progress.advance();
        if !self.files.insert(id) {
            return Ok(());
        }
        if !self.stored(path, key).await? {
            self.counts.missing_files += 1;
        }
        Ok(())
    }

    /// The bytes of an object, as they are; tells whether they are there to their end. One that is removed meanwhile is
    /// not in the archive.
    async fn stored(&mut self, path: String, key: &str) -> ServiceResult<bool> {
        let objects = self.task.objects.clone();
        let mut from = 0;
        loop {
            let piece = match objects.read_range(key, from, PIECE_BYTES).await {
                Ok(piece) => piece,
                Err(ObjectStoreError::NotFound) if from == 0 => return Ok(false),
                Err(ObjectStoreError::NotFound) => {
                    self.archive.forget().await?;
                    return Ok(false);
                }
                Err(error) => return Err(error.into()),
            };
            if from == 0 {
                // No upload comes near 4 GiB.
                self.archive.file(path.clone(), Packing::Stored, 0).await?;
            }
            let length = piece.len() as u64;
            from += length;
            self.archive.write(piece).await?;
            if length < PIECE_BYTES {
                self.counts.files += 1;
                return Ok(true);
            }
        }
    }

    /// What this is an archive of. The last file, so that it can say how much there is.
    async fn manifest(&mut self, me: &Me) -> ServiceResult<()> {
        let manifest = json!({
            "format": "damso-export",
            "format_version": FORMAT_VERSION,
            "server": { "name": "Damso", "version": env!("CARGO_PKG_VERSION") },
            "user_id": me.id,
            "made_at": self.made_at,
            "counts": self.counts,
        });
        self.json("export.json", &manifest).await
    }
}

/// People as `viewer` sees them.
pub(super) async fn load_users(
    conn: &mut Connection,
    viewer: UserId,
    ids: &[UserId],
) -> ServiceResult<Vec<User>> {
    let found = repository::user::list(conn, ids).await?;
    Ok(found.iter().map(|found| view::user(found, viewer)).collect())
}

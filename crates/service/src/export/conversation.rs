//! One conversation: its messages as lines of JSON and as pages, and the files they hold.

use std::collections::BTreeMap;

use damso_domain::{AttachmentId, ConversationKind, MessageRef, Rev, Seq, Timestamp, UserId};
use damso_protocol::{Member, Message};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::export_view::{CopiedConversation, CopiedStretch};
use serde::Serialize;
use serde_json::{Value, json};

use super::archive::{Packing, Spool};
use super::copy::{Copy, load_users, read};
use super::file_name::media_path;
use super::html::{ConversationPage, IndexEntry, ShownFile};
use crate::object::original_key;
use crate::view::{self, Mentioned, Viewer};
use crate::{ServiceError, ServiceResult};

/// How many messages are read at once: of the longest ones a few megabytes.
const MESSAGES: i64 = 200;
/// How many messages are on a page.
const MESSAGES_ON_A_PAGE: usize = 5_000;
/// How many earlier texts of a message are read at once.
const EDITS: i64 = 100;
/// How many people a conversation without a name is called after.
const NAMES_IN_A_TITLE: usize = 4;

/// Somebody who is mentioned, and no more of them than that takes.
#[derive(Clone, Debug, Serialize)]
struct Person {
    id: UserId,
    handle: Option<String>,
    display_name: String,
    is_deleted: bool,
}

/// A file whose bytes are put into the archive once the page that shows it is closed.
struct PendingFile {
    id: AttachmentId,
    path: String,
    key: String,
}

/// A conversation that is being copied.
struct Transcript<'a> {
    copy: &'a mut Copy,
    conversation: CopiedConversation,
    title: String,
    people: BTreeMap<UserId, Person>,
    names: BTreeMap<UserId, String>,
    lines: Spool,
    /// Earlier texts; few people change what they wrote.
    edits: Option<Spool>,
    files: Vec<PendingFile>,
    pages: Vec<String>,
    page: Option<ConversationPage>,
    on_page: usize,
    messages: usize,
    last_at: Option<Timestamp>,
}

/// Copies a conversation; returns its place in the list of all.
pub(super) async fn copy(copy: &mut Copy, conversation: CopiedConversation) -> ServiceResult<IndexEntry> {
    let members = members(copy, &conversation).await?;
    let lines = Spool::begin(&copy.task.folder).await?;
    let mut transcript = Transcript {
        copy,
        conversation,
        title: String::new(),
        people: BTreeMap::new(),
        names: BTreeMap::new(),
        lines,
        edits: None,
        files: Vec::new(),
        pages: Vec::new(),
        page: None,
        on_page: 0,
        messages: 0,
        last_at: None,
    };
    let ids: Vec<UserId> = members.iter().map(|member| member.user_id).collect();
    transcript.meet(ids.iter().copied()).await?;
    transcript.title = transcript.title(&ids);
    transcript.messages().await?;
    transcript.end(&members).await
}

/// Everyone who is in it, as its member sees them; nobody for those who have left.
async fn members(copy: &Copy, conversation: &CopiedConversation) -> ServiceResult<Vec<Member>> {
    if conversation.left_rev.is_some() {
        return Ok(Vec::new());
    }
    let (id, viewer) = (
        conversation.id,
        Viewer {
            is_counted: conversation.is_counted,
            kind: conversation.kind,
            user_id: Some(copy.task.user),
        },
    );
    let members = read(&copy.task, async move |conn: &mut Connection| {
        Ok(repository::member::list_all(conn, id).await?)
    });
    Ok(members
        .await?
        .iter()
        .map(|member| view::member(member, viewer))
        .collect())
}

fn line(value: &impl Serialize) -> ServiceResult<String> {
    let mut line = serde_json::to_string(value).map_err(|error| ServiceError::Internal(error.into()))?;
    line.push('\n');
    Ok(line)
}

impl Transcript<'_> {
    fn path(&self, end: &str) -> String {
        format!("conversations/{}{end}", self.conversation.id)
    }

    /// Of the page that is open, or is opened next.
    fn page_name(&self, number: usize) -> String {
        format!("{}-{number}.html", self.conversation.id)
    }

    /// What it is called in the list: by its name, or by who is in it.
    fn title(&self, members: &[UserId]) -> String {
        let texts = self.copy.texts;
        if self.conversation.kind == ConversationKind::SelfChat {
            return texts.notes.to_owned();
        }
        if let Some(name) = &self.conversation.name {
            return name.clone();
        }
        let others = members.iter().filter(|id| **id != self.copy.task.user);
        let names: Vec<&str> = others
            .take(NAMES_IN_A_TITLE)
            .filter_map(|id| self.names.get(id))
            .map(|name| {
                if name.is_empty() {
                    texts.unknown
                } else {
                    name.as_str()
                }
            })
            .collect();
        if names.is_empty() {
            texts.group.to_owned()
        } else {
            names.join(", ")
        }
    }

    /// Looks people up who have not been mentioned yet.
    async fn meet(&mut self, ids: impl Iterator<Item = UserId>) -> ServiceResult<()> {
        let unknown: Vec<UserId> = ids.filter(|id| !self.people.contains_key(id)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let viewer = self.copy.task.user;
        let users = read(&self.copy.task, async move |conn: &mut Connection| {
            load_users(conn, viewer, &unknown).await
        });
        for user in users.await? {
            self.names.insert(user.id, user.display_name.clone());
            let person = Person {
                id: user.id,
                handle: user.handle,
                display_name: user.display_name,
                is_deleted: user.is_deleted,
            };
            self.people.insert(user.id, person);
        }
        Ok(())
    }

    async fn messages(&mut self) -> ServiceResult<()> {
        let user = self.copy.task.user;
        let mut stretch = CopiedStretch {
            conversation_id: self.conversation.id,
            after: Seq::ZERO,
            until: self.conversation.last_seq,
            limit: MESSAGES,
        };
        loop {
            let found = read(&self.copy.task, async move |conn: &mut Connection| {
                Ok(repository::export_view::list_messages(conn, user, stretch).await?)
            });
            let found = found.await?;
            let Some(last) = found.last() else { return Ok(()) };
            stretch.after = last.seq;
            self.chunk(&found).await?;
        }
    }

    /// Writes some messages that follow each other.
    async fn chunk(&mut self, found: &[repository::message::Message]) -> ServiceResult<()> {
        let messages = view::messages(found)?;
        let mut mentioned = Mentioned::default();
        messages.iter().for_each(|message| mentioned.add_message(message));
        self.meet(mentioned.into_ids().into_iter()).await?;
        let mut html = String::new();
        for (message, stored) in messages.iter().zip(found) {
            if self.on_page == MESSAGES_ON_A_PAGE {
                self.copy.archive.write(std::mem::take(&mut html)).await?;
                let next = self.page_name(self.pages.len() + 1);
                self.close_page(Some(&next)).await?;
            }
            if self.page.is_none() {
                self.open_page().await?;
            }
            self.message(&mut html, message, stored).await?;
        }
        self.copy.archive.write(html).await
    }

    async fn message(
        &mut self,
        html: &mut String,
        message: &Message,
        stored: &repository::message::Message,
    ) -> ServiceResult<()> {
        let mut paths = Vec::with_capacity(stored.attachments.len());
        for attachment in &stored.attachments {
            let path = media_path(attachment.id, &attachment.file_name);
            if let Some(key) = &attachment.object_key {
                self.files.push(PendingFile {
                    id: attachment.id,
                    path: path.clone(),
                    key: original_key(key),
                });
                paths.push(Some(path));
            } else {
                paths.push(None);
            }
        }
        let files: Vec<ShownFile<'_>> = message
            .attachments
            .iter()
            .zip(&paths)
            .map(|(attachment, path)| ShownFile {
                attachment,
                path: path.as_deref(),
            })
            .collect();
        if let Some(page) = &mut self.page {
            page.message(html, message, &files, &self.names);
        }
        let text = line(&with_files(message, &paths)?)?;
        self.lines.write(text.as_bytes()).await?;
        if message.edited_at.is_some() && message.author_id == self.copy.task.user {
            self.edits(message.seq).await?;
        }
        self.messages += 1;
        self.on_page += 1;
        self.last_at = Some(message.created_at);
        self.copy.task.progress.advance();
        Ok(())
    }

    /// What a message of one's own said before.
    async fn edits(&mut self, seq: Seq) -> ServiceResult<()> {
        let target = MessageRef {
            conversation_id: self.conversation.id,
            seq,
        };
        let mut after: Option<Rev> = None;
        loop {
            let earlier = read(&self.copy.task, async move |conn: &mut Connection| {
                Ok(repository::message_edit::list(conn, target, after, EDITS).await?)
            });
            let earlier = earlier.await?;
            let Some(last) = earlier.last() else { return Ok(()) };
            after = Some(last.rev);
            if self.edits.is_none() {
                self.edits = Some(Spool::begin(&self.copy.task.folder).await?);
            }
            let Some(spool) = &mut self.edits else {
                return Ok(());
            };
            for edit in &earlier {
                let text = line(&json!({ "seq": seq, "text": edit.text, "written_at": edit.written_at }))?;
                spool.write(text.as_bytes()).await?;
            }
        }
    }

    async fn open_page(&mut self) -> ServiceResult<()> {
        let number = self.pages.len() + 1;
        let name = self.page_name(number);
        let older = self.pages.last().cloned();
        let (page, start) = ConversationPage::begin(
            self.copy.texts,
            self.copy.task.user,
            &self.title,
            number,
            older.as_deref(),
        );
        let path = format!("conversations/{name}");
        self.copy.archive.file(path, Packing::Deflated, 0).await?;
        self.copy.archive.write(start).await?;
        self.page = Some(page);
        self.pages.push(name);
        self.on_page = 0;
        Ok(())
    }

    /// Ends the page that is open, and puts the files it shows behind it.
    async fn close_page(&mut self, newer: Option<&str>) -> ServiceResult<()> {
        if let Some(page) = self.page.take() {
            self.copy.archive.write(page.end(newer)).await?;
        }
        for file in std::mem::take(&mut self.files) {
            self.copy.media(file.id, file.path, &file.key).await?;
        }
        Ok(())
    }

    async fn end(mut self, members: &[Member]) -> ServiceResult<IndexEntry> {
        if self.pages.is_empty() {
            self.open_page().await?;
        }
        self.close_page(None).await?;
        let description = self.description(members);
        let (path, lines, edits) = (
            self.path(".json"),
            self.path(".messages.jsonl"),
            self.path(".edits.jsonl"),
        );
        let Self {
            copy,
            conversation,
            title,
            pages,
            messages,
            last_at,
            ..
        } = self;
        copy.json(&path, &description).await?;
        copy.archive.spooled(lines, self.lines).await?;
        if let Some(spool) = self.edits {
            copy.archive.spooled(edits, spool).await?;
        }
        copy.counts.messages += messages;
        Ok(IndexEntry {
            id: conversation.id,
            title,
            path: format!("conversations/{}", pages[0]),
            messages,
            last_at,
            has_left: conversation.left_rev.is_some(),
        })
    }

    fn description(&self, members: &[Member]) -> Value {
        let conversation = &self.conversation;
        json!({
            "id": conversation.id,
            "kind": conversation.kind,
            "name": conversation.name,
            "title": self.title,
            "history": conversation.history,
            "created_at": conversation.created_at,
            "notice_seq": conversation.notice_seq,
            "membership": {
                "has_left": conversation.left_rev.is_some(),
                "role": conversation.role,
                "joined_seq": conversation.joined_seq,
                "joined_at": conversation.joined_at,
                "read_seq": conversation.read_seq,
                "is_pinned": conversation.is_pinned,
                "muted_until": conversation.muted_until,
                "archived_seq": conversation.archived_seq,
                "is_marked_unread": conversation.is_marked_unread,
                "name_override": conversation.name_override,
                "folder_id": conversation.folder_id,
            },
            "draft": conversation.draft.as_ref().map(view::draft),
            "members": members,
            "people": self.people.values().collect::<Vec<_>>(),
            "message_count": self.messages,
            "messages": self.path(".messages.jsonl"),
            "edits": self.edits.as_ref().map(|_| self.path(".edits.jsonl")),
            "pages": self.pages.iter().map(|name| format!("conversations/{name}")).collect::<Vec<_>>(),
        })
    }
}

/// A message as the API tells it, with where its files are.
fn with_files(message: &Message, paths: &[Option<String>]) -> ServiceResult<Value> {
    let mut value = serde_json::to_value(message).map_err(|error| ServiceError::Internal(error.into()))?;
    let attachments = value["attachments"].as_array_mut().into_iter().flatten();
    for (attachment, path) in attachments.zip(paths) {
        attachment["file"] = json!(path);
    }
    Ok(value)
}

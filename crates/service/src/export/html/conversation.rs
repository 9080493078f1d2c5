//! A conversation as it looks in the app, some thousand messages on a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use damso_domain::{AttachmentKind, MessageKind, UserId};
use damso_protocol::{Attachment, Message, Poll, ReplyTo, SystemNotice};

use super::formatted::formatted;
use super::{CLOSE, Escaped, Texts, mark, name, open};
use crate::content::percent_encode;

/// What people are called, by their ids.
type Names = BTreeMap<UserId, String>;

/// What somebody is called, who may be gone.
pub(super) fn shown_name<'a>(display_name: &'a str, texts: &Texts) -> &'a str {
    if display_name.is_empty() {
        texts.unknown
    } else {
        display_name
    }
}

/// A file that a message holds, and where it is in the archive; `None`: its bytes are not there.
pub(in crate::export) struct ShownFile<'a> {
    pub(in crate::export) attachment: &'a Attachment,
    pub(in crate::export) path: Option<&'a str>,
}

/// A page that is being written. What comes next is told apart from what was before: a new day, another author.
pub(in crate::export) struct ConversationPage {
    texts: &'static Texts,
    me: UserId,
    day: String,
    /// Whose messages follow each other.
    run: Option<UserId>,
    is_empty: bool,
}

impl ConversationPage {
    /// Begins a page: `number` from 1, of those in `folder`.
    pub(in crate::export) fn begin(
        texts: &'static Texts,
        me: UserId,
        title: &str,
        number: usize,
        older: Option<&str>,
    ) -> (Self, String) {
        let mut out = String::new();
        open(&mut out, texts, title, "../");
        let _ = write!(
            out,
            "<header class=\"head\"><div><a href=\"../index.html\">{}</a><h1>{}</h1>",
            texts.all_conversations,
            name(title)
        );
        if older.is_some() {
            let _ = write!(out, "<p>{}</p>", (texts.page)(number));
        }
        out.push_str("</div></header>\n<main>\n");
        if let Some(older) = older {
            let _ = writeln!(
                out,
                "<nav class=\"pages\"><a href=\"{}\">{}</a></nav>",
                Escaped(older),
                texts.older
            );
        }
        let page = Self {
            texts,
            me,
            day: String::new(),
            run: None,
            is_empty: true,
        };
        (page, out)
    }

    /// The next message.
    pub(in crate::export) fn message(
        &mut self,
        out: &mut String,
        message: &Message,
        files: &[ShownFile<'_>],
        names: &Names,
    ) {
        self.is_empty = false;
        let day = self.texts.day(message.created_at);
        if day != self.day {
            self.end_run(out);
            let _ = writeln!(out, "<h2 class=\"day\">{day}</h2>");
            self.day = day;
        }
        if message.kind == MessageKind::System {
            self.end_run(out);
            let _ = writeln!(out, "<p class=\"system\">{}</p>", self.notice(message, names));
            return;
        }
        if self.run != Some(message.author_id) {
            self.end_run(out);
            self.begin_run(out, message.author_id, names);
        }
        let _ = write!(out, "<div class=\"m\" id=\"m{}\">", message.seq.as_i64());
        if let Some(reply) = &message.reply_to {
            self.quote(out, reply, names);
        }
        if message.forwarded {
            let _ = writeln!(out, "<p class=\"forwarded\">{}</p>", self.texts.forwarded);
        }
        self.body(out, message, files);
        self.meta(out, message);
        reactions(out, message);
        out.push_str("</div>\n");
    }

    /// The end of the page; `newer` is the name of the next one.
    pub(in crate::export) fn end(mut self, newer: Option<&str>) -> String {
        let mut out = String::new();
        self.end_run(&mut out);
        if self.is_empty {
            let _ = writeln!(out, "<p class=\"system\">{}</p>", self.texts.no_messages);
        }
        if let Some(newer) = newer {
            let _ = writeln!(
                out,
                "<nav class=\"pages\"><span></span><a href=\"{}\">{}</a></nav>",
                Escaped(newer),
                self.texts.newer
            );
        }
        let _ = writeln!(
            out,
            "</main>\n<footer class=\"foot\">{}</footer>",
            self.texts.zone
        );
        out.push_str(CLOSE);
        out
    }

    fn begin_run(&mut self, out: &mut String, author: UserId, names: &Names) {
        self.run = Some(author);
        if author == self.me {
            out.push_str("<section class=\"run mine\"><div class=\"msgs\">\n");
            return;
        }
        let shown = self.name_of(author, names);
        let _ = writeln!(
            out,
            "<section class=\"run\">{}<p class=\"name\">{}</p><div class=\"msgs\">",
            mark(author.as_uuid(), shown, ""),
            name(shown)
        );
    }

    fn end_run(&mut self, out: &mut String) {
        if self.run.take().is_some() {
            out.push_str("</div></section>\n");
        }
    }

    fn name_of<'a>(&self, id: UserId, names: &'a Names) -> &'a str {
        shown_name(names.get(&id).map_or("", String::as_str), self.texts)
    }

    fn body(&self, out: &mut String, message: &Message, files: &[ShownFile<'_>]) {
        if message.deleted_at.is_some() {
            let _ = write!(out, "<div class=\"bubble gone\">{}</div>", self.texts.deleted);
            return;
        }
        for file in files {
            self.file(out, file);
        }
        if let Some(text) = &message.text {
            out.push_str("<div class=\"bubble\" dir=\"auto\">");
            formatted(out, text, &message.mention_spans);
            if let Some(poll) = &message.poll {
                self.poll(out, poll);
            }
            out.push_str("</div>");
        }
    }

    /// What could be chosen, by how many it was, and what I have chosen.
    fn poll(&self, out: &mut String, poll: &Poll) {
        out.push_str("<ul class=\"poll\">");
        for option in &poll.options {
            let is_mine = poll
                .my_options
                .iter()
                .flatten()
                .any(|mine| *mine == option.number);
            let mark = if is_mine { "✓ " } else { "" };
            let votes = (self.texts.votes)(option.votes);
            let _ = write!(
                out,
                "<li>{mark}{}<span>{votes}</span></li>",
                Escaped(&option.text)
            );
        }
        out.push_str("</ul>");
    }

    fn quote(&self, out: &mut String, reply: &ReplyTo, names: &Names) {
        let texts = self.texts;
        let said = match (&reply.excerpt, reply.attachment) {
            (Some(excerpt), _) => excerpt.as_str(),
            (None, Some(_)) => texts.quoted_file,
            (None, None) => texts.deleted,
        };
        let _ = write!(
            out,
            "<blockquote class=\"quote\" dir=\"auto\"><b>{}</b>{}</blockquote>",
            name(self.name_of(reply.author_id, names)),
            Escaped(said)
        );
    }

    fn file(&self, out: &mut String, file: &ShownFile<'_>) {
        let Attachment {
            file_name,
            size_bytes,
            kind,
            width,
            height,
            ..
        } = file.attachment;
        let Some(path) = file.path else {
            let _ = write!(
                out,
                "<div class=\"file\"><b>{}</b><span>{}</span></div>",
                name(file_name),
                self.texts.not_there
            );
            return;
        };
        let (link, shown) = (address(path), Escaped(file_name));
        let _ = match kind {
            AttachmentKind::Image => {
                let (width, height) = (width.unwrap_or_default(), height.unwrap_or_default());
                write!(
                    out,
                    "<a class=\"media\" href=\"{link}\"><img src=\"{link}\" alt=\"{shown}\" width=\"{width}\" \
                     height=\"{height}\" loading=\"lazy\"></a>"
                )
            }
            AttachmentKind::Video => write!(
                out,
                "<div class=\"media\"><video src=\"{link}\" title=\"{shown}\" controls preload=\"none\"></video></div>"
            ),
            AttachmentKind::Audio => write!(
                out,
                "<audio src=\"{link}\" title=\"{shown}\" controls preload=\"none\"></audio>"
            ),
            AttachmentKind::File => write!(
                out,
                "<a class=\"file\" href=\"{link}\" download><b>{}</b><span>{}</span></a>",
                name(file_name),
                size(*size_bytes)
            ),
        };
    }

    fn meta(&self, out: &mut String, message: &Message) {
        let (at, shown) = (message.created_at, self.texts.time(message.created_at));
        out.push_str("<span class=\"meta\">");
        if message.edited_at.is_some() && message.deleted_at.is_none() {
            let _ = write!(out, "{} · ", self.texts.edited);
        }
        let _ = write!(out, "<time datetime=\"{at}\">{shown}</time></span>");
    }

    fn notice(&self, message: &Message, names: &Names) -> String {
        let texts = self.texts;
        let shown = |id: UserId| name(self.name_of(id, names));
        let who = shown(message.author_id);
        match &message.system {
            Some(SystemNotice::GroupCreated) => (texts.group_created)(&who),
            Some(SystemNotice::MembersAdded { user_ids }) => {
                let whom: Vec<String> = user_ids.iter().map(|id| shown(*id)).collect();
                (texts.members_added)(&who, &whom.join(", "))
            }
            Some(SystemNotice::MemberRemoved { user_id }) => (texts.member_removed)(&who, &shown(*user_id)),
            Some(SystemNotice::MemberJoined) => (texts.member_joined)(&who),
            Some(SystemNotice::MemberLeft) => (texts.member_left)(&who),
            Some(SystemNotice::NameChanged { name: Some(to) }) => (texts.name_changed)(&who, &name(to)),
            Some(SystemNotice::NameChanged { name: None }) => (texts.name_removed)(&who),
            Some(SystemNotice::OwnerChanged { user_id }) => (texts.owner_changed)(&shown(*user_id)),
            Some(SystemNotice::NoticeSet) => (texts.notice_set)(&who),
            Some(SystemNotice::NoticeRemoved) => (texts.notice_removed)(&who),
            None => String::new(),
        }
    }
}

fn reactions(out: &mut String, message: &Message) {
    if message.reactions.is_empty() {
        return;
    }
    let mine = message.my_reactions.as_deref().unwrap_or_default();
    out.push_str("<div class=\"react\">");
    for kind in &message.reactions {
        let class = if mine.contains(&kind.emoji) {
            " class=\"me\""
        } else {
            ""
        };
        let _ = write!(out, "<span{class}>{} {}</span>", Escaped(&kind.emoji), kind.count);
    }
    out.push_str("</div>");
}

/// From a page to a file: folders as they are, and the name in letters that every browser takes.
fn address(path: &str) -> String {
    let parts: Vec<String> = path.split('/').map(percent_encode).collect();
    format!("../{}", parts.join("/"))
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
fn size(bytes: i64) -> String {
    match bytes {
        ..=999 => format!("{bytes} B"),
        1_000..=999_999 => format!("{:.1} KB", bytes as f64 / 1e3),
        1_000_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

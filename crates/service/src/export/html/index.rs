//! The first page: whose it is, and what there is.

use std::fmt::Write as _;

use damso_domain::{ConversationId, Timestamp};
use damso_protocol::{Me, User};

use super::{CLOSE, Escaped, Texts, mark, name, open};

/// A conversation in the list.
pub(in crate::export) struct IndexEntry {
    pub(in crate::export) id: ConversationId,
    pub(in crate::export) title: String,
    /// Where its first page is.
    pub(in crate::export) path: String,
    pub(in crate::export) messages: usize,
    /// When its last message was written.
    pub(in crate::export) last_at: Option<Timestamp>,
    pub(in crate::export) has_left: bool,
}

/// What the page shows besides the account.
pub(in crate::export) struct Contents {
    pub(in crate::export) conversations: Vec<IndexEntry>,
    /// The files with data beside it.
    pub(in crate::export) files: Vec<&'static str>,
}

/// The first page, on which friends are written while they are read.
pub(in crate::export) struct Index {
    texts: &'static Texts,
    friends: String,
}

impl Index {
    pub(in crate::export) const fn new(texts: &'static Texts) -> Self {
        Self {
            texts,
            friends: String::new(),
        }
    }

    pub(in crate::export) fn friend(&mut self, user: &User) {
        let shown = super::conversation::shown_name(&user.display_name, self.texts);
        let handle = user.handle.as_deref().unwrap_or_default();
        let _ = writeln!(
            self.friends,
            "<li><div>{}<b>{}</b><i>{}</i></div></li>",
            mark(user.id.as_uuid(), shown, ""),
            name(shown),
            Escaped(handle)
        );
    }

    /// The page; `avatar` is where the account's own picture is.
    pub(in crate::export) fn write(
        self,
        me: &Me,
        avatar: Option<&str>,
        mut contents: Contents,
        made_at: Timestamp,
    ) -> String {
        let Self { texts, friends } = self;
        let mut out = String::new();
        open(&mut out, texts, texts.title, "");
        let made = (texts.made)(&texts.day(made_at));
        let _ = write!(
            out,
            "<header class=\"head\"><div><h1>{}</h1><p>{made} {}</p></div></header>\n<main>\n",
            texts.title, texts.zone
        );
        let picture = match avatar {
            Some(path) => format!(r#"<div class="av l"><img src="{}" alt=""></div>"#, Escaped(path)),
            None => mark(me.id.as_uuid(), &me.display_name, " l"),
        };
        let _ = writeln!(
            out,
            "<div class=\"card\">{picture}<div><b>{}</b><span>@{}</span><span dir=\"auto\">{}</span></div></div>",
            name(&me.display_name),
            Escaped(&me.handle),
            Escaped(&me.status_message)
        );
        contents
            .conversations
            .sort_by_key(|entry| std::cmp::Reverse(entry.last_at));
        let _ = writeln!(
            out,
            "<h2 class=\"part\">{}</h2>\n<ul class=\"list\">",
            texts.conversations
        );
        for entry in &contents.conversations {
            write_entry(&mut out, texts, entry);
        }
        out.push_str("</ul>\n");
        if !friends.is_empty() {
            let _ = writeln!(
                out,
                "<h2 class=\"part\">{}</h2>\n<ul class=\"list\">\n{friends}</ul>",
                texts.friends
            );
        }
        let _ = writeln!(
            out,
            "<h2 class=\"part\">{}</h2>\n<ul class=\"files\">",
            texts.data
        );
        for path in contents.files {
            let _ = writeln!(out, "<li><a href=\"{path}\">{path}</a></li>");
        }
        out.push_str("</ul>\n</main>\n");
        out.push_str(CLOSE);
        out
    }
}

fn write_entry(out: &mut String, texts: &Texts, entry: &IndexEntry) {
    let mut facts = vec![(texts.messages)(entry.messages)];
    facts.extend(entry.last_at.map(|at| texts.day(at)));
    if entry.has_left {
        facts.push(texts.left.to_owned());
    }
    let _ = writeln!(
        out,
        "<li><a href=\"{}\">{}<b>{}</b><i>{}</i></a></li>",
        Escaped(&entry.path),
        mark(entry.id.as_uuid(), &entry.title, ""),
        name(&entry.title),
        facts.join(" · ")
    );
}

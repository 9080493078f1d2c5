//! What messages quote of the ones they answer, kept as those are now.

use damso_domain::{Rev, Seq, UserId, excerpt};
use damso_protocol::{Message, ReplyTo};

/// What happened to a message that others may answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change<'a> {
    /// It was stored, or its text changed.
    Stored(&'a Message),
    /// It is gone for everyone.
    Deleted { seq: Seq, rev: Rev },
    /// So is everything somebody wrote.
    Erased { author: UserId, rev: Rev },
    /// I do not see it any more.
    Hidden(Seq),
}

/// The message as it quotes after a change; `None` when it quotes as before.
pub(crate) fn requoted(message: &Message, change: Change<'_>) -> Option<Message> {
    let known = message.reply_to.as_ref()?;
    let emptied = |rev| ReplyTo {
        rev,
        excerpt: None,
        attachment: None,
        ..known.clone()
    };
    let reply_to = match change {
        Change::Stored(quoted) if quoted.seq == known.seq && known.rev < quoted.rev => Some(quote(quoted)),
        Change::Deleted { seq, rev } if seq == known.seq && known.rev < rev => Some(emptied(rev)),
        Change::Erased { author, rev } if author == known.author_id && known.rev < rev => Some(emptied(rev)),
        Change::Hidden(seq) if seq == known.seq => None,
        Change::Stored(_) | Change::Deleted { .. } | Change::Erased { .. } | Change::Hidden(_) => {
            return None;
        }
    };
    Some(Message {
        reply_to,
        ..message.clone()
    })
}

/// What an answer to this message quotes of it.
pub fn quote(message: &Message) -> ReplyTo {
    ReplyTo {
        seq: message.seq,
        rev: message.rev,
        author_id: message.author_id,
        excerpt: message.text.as_deref().map(excerpt),
        attachment: message.attachments.first().map(|attachment| attachment.kind),
    }
}

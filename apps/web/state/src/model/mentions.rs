//! Where I am mentioned.

use damso_domain::{ConversationId, ConversationKind, MessageKind, NameQuery, Rev, Seq, UserId};
use damso_protocol::{Message, User};

use super::Model;
use crate::Effects;
use crate::count::Counts;
use crate::mentioning::Candidate;

/// As many people are offered at once.
const MOST_OFFERED: usize = 20;

impl Model {
    /// Whether a message mentions me and calls me by it: not by somebody whom I block.
    pub fn counts_as_mention(&self, message: &Message) -> bool {
        message.kind != MessageKind::System
            && message.deleted_at.is_none()
            && message.mentions_user(self.me)
            && !self.people.is_blocked(message.author_id)
    }

    /// Whom an `@` with these letters after it may mean: members of a group by any of their names, first those who spoke
    /// last; then everybody, whom admins call by one of these names.
    pub fn mention_candidates(&self, id: ConversationId, typed: &str, everybody: &[&str]) -> Vec<Candidate> {
        let chat = self.chats.get(id);
        let Some(chat) = chat.filter(|chat| chat.conversation.kind == ConversationKind::Group) else {
            return Vec::new();
        };
        let query = NameQuery::new(typed);
        let others = chat.members().iter().filter(|member| member.user_id != self.me);
        let others = others.filter_map(|member| self.people.user(member.user_id));
        let mut found: Vec<&User> = others
            .filter(|user| !user.is_deleted && self.people.is_found(user, &query))
            .collect();
        let speakers = self.last_speakers(id);
        found.sort_by_cached_key(|user| {
            let place = speakers.iter().position(|speaker| *speaker == user.id);
            (place.unwrap_or(usize::MAX), self.people.name(user).to_owned())
        });
        found.truncate(MOST_OFFERED);
        let mut candidates: Vec<Candidate> = found
            .into_iter()
            .map(|user| Candidate {
                user_id: Some(user.id),
                name: user.display_name.clone(),
            })
            .collect();
        let names = everybody.iter().filter(|name| query.finds(name));
        if chat.conversation.membership.role.can_mention_all() && 0 < names.count() {
            candidates.extend(everybody.first().map(|name| Candidate {
                user_id: None,
                name: (*name).to_owned(),
            }));
        }
        candidates
    }

    /// Who has said something of what is loaded, the last one first.
    fn last_speakers(&self, id: ConversationId) -> Vec<UserId> {
        let mut speakers = Vec::new();
        for message in self
            .timelines
            .get(&id)
            .into_iter()
            .flat_map(|it| it.messages().rev())
        {
            if !speakers.contains(&message.author_id) {
                speakers.push(message.author_id);
            }
        }
        speakers
    }

    /// The message as it was before a change, if that is known: a page may have brought it as it became by that.
    pub(super) fn message_before(&self, id: ConversationId, seq: Seq, rev: Rev) -> Option<&Message> {
        let loaded = self.timelines.get(&id).and_then(|timeline| timeline.get(seq));
        loaded.map(AsRef::as_ref).filter(|known| known.rev < rev)
    }

    /// A message that was changed may mention me now, or not any more. Nobody is called by that; it is counted.
    pub(super) fn count_edit(&mut self, message: &Message, effects: &mut Effects) {
        if !self.is_news(message) {
            return;
        }
        let is_mention = self.counts_as_mention(message);
        let before = self.message_before(message.conversation_id, message.seq, message.rev);
        let was_mention = before.map(|before| self.counts_as_mention(before));
        let Some(chat) = self.chats.get_mut(message.conversation_id) else {
            return;
        };
        match was_mention {
            Some(was_mention) => {
                let change = Counts {
                    unread: 0,
                    mentions: i64::from(is_mention) - i64::from(was_mention),
                };
                if change != Counts::default() {
                    chat.count(message.rev, message.seq, change);
                }
            }
            // Where nothing mentions me before and after, nothing has changed.
            None if is_mention || 0 < chat.conversation.mention_count => {
                chat.count.forget_before(message.rev);
                if chat.conversation.membership.read_seq < message.seq {
                    effects.stale.insert(message.conversation_id);
                }
            }
            None => (),
        }
    }

    /// I block somebody since this change of my own stream, or not any more: what counts in groups is another question.
    pub(super) fn recount_mentions(&mut self, user_rev: Rev, effects: &mut Effects) {
        let stale = self.chats.recount_mentions(user_rev);
        effects.chats |= !stale.is_empty();
        effects.stale.extend(stale);
    }
}

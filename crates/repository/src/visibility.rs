//! Who may see which message: one rule, one piece of SQL.

/// True for the messages `m` of conversation `c` that the member `me` may see.
///
/// A statement that uses it joins `members me` (with `me.left_rev IS NULL`), `conversations c` and
/// `messages m` under exactly these names. Being a member is the join; this is the rest of the rule: written
/// after they joined or the history is open, not withheld from them, not hidden by them.
macro_rules! visible {
    () => {
        "(c.history = 'all' OR m.seq > me.joined_seq) \
         AND (m.withheld_for IS NULL OR NOT me.user_id = ANY (m.withheld_for)) \
         AND NOT EXISTS (SELECT FROM hidden_messages h \
             WHERE h.user_id = me.user_id AND h.conversation_id = m.conversation_id AND h.seq = m.seq)"
    };
}
pub(crate) use visible;

/// True for the messages `m` that count as unread for `me` when they come after the pointer: visible, of
/// others, by people, not deleted.
macro_rules! counts_as_unread {
    () => {
        concat!(
            "m.author_id <> me.user_id AND m.kind <> 'system' AND m.deleted_at IS NULL AND ",
            $crate::visibility::visible!()
        )
    };
}
pub(crate) use counts_as_unread;

/// True for the messages `m` that count as unread for `me` and mention them, by name or with everybody, by somebody whom
/// they do not block. Few messages mention anybody, and an index knows those.
macro_rules! counts_as_mention {
    () => {
        concat!(
            "m.mentions IS NOT NULL \
             AND (m.mentions @> jsonb_build_array(jsonb_build_object('user_id', me.user_id)) \
                 OR m.mentions @> '[{\"user_id\": null}]') \
             AND NOT EXISTS (SELECT FROM blocks b WHERE b.user_id = me.user_id AND b.blocked_id = m.author_id) AND ",
            $crate::visibility::counts_as_unread!()
        )
    };
}
pub(crate) use counts_as_mention;

/// True for the messages `m` that bring a conversation back which `me` has put away: later ones by other people that are
/// not withheld from them. What was deleted or hidden since has brought it back all the same, so that every device,
/// whatever it has seen when, says the same.
macro_rules! brings_back {
    () => {
        "m.seq > me.archived_seq AND m.author_id <> me.user_id AND m.kind <> 'system' \
         AND (m.withheld_for IS NULL OR NOT me.user_id = ANY (m.withheld_for))"
    };
}
pub(crate) use brings_back;

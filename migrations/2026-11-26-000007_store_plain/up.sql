-- Another number after each change of who is in the conversation, and of whether sending to it takes more than storing:
-- when one of two takes it off their list, blocks the other one or does not any more, or deletes the account. Whoever
-- knows the members as of this number need not look at them again.
--
-- members_rev, the number of a change that not all of these have, and the function store_batch are used no more. They
-- stay for a server of the version before.
ALTER TABLE conversations ADD COLUMN members_version bigint NOT NULL DEFAULT 0;

-- Numbers and stores messages of text, and says for each, in their order, what became of it. All of it is one
-- statement for whoever calls it: one way to the database and back for a whole batch, and no open transaction between.
--
-- It is volatile, so that each statement in it has a snapshot of its own: what the second one reads is newer than the
-- locks of the first, and cannot change before the commit.
--
-- Conversations are locked in the order of their ids. Those that somebody else has locked are left out ('busy'), or
-- waited for if the caller is patient; what does not exist is busy as well. 'special': not stored, because it is missing
-- from somebody's list, or of its two members one has deleted the account, or the author blocks the other one. Whoever
-- blocks the author hears nothing of it, so that it does not come back into their list either.
--
-- list_versions: for each message, which list of its conversation's members is at hand, NULL if none is. Where it is
-- another one than that of now, the first message of the conversation that is stored, or was known before, brings the
-- members, those of two who block the other one, and whether sending to it takes no more than storing ('is_plain').
--
-- Everything is found by its key. The settings see to it, whatever PostgreSQL knows of the tables: a plan that was made
-- when they were nearly empty walks through all of them, and it is kept until they are analysed.
CREATE FUNCTION store_any(
    is_patient boolean,
    to_lock uuid[], -- each conversation once
    conversation_ids uuid[],
    author_ids uuid[],
    client_keys uuid[],
    message_ids uuid[],
    texts text[],
    times timestamptz[],
    list_versions bigint[]
) RETURNS TABLE (
    outcome text,
    seq bigint,
    rev bigint,
    members_version bigint,
    withheld_for uuid[],
    member_ids uuid[],
    blocking uuid[],
    is_plain boolean
)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    locked uuid[];
    all_locked boolean;
BEGIN
    IF is_patient THEN
        SELECT array_agg(id) INTO locked FROM (
            SELECT id FROM conversations WHERE id = ANY (to_lock) ORDER BY id FOR NO KEY UPDATE
        ) c;
    ELSE
        SELECT array_agg(id) INTO locked FROM (
            SELECT id FROM conversations WHERE id = ANY (to_lock) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        ) c;
    END IF;
    all_locked := cardinality(locked) = cardinality(to_lock);

    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT *
        FROM unnest(conversation_ids, author_ids, client_keys, message_ids, texts, times, list_versions) WITH ORDINALITY
            AS i (conversation_id, author_id, client_key, id, text, created_at, list_version, ord)
    ), judged AS MATERIALIZED (
        SELECT i.*, c.last_seq, c.rev, c.members_version, known.seq AS known_seq,
            CASE
                WHEN c.id IS NULL THEN 'busy'
                WHEN known.seq IS NOT NULL THEN 'known'
                WHEN NOT coalesce(me.is_in, false) THEN 'outsider'
                WHEN two.is_special OR i.author_id = ANY (two.blocking) THEN 'special'
                ELSE 'stored'
            END AS outcome,
            CASE WHEN known.seq IS NULL THEN two.blocking ELSE known.withheld_for END AS withheld_for,
            two.blocking,
            NOT coalesce(two.is_special, false) AS is_plain
        FROM input i
        LEFT JOIN conversations c ON c.id = i.conversation_id AND (all_locked OR i.conversation_id = ANY (locked))
        LEFT JOIN LATERAL (
            SELECT m.left_rev IS NULL AS is_in FROM members m
            WHERE m.conversation_id = i.conversation_id AND m.user_id = i.author_id
            LIMIT 1
        ) me ON true
        LEFT JOIN LATERAL (
            SELECT bool_or(
                    NOT m.is_listed AND NOT m.is_blocking
                    OR (SELECT u.deleted_at FROM users u WHERE u.id = m.user_id) IS NOT NULL
                ) AS is_special,
                array_agg(m.user_id) FILTER (WHERE m.is_blocking) AS blocking
            FROM members m
            WHERE c.kind <> 'group' AND m.conversation_id = c.id
        ) two ON true
        LEFT JOIN LATERAL (
            SELECT k.seq, k.withheld_for FROM messages k
            WHERE k.author_id = i.author_id AND k.client_key = i.client_key
                AND k.conversation_id IS NOT DISTINCT FROM i.conversation_id
            LIMIT 1
        ) known ON true
    ), numbered AS MATERIALIZED (
        SELECT *,
            row_number() OVER (PARTITION BY conversation_id, outcome ORDER BY ord) AS n,
            row_number() OVER (PARTITION BY conversation_id, outcome IN ('stored', 'known') ORDER BY ord) AS told
        FROM judged
    ), stored AS (
        INSERT INTO messages
            (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at, withheld_for)
        SELECT
            conversation_id, last_seq + n, id, rev + n, author_id, client_key, 'user', text, created_at, withheld_for
        FROM numbered WHERE outcome = 'stored'
    ), saved AS (
        UPDATE conversations c SET last_seq = c.last_seq + f.n, rev = c.rev + f.n
        FROM (SELECT conversation_id, max(n) AS n FROM numbered WHERE outcome = 'stored' GROUP BY conversation_id) f
        WHERE c.id = f.conversation_id
    )
    SELECT j.outcome,
        coalesce(j.known_seq, j.last_seq + j.n),
        j.rev + j.n,
        j.members_version,
        j.withheld_for,
        CASE WHEN j.told = 1 AND j.outcome IN ('stored', 'known')
            AND j.list_version IS DISTINCT FROM j.members_version THEN
            ARRAY(SELECT m.user_id FROM members m WHERE m.conversation_id = j.conversation_id AND m.left_rev IS NULL)
        END,
        j.blocking,
        j.is_plain
    FROM numbered j
    ORDER BY j.ord;
END
$$;

-- The short way for what is most of all messages: their conversations' members are at hand, the author is one of them
-- and blocks nobody, and sending takes no more than storing. Tells the conversations in which all of the messages were
-- stored, by their places in 'ids', with their numbers before. The others are left as they are: their members have
-- changed, somebody else has them locked, or one of the keys is known. They take the long way.
--
-- ids: each conversation once, in the order in which all of them are locked; versions: which members are at hand;
-- counts: how many messages. slots and nths: for each message its conversation's place in 'ids', and which of its
-- messages it is; both from 1. blocking: who must never see it.
--
-- The snapshot is older than the locks. What is read of a conversation is that of its lock all the same, as LockRows
-- and UPDATE look at the newest row. A key that was stored by somebody else in between breaks the unique index, and
-- nothing is stored.
--
-- LIMIT and ANY (ARRAY[...]) leave no other plan than looking a row up by its key, however few there are when it is
-- made.
CREATE FUNCTION store_plain(
    ids uuid[],
    versions bigint[],
    counts bigint[],
    slots bigint[],
    nths bigint[],
    author_ids uuid[],
    client_keys uuid[],
    message_ids uuid[],
    texts text[],
    times timestamptz[],
    blocking uuid[]
) RETURNS TABLE (slot bigint, last_seq bigint, rev bigint)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT *, ids[slot] AS conversation_id
        FROM unnest(slots, nths, author_ids, client_keys, message_ids, texts, times, blocking)
            AS i (slot, nth, author_id, client_key, id, text, created_at, blocking)
    ), known AS MATERIALIZED (
        SELECT array_agg(i.slot) AS slots FROM input i
        WHERE (
            SELECT true FROM messages k
            WHERE k.author_id = i.author_id AND k.client_key = i.client_key
                AND k.conversation_id IS NOT DISTINCT FROM i.conversation_id
            LIMIT 1
        )
    ), locked AS MATERIALIZED (
        SELECT s.slot, s.count, c.*
        FROM unnest(ids, versions, counts) WITH ORDINALITY AS s (id, version, count, slot),
            LATERAL (
                SELECT l.id, l.last_seq, l.rev FROM conversations l
                WHERE l.id = s.id AND l.members_version = s.version
                FOR NO KEY UPDATE SKIP LOCKED
            ) c
        WHERE s.slot <> ALL (coalesce((SELECT slots FROM known), '{}'))
    ), stored AS (
        INSERT INTO messages
            (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at, withheld_for)
        SELECT
            i.conversation_id, l.last_seq + i.nth, i.id, l.rev + i.nth, i.author_id, i.client_key, 'user', i.text,
            i.created_at, CASE WHEN i.blocking IS NOT NULL THEN ARRAY[i.blocking] END
        FROM input i JOIN locked l ON l.slot = i.slot
    ), saved AS (
        UPDATE conversations c SET last_seq = c.last_seq + l.count, rev = c.rev + l.count
        FROM locked l
        WHERE c.id = ANY (ARRAY[l.id])
    )
    SELECT l.slot, l.last_seq, l.rev FROM locked l;
END
$$;

-- Numbers and stores messages of text, and says for each, in their order, what became of it. All of it is one
-- statement for whoever calls it: one way to the database and back for a whole batch, and no open transaction between.
--
-- It is volatile, so that each statement in it has a snapshot of its own: what the second one reads is newer than the
-- locks of the first, and cannot change before the commit.
--
-- Conversations are locked in the order of their ids. Those that somebody else has locked are left out ('busy'), or
-- waited for if the caller is patient; what does not exist is busy as well. 'special': not stored, because it is missing
-- from somebody's list, or of its two members one has deleted the account.
--
-- list_revs: for each message, which list of its conversation's members is at hand, NULL if none is. Where it is another
-- one than that of now, the first message of the conversation that is stored, or was known before, brings the members.
--
-- Found by keys, whatever PostgreSQL knows of the tables, hence the generic plan: one made for the values of each of
-- the first calls takes milliseconds.
CREATE FUNCTION store_batch(
    is_patient boolean,
    conversation_ids uuid[],
    author_ids uuid[],
    client_keys uuid[],
    message_ids uuid[],
    texts text[],
    times timestamptz[],
    list_revs bigint[]
) RETURNS TABLE (outcome text, seq bigint, rev bigint, members_rev bigint, member_ids uuid[])
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    locked uuid[];
BEGIN
    IF is_patient THEN
        SELECT array_agg(id) INTO locked FROM (
            SELECT id FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR NO KEY UPDATE
        ) c;
    ELSE
        SELECT array_agg(id) INTO locked FROM (
            SELECT id FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        ) c;
    END IF;

    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT *
        FROM unnest(conversation_ids, author_ids, client_keys, message_ids, texts, times, list_revs) WITH ORDINALITY
            AS i (conversation_id, author_id, client_key, id, text, created_at, list_rev, ord)
    ), place AS MATERIALIZED (
        SELECT c.id, c.last_seq, c.rev, c.members_rev, coalesce(two.is_special, false) AS is_special
        FROM conversations c
        LEFT JOIN LATERAL (
            SELECT bool_or(NOT m.is_listed OR u.deleted_at IS NOT NULL) AS is_special
            FROM members m JOIN users u ON u.id = m.user_id
            WHERE c.kind <> 'group' AND m.conversation_id = c.id
        ) two ON true
        WHERE c.id = ANY (locked)
    ), judged AS MATERIALIZED (
        SELECT i.*, p.last_seq, p.rev, p.members_rev, known.seq AS known_seq,
            CASE
                WHEN p.id IS NULL THEN 'busy'
                WHEN known.seq IS NOT NULL THEN 'known'
                WHEN me.user_id IS NULL OR me.left_rev IS NOT NULL THEN 'outsider'
                WHEN p.is_special THEN 'special'
                ELSE 'stored'
            END AS outcome
        FROM input i
        LEFT JOIN place p ON p.id = i.conversation_id
        LEFT JOIN members me ON me.conversation_id = i.conversation_id AND me.user_id = i.author_id
        LEFT JOIN messages known ON known.conversation_id = i.conversation_id AND known.author_id = i.author_id
            AND known.client_key = i.client_key
    ), numbered AS MATERIALIZED (
        SELECT *,
            row_number() OVER (PARTITION BY conversation_id, outcome ORDER BY ord) AS n,
            row_number() OVER (PARTITION BY conversation_id, outcome IN ('stored', 'known') ORDER BY ord) AS told
        FROM judged
    ), stored AS (
        INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at)
        SELECT conversation_id, last_seq + n, id, rev + n, author_id, client_key, 'user', text, created_at
        FROM numbered WHERE outcome = 'stored'
    ), saved AS (
        UPDATE conversations c SET last_seq = c.last_seq + f.n, rev = c.rev + f.n
        FROM (SELECT conversation_id, max(n) AS n FROM numbered WHERE outcome = 'stored' GROUP BY conversation_id) f
        WHERE c.id = f.conversation_id
    )
    SELECT j.outcome,
        coalesce(j.known_seq, j.last_seq + j.n),
        j.rev + j.n,
        j.members_rev,
        CASE WHEN j.told = 1 AND j.outcome IN ('stored', 'known') AND j.list_rev IS DISTINCT FROM j.members_rev THEN
            ARRAY(SELECT m.user_id FROM members m WHERE m.conversation_id = j.conversation_id AND m.left_rev IS NULL)
        END
    FROM numbered j
    ORDER BY j.ord;
END
$$;

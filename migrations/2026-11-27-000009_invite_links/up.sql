-- Links that people hand out: to become their friend, or to come into a group. Not the invitations of the operator, who
-- lets people make an account (`invites`).
CREATE TABLE invite_links (
    id              uuid PRIMARY KEY,
    -- SHA-256 of the code, by which it is found. The code itself is derived from the id with a key of the server, so that
    -- it can be shown again, and a copy of the database opens nothing.
    hash            bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    maker_id        uuid NOT NULL REFERENCES users (id),
    -- Where it leads; NULL: to a friendship with its maker.
    conversation_id uuid REFERENCES conversations (id),
    -- NULL: as many as there is room for.
    max_uses        integer CHECK (max_uses > 0),
    -- Counted by the transaction in which somebody comes, so that the last use is one person's.
    uses            integer NOT NULL DEFAULT 0 CHECK (uses >= 0 AND (max_uses IS NULL OR uses <= max_uses)),
    created_at      timestamptz NOT NULL,
    -- NULL: good until it is taken back.
    expires_at      timestamptz,
    -- Whoever befriends by a link is one person, and soon.
    CHECK (conversation_id IS NOT NULL OR (max_uses = 1 AND expires_at IS NOT NULL))
);
CREATE INDEX invite_links_by_maker ON invite_links (maker_id, id);
CREATE INDEX invite_links_by_conversation ON invite_links (conversation_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX invite_links_by_end ON invite_links (expires_at) WHERE expires_at IS NOT NULL;

-- Of somebody who is in the conversation no more: whether others took them out. They cannot come back by a link.
ALTER TABLE members ADD COLUMN is_removed boolean NOT NULL DEFAULT false;

-- Who was removed before this stands in what the group said of it, which is the next change after their leaving.
UPDATE members
SET is_removed = true
FROM messages
WHERE members.left_rev IS NOT NULL
  AND messages.conversation_id = members.conversation_id
  AND messages.rev = members.left_rev + 1
  AND messages.system ->> 'type' = 'member_removed';

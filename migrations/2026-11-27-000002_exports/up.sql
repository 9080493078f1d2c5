-- Copies of everything that is somebody's. The rows are the queue: a copy takes minutes, which is longer than a job may
-- keep others waiting, so it is taken up by being claimed for a while, and not by being locked.
CREATE TABLE exports (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id),
    state      text NOT NULL CHECK (state IN ('waiting', 'running', 'ready', 'failed', 'expired')),
    -- How many messages and files are in it, and how many there will be.
    done       bigint NOT NULL,
    total      bigint NOT NULL,
    -- Of the archive.
    size_bytes bigint,
    -- Where the archive is, or where whoever has claimed it will put it: written before the first byte is, so that no
    -- object is ever without a row.
    object_key text,
    -- Another one each time somebody takes it up: who has lost it to somebody else changes nothing any more.
    claim      uuid,
    -- From when on it may be taken up: at once, later after a failed attempt, and while it is running when whoever has
    -- claimed it has not been heard of for so long.
    due_at     timestamptz NOT NULL,
    -- How often it was taken up.
    attempts   integer NOT NULL,
    created_at timestamptz NOT NULL,
    -- When the archive goes; set once it is there.
    expires_at timestamptz,
    CHECK (state <> 'ready' OR (size_bytes IS NOT NULL AND object_key IS NOT NULL AND expires_at IS NOT NULL)),
    CHECK ((state = 'running') = (claim IS NOT NULL))
);
CREATE INDEX exports_by_user ON exports (user_id, id);
-- One at a time.
CREATE UNIQUE INDEX exports_under_way ON exports (user_id) WHERE state IN ('waiting', 'running');
CREATE INDEX exports_by_due ON exports (due_at) WHERE state IN ('waiting', 'running');
CREATE INDEX exports_by_end ON exports (expires_at) WHERE state = 'ready';

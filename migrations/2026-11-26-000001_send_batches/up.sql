-- The conversation's rev at which its members last changed: names a list of members, so that a server which keeps
-- one knows under the lock whether it is still the right one.
ALTER TABLE conversations ADD COLUMN members_rev bigint NOT NULL DEFAULT 0;
UPDATE conversations SET members_rev = rev;

-- Asked with each message: is the conversation missing from somebody's list?
CREATE INDEX members_unlisted ON members (conversation_id) WHERE left_rev IS NULL AND NOT is_listed;

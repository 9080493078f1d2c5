DROP FUNCTION store_plain;
DROP FUNCTION store_any;
ALTER TABLE conversations DROP COLUMN members_version;

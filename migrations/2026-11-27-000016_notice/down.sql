ALTER TABLE conversations DROP COLUMN notice_seq;

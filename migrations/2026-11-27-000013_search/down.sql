DROP TABLE message_search_progress;
DROP TABLE message_search;

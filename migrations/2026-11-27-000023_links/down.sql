DROP INDEX messages_links;

-- Archives that are there stay in the storage: nothing knows them any more.
DROP TABLE exports;

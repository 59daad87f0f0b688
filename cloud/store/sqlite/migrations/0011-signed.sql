-- The region's database, version 11: 1 when every row has its checksum. From then on a row without one is damaged.
ALTER TABLE progress ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;

-- Each row has a checksum over its key and its values (row-checksum.ts). NULL: an earlier version wrote the row; it is believed
-- until it is written again. Journal rows have one since the first version, and the bytes of a batch have their hash.
ALTER TABLE meta ADD COLUMN crc INTEGER;
ALTER TABLE series ADD COLUMN crc INTEGER;
ALTER TABLE delivery ADD COLUMN crc INTEGER;
ALTER TABLE window_state ADD COLUMN crc INTEGER;
ALTER TABLE stream ADD COLUMN crc INTEGER;
ALTER TABLE batch ADD COLUMN crc INTEGER;
ALTER TABLE dead_letter ADD COLUMN crc INTEGER;
ALTER TABLE ledger ADD COLUMN crc INTEGER;
ALTER TABLE decoder_memory ADD COLUMN crc INTEGER;
ALTER TABLE boot ADD COLUMN crc INTEGER;
ALTER TABLE held_message ADD COLUMN crc INTEGER;

-- What the disk damaged: the newest entries, for people. The ledger has the counts.
CREATE TABLE damaged_row (
  id       INTEGER PRIMARY KEY,
  found_ms INTEGER NOT NULL,
  -- The table, and the key of the row in it.
  place    TEXT NOT NULL,
  key      TEXT NOT NULL,
  reason   TEXT NOT NULL,
  -- How many were lost, of what: reading, held_message, dead_letter or nothing.
  lost     INTEGER NOT NULL,
  of       TEXT NOT NULL,
  -- The beginning of the damaged bytes; NULL: there are none.
  bytes    BLOB
) STRICT;

-- Batches that were sealed and cannot be sent, because the disk damaged them. Regions are told not to wait for them.
CREATE TABLE voided_batch (
  stream_id TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  readings  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq)
) STRICT, WITHOUT ROWID;

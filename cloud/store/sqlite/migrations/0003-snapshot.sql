-- The region's database, version 3: batches whose bytes are gone stay known, so that their rows can be handed to a region
-- that has to begin anew, and so that a second batch under their number is still seen to be a fork.

-- The counts of the batch, as JSON (cloud/store/sqlite/stored-counts.ts). The counters of a stream are the sums of these. Null
-- in rows of version 2, where the bytes tell. Pruned bytes are empty.
ALTER TABLE batch ADD COLUMN counts TEXT;

DROP INDEX batch_received;
CREATE INDEX batch_with_bytes ON batch (received_ms) WHERE length(bytes) > 0;

-- The set of a snapshot that is being taken over: what the giver held, without bytes, when it began to read its rows. It
-- becomes part of ours when all the rows have come.
CREATE TABLE snapshot_batch (
  stream_id BLOB NOT NULL CHECK (length(stream_id) = 16),
  gateway   TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  counts    TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq, sha256)
) STRICT, WITHOUT ROWID;

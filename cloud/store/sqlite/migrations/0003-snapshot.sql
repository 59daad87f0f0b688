-- The region's database, version 3: the region keeps hashes and counts of batches whose bytes are pruned. So it can send their
-- rows to a region that starts empty, and it still detects a fork when a second batch arrives under their number.

-- The counts of the batch, as JSON (cloud/store/sqlite/stored-counts.ts). The counters of a stream are the sums of these. Null in
-- rows of version 2, where the counts are computed from the bytes. Pruned bytes are empty.
ALTER TABLE batch ADD COLUMN counts TEXT;

DROP INDEX batch_received;
CREATE INDEX batch_with_bytes ON batch (received_ms) WHERE length(bytes) > 0;

-- The set of a snapshot that is being received: the batches without bytes that the sender held when it began to read its rows. It
-- becomes part of this region's set when all the rows have arrived.
CREATE TABLE snapshot_batch (
  stream_id BLOB NOT NULL CHECK (length(stream_id) = 16),
  gateway   TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  counts    TEXT NOT NULL,
  PRIMARY KEY (stream_id, seq, sha256)
) STRICT, WITHOUT ROWID;

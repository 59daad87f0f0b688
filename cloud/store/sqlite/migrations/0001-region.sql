-- The region's database, version 1.
--
-- The rows of all tables below `batch` are a pure function of the set of batches. Two regions with the same batches have the same
-- rows, whatever the order and number of deliveries. Integer ids of streams and series are local to this file and never leave it.

-- The identity of this store. One row.
CREATE TABLE identity (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  store_id BLOB NOT NULL CHECK (length(store_id) = 16)
) STRICT;

-- One gateway process life. `prefix` and `islands` are the set of batches held: 1..prefix, and the ranges
-- first, last, first, last... above it (JSON). A batch stays in the set when its bytes are pruned.
CREATE TABLE stream (
  id               INTEGER PRIMARY KEY,
  stream_id        BLOB NOT NULL UNIQUE CHECK (length(stream_id) = 16),
  gateway          TEXT NOT NULL,
  prefix           INTEGER NOT NULL DEFAULT 0,
  islands          TEXT NOT NULL DEFAULT '[]',
  readings         INTEGER NOT NULL DEFAULT 0,
  redelivered      INTEGER NOT NULL DEFAULT 0,
  records          INTEGER NOT NULL DEFAULT 0,
  raw_readings     INTEGER NOT NULL DEFAULT 0,
  last_received_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX stream_gateway ON stream (gateway, stream_id);

-- The bytes as they came. Two rows with one (stream, seq) are a fork. `applied` is 0 while this software cannot read the format:
-- the batch is held and acknowledged, and a version that can read it applies it.
CREATE TABLE batch (
  stream      INTEGER NOT NULL REFERENCES stream (id),
  seq         INTEGER NOT NULL,
  hash48      INTEGER NOT NULL,
  sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
  applied     INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  bytes       BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX batch_id ON batch (stream, seq, hash48);
CREATE INDEX batch_received ON batch (received_ms);
CREATE INDEX batch_unapplied ON batch (stream, seq) WHERE applied = 0;

-- The gateway's counts of dead letters and discards, summed over the batches of a stream. kind: dead_letter, discard.
CREATE TABLE ledger (
  stream INTEGER NOT NULL REFERENCES stream (id),
  kind   TEXT NOT NULL,
  reason TEXT NOT NULL,
  count  INTEGER NOT NULL,
  PRIMARY KEY (stream, kind, reason)
) STRICT, WITHOUT ROWID;

-- Ranges of batches that the gateway discarded. They are not part of the set, because another region may hold them.
CREATE TABLE void (
  stream   INTEGER NOT NULL REFERENCES stream (id),
  first    INTEGER NOT NULL,
  last     INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (stream, first, last)
) STRICT, WITHOUT ROWID;

-- `raw_span_ms` is the largest max_ms - min_ms of all raw blocks of the series. A block that covers a time begins at most this
-- long before it.
CREATE TABLE series (
  id          INTEGER PRIMARY KEY,
  device      TEXT NOT NULL,
  metric      TEXT NOT NULL,
  raw_span_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX series_name ON series (device, metric);
CREATE INDEX series_metric ON series (metric, device);

-- One row per slot: the row with the highest (ver, hash48, revision) that arrived. hash48 is the first 48 bits of the
-- batch's SHA-256 and differs for one ver only in a fork.
-- NaN is NULL (the mean of readings whose sum is too large for a double).
-- Values: REAL a number, TEXT a text, BLOB x'00' false, x'01' true, x'02' followed by the digits of a big integer.
CREATE TABLE record (
  series          INTEGER NOT NULL REFERENCES series (id),
  window_ms       INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  stream          INTEGER NOT NULL REFERENCES stream (id),
  part            INTEGER NOT NULL,
  ver             INTEGER NOT NULL,
  hash48          INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  carry           BLOB,
  unit            TEXT,
  count           INTEGER NOT NULL,
  numeric_count   INTEGER NOT NULL,
  sum             REAL,
  min             REAL,
  max             REAL,
  mean            REAL,
  m2              REAL,
  first_ms        INTEGER NOT NULL,
  first           ANY,
  last_ms         INTEGER NOT NULL,
  last            ANY,
  coverage        INTEGER NOT NULL,
  sketch          BLOB,
  PRIMARY KEY (series, window_ms, window_start_ms, stream, part)
) STRICT, WITHOUT ROWID;

-- Every row that a higher one of the same slot replaced, or that arrived after a higher one. `record` and this table together
-- hold all rows that the batches carried.
CREATE TABLE revision_log (
  series          INTEGER NOT NULL REFERENCES series (id),
  window_ms       INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  stream          INTEGER NOT NULL REFERENCES stream (id),
  part            INTEGER NOT NULL,
  ver             INTEGER NOT NULL,
  hash48          INTEGER NOT NULL,
  revision        INTEGER NOT NULL,
  carry           BLOB,
  unit            TEXT,
  count           INTEGER NOT NULL,
  numeric_count   INTEGER NOT NULL,
  sum             REAL,
  min             REAL,
  max             REAL,
  mean            REAL,
  m2              REAL,
  first_ms        INTEGER NOT NULL,
  first           ANY,
  last_ms         INTEGER NOT NULL,
  last            ANY,
  coverage        INTEGER NOT NULL,
  sketch          BLOB,
  PRIMARY KEY (series, window_ms, window_start_ms, stream, part, ver, hash48, revision)
) STRICT, WITHOUT ROWID;

-- Raw readings, one row per block. `position` is the place among the blocks of this series in the batch. `columns` is the
-- RawColumns message as it came. After a fork the block of the higher hash48 holds the place.
CREATE TABLE raw_block (
  series   INTEGER NOT NULL REFERENCES series (id),
  min_ms   INTEGER NOT NULL,
  max_ms   INTEGER NOT NULL,
  stream   INTEGER NOT NULL REFERENCES stream (id),
  seq      INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash48   INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  unit     TEXT,
  columns  BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX raw_block_id ON raw_block (series, stream, seq, position);
CREATE INDEX raw_block_time ON raw_block (series, min_ms, max_ms);

-- Every fork, under a key that is the same in every region.
-- kind fork: key "<stream id>/<seq>/<first 48 bits of the losing hash>".
CREATE TABLE conflict_log (
  kind TEXT NOT NULL,
  key  TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

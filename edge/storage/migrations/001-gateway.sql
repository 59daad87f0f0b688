-- The disk of a gateway. Everything here is written in the transaction of a commit.

-- Single numbers; meta-table.ts lists the names.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
  id             INTEGER PRIMARY KEY,
  device         TEXT NOT NULL,
  metric         TEXT NOT NULL,
  -- The latest reported unit. A window has the unit that its series had when it was sealed.
  unit           TEXT,
  -- States of windows that ended at or before this were deleted. A later reading for them becomes a supplement.
  evicted_end_ms REAL,
  UNIQUE (device, metric)
) STRICT;

-- One row for each commit: the readings, in columns (journal-chunk.ts).
CREATE TABLE journal (
  first_seq INTEGER PRIMARY KEY,
  readings  INTEGER NOT NULL,
  crc       INTEGER NOT NULL,
  body      BLOB NOT NULL
) STRICT;

-- Pairs of hashes that recognise redelivered messages after a restart (delivery-memory.ts), one row for each commit.
CREATE TABLE delivery (
  id         INTEGER PRIMARY KEY,
  deliveries INTEGER NOT NULL,
  body       BLOB NOT NULL
) STRICT;

-- Windows: open ones as of their last checkpoint (expires_ms NULL), closed ones while late readings are accepted.
CREATE TABLE window_state (
  series       INTEGER NOT NULL,
  window_ms    INTEGER NOT NULL,
  start_ms     INTEGER NOT NULL,
  part         INTEGER NOT NULL,
  through_seq  INTEGER NOT NULL,
  revision     INTEGER NOT NULL,
  forwarded_in TEXT,
  carry        TEXT,
  expires_ms   INTEGER,
  state        BLOB NOT NULL,
  PRIMARY KEY (series, window_ms, start_ms, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX window_state_expiry ON window_state (expires_ms) WHERE expires_ms IS NOT NULL;
CREATE INDEX window_state_open ON window_state (series) WHERE expires_ms IS NULL;

CREATE TABLE stream (
  stream_id  TEXT PRIMARY KEY,
  opened_ms  INTEGER NOT NULL,
  last_seq   INTEGER NOT NULL,
  -- Interval sets as JSON: [prefix, first, last, first, last...].
  durable    TEXT NOT NULL,
  replicated TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox. The bytes come last, so that a scan of the counters does not read them.
CREATE TABLE batch (
  stream_id TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  sealed_ms INTEGER NOT NULL,
  readings  INTEGER NOT NULL,
  records   INTEGER NOT NULL,
  size      INTEGER NOT NULL,
  sha256    BLOB NOT NULL,
  bytes     BLOB NOT NULL,
  UNIQUE (stream_id, seq)
) STRICT;

CREATE TABLE dead_letter (
  id          INTEGER PRIMARY KEY,
  arrived_ms  INTEGER NOT NULL,
  client      TEXT NOT NULL,
  topic       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  detail      TEXT NOT NULL,
  route       TEXT NOT NULL,
  -- Length of the received payload. Fewer bytes are stored when it is larger than the quota.
  size        INTEGER NOT NULL,
  payload     BLOB NOT NULL
) STRICT;

-- Counts since the first start on this disk, and how much of each is in a sealed batch.
CREATE TABLE ledger (
  kind   TEXT NOT NULL,
  reason TEXT NOT NULL,
  total  INTEGER NOT NULL,
  sealed INTEGER NOT NULL,
  PRIMARY KEY (kind, reason)
) STRICT, WITHOUT ROWID;

-- The region's database, version 2: commands of operators, erased devices, the conflicts of windows, and the mode in which gateways
-- share a series. All rows are a pure function of the set of batches, as in version 1.

-- 0 auto, 1 mirror, 2 partition: the mode of the gateway's rule for the series.
ALTER TABLE record ADD COLUMN ha_mode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision_log ADD COLUMN ha_mode INTEGER NOT NULL DEFAULT 0;

-- Commands for windows. `rank` is override, backfill_replace or backfill_fill. A row without a count takes back the earlier rows of
-- its rank. `hash48`, of the batch (stream, seq), orders commands with the same hlc. Rows with a lower rank stay.
CREATE TABLE operator_row (
  series          INTEGER NOT NULL REFERENCES series (id),
  window_ms       INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  rank            TEXT NOT NULL,
  hlc             INTEGER NOT NULL,
  hash48          INTEGER NOT NULL,
  reason          TEXT NOT NULL,
  actor           TEXT NOT NULL,
  count           INTEGER,
  numeric_count   INTEGER,
  sum             REAL,
  min             REAL,
  max             REAL,
  mean            REAL,
  m2              REAL,
  first_ms        INTEGER,
  first           ANY,
  last_ms         INTEGER,
  last            ANY,
  coverage        INTEGER,
  sketch          BLOB,
  stream          INTEGER NOT NULL REFERENCES stream (id),
  seq             INTEGER NOT NULL,
  PRIMARY KEY (series, window_ms, window_start_ms, rank, hlc, hash48)
) STRICT, WITHOUT ROWID;

CREATE INDEX operator_row_hlc ON operator_row (hlc);

-- Erased devices, each with the latest command. No row of such a device is kept or applied. The bytes of batches with its readings
-- stay until they are pruned.
CREATE TABLE erased (
  device TEXT PRIMARY KEY,
  hlc    INTEGER NOT NULL,
  hash48 INTEGER NOT NULL,
  reason TEXT NOT NULL,
  actor  TEXT NOT NULL,
  stream INTEGER NOT NULL REFERENCES stream (id),
  seq    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every choice between rows of one window that disagree, for the present rows. `key` is
-- "<kind> <winner> <loser>" (proto/core/conflicts.ts). Forks are in conflict_log.
CREATE TABLE window_conflict (
  series          INTEGER NOT NULL REFERENCES series (id),
  window_ms       INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  key             TEXT NOT NULL,
  outcome         TEXT NOT NULL,
  PRIMARY KEY (series, window_ms, window_start_ms, key)
) STRICT, WITHOUT ROWID;

-- Windows of version 1 with several slots, whose conflicts are still to be found. The next start empties this table.
CREATE TABLE unsettled_window (
  series          INTEGER NOT NULL,
  window_ms       INTEGER NOT NULL,
  window_start_ms INTEGER NOT NULL,
  PRIMARY KEY (series, window_ms, window_start_ms)
) STRICT, WITHOUT ROWID;

INSERT INTO unsettled_window
  SELECT series, window_ms, window_start_ms FROM record
  GROUP BY series, window_ms, window_start_ms HAVING count(*) > 1;

-- The counters of a stream count what its batches carried, revisions included. So they do not change when a device is erased.
UPDATE stream SET records = records + replaced.rows
  FROM (SELECT stream, count(*) AS rows FROM revision_log GROUP BY stream) AS replaced
  WHERE replaced.stream = stream.id;

-- The region's database, version 4: the list of regions, from commands of operators. The latest command for a region counts. For a
-- region without a row the configuration counts. `hash48`, of the batch (stream, seq), orders commands with the same hlc.
CREATE TABLE member (
  region      TEXT PRIMARY KEY,
  state       TEXT NOT NULL,
  url         TEXT NOT NULL,
  gateway_url TEXT NOT NULL,
  hlc         INTEGER NOT NULL,
  hash48      INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  actor       TEXT NOT NULL,
  stream      INTEGER NOT NULL REFERENCES stream (id),
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

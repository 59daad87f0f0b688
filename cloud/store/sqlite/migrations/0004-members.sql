-- The region's database, version 4: which regions there are, as operators said it. The latest command for a region holds.
-- Of a region without a row the configuration speaks. `hash48`, of the batch (stream, seq), orders commands with one hlc.
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

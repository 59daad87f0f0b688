-- The gateways that operators keep: of all gateways with one name, only the one with this life is accepted. The latest command
-- about a name counts. `life` is the id of the first stream of its process; empty: every gateway of the name is accepted again.
CREATE TABLE kept_gateway (
  gateway TEXT PRIMARY KEY,
  life    BLOB NOT NULL,
  hlc     INTEGER NOT NULL,
  hash48  INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  actor   TEXT NOT NULL,
  stream  INTEGER NOT NULL REFERENCES stream (id),
  seq     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Boots of the machine with held messages, and the running boot once it knows the time.
CREATE TABLE boot (
  id       INTEGER PRIMARY KEY,
  boot_id  TEXT NOT NULL UNIQUE,
  -- Monotonic.
  began_ms REAL NOT NULL,
  -- Wall clock minus monotonic time; NULL while it is not known.
  offset_ms REAL,
  -- 1: the boot ended before its time was known, and the offset is the latest possible one.
  estimated INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Messages that came while the time was not known, in their order: acknowledged, and not decoded yet.
CREATE TABLE held_message (
  id      INTEGER PRIMARY KEY,
  boot    INTEGER NOT NULL REFERENCES boot (id),
  -- Monotonic time of the arrival.
  at_ms   REAL NOT NULL,
  client  TEXT NOT NULL,
  topic   TEXT NOT NULL,
  -- The payload format that the content type names, as an index into CONTENT_FORMATS; 0: none.
  format  INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;

-- Dead letters that a birth may explain, by their time of arrival.
CREATE INDEX dead_letter_alias ON dead_letter (arrived_ms) WHERE reason = 'unknown_alias';

-- Whether the time of arrival was known, or is an estimate.
ALTER TABLE dead_letter ADD COLUMN clock_known INTEGER NOT NULL DEFAULT 1;
ALTER TABLE dead_letter ADD COLUMN format INTEGER NOT NULL DEFAULT 0;

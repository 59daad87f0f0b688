-- What a region knows of its own progress without a clock.

-- How long regions have run with this file, and the number of commits. One row.
CREATE TABLE progress (
  only    INTEGER PRIMARY KEY CHECK (only = 1),
  ran_ms  INTEGER NOT NULL,
  commits INTEGER NOT NULL
) STRICT;
INSERT INTO progress (only, ran_ms, commits) VALUES (1, 0, 0);

-- When the region had run for `ran_ms`, the last row of `batch` was `last_batch`. So the age of a batch is known without a clock.
CREATE TABLE batch_age (
  ran_ms     INTEGER PRIMARY KEY,
  last_batch INTEGER NOT NULL
) STRICT;

DROP INDEX batch_with_bytes;
CREATE INDEX batch_with_bytes ON batch (applied) WHERE length(bytes) > 0;

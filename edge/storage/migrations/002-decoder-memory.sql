-- What decoding remembers of earlier messages (births, discoveries), the oldest first.
CREATE TABLE decoder_memory (
  id   INTEGER PRIMARY KEY,
  key  TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL
) STRICT;

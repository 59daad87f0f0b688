-- Births and discoveries from earlier messages, the oldest first.
CREATE TABLE decoder_memory (
  id   INTEGER PRIMARY KEY,
  key  TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL
) STRICT;

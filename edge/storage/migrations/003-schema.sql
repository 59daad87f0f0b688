-- A metric that changed its type or unit has another series. The journal names the series, so a replay knows type and unit
-- of every reading. The current series of a metric is the one with the highest `became`, counted in changes of the metric.
CREATE TABLE series_3 (
  id             INTEGER PRIMARY KEY,
  device         TEXT NOT NULL,
  metric         TEXT NOT NULL,
  -- number, boolean or text; NULL: not recorded yet.
  type           TEXT,
  -- NULL: never reported.
  unit           TEXT,
  became         INTEGER NOT NULL,
  -- Earliest and latest time of a reading, as of the last checkpoint.
  first_ms       REAL,
  last_ms        REAL,
  -- States of windows that ended at or before this were deleted. A later reading for them becomes a supplement.
  evicted_end_ms REAL
) STRICT;

INSERT INTO series_3 (id, device, metric, type, unit, became, evicted_end_ms)
  SELECT id, device, metric, CASE WHEN unit IS NULL THEN NULL ELSE 'number' END, unit, 0, evicted_end_ms FROM series;
DROP TABLE series;
ALTER TABLE series_3 RENAME TO series;

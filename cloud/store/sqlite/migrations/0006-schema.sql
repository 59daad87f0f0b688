-- The region's database, version 6: types and units. All rows are a pure function of the set of batches.

-- 1 for a window whose type or unit is not the first one of its metric.
ALTER TABLE record ADD COLUMN later INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision_log ADD COLUMN later INTEGER NOT NULL DEFAULT 0;

-- The types and units of all rows of a series, replaced rows included, with the times of the earliest and latest reading. `type`
-- is number, boolean or text. `unit` is empty where it is not known.
CREATE TABLE series_schema (
  series   INTEGER NOT NULL REFERENCES series (id),
  type     TEXT NOT NULL,
  unit     TEXT NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms  INTEGER NOT NULL,
  PRIMARY KEY (series, type, unit)
) STRICT, WITHOUT ROWID;

-- The same rule as `typeOfSummary` in proto/core/schema.ts.
INSERT INTO series_schema
  SELECT series,
    CASE
      WHEN numeric_count = 0 THEN 'text'
      WHEN typeof(first) = 'real' OR typeof(last) = 'real' OR first IS NULL OR last IS NULL THEN 'number'
      WHEN typeof(first) = 'blob' AND substr(first, 1, 1) = x'02' THEN 'number'
      WHEN typeof(last) = 'blob' AND substr(last, 1, 1) = x'02' THEN 'number'
      WHEN typeof(first) = 'blob' OR typeof(last) = 'blob' THEN 'boolean'
      ELSE 'number'
    END,
    coalesce(unit, ''), min(first_ms), max(last_ms)
  FROM (SELECT series, numeric_count, first, last, unit, first_ms, last_ms FROM record
        UNION ALL SELECT series, numeric_count, first, last, unit, first_ms, last_ms FROM revision_log)
  GROUP BY 1, 2, 3;

-- Raw blocks of version 5 whose types are still to be found. The next start empties this table.
CREATE TABLE untyped_block (block INTEGER PRIMARY KEY) STRICT;
INSERT INTO untyped_block SELECT rowid FROM raw_block;

-- The region's database, version 7: what a row of a window says about its single readings
-- (proto/wire/window-content-codec.ts). NULL: nothing.
ALTER TABLE record ADD COLUMN content BLOB;
ALTER TABLE revision_log ADD COLUMN content BLOB;

-- The rule for several slots of one window has changed, so the conflicts of such windows are found again. The next start
-- empties this table.
INSERT OR IGNORE INTO unsettled_window
  SELECT series, window_ms, window_start_ms FROM record
  GROUP BY series, window_ms, window_start_ms HAVING count(*) > count(DISTINCT part);

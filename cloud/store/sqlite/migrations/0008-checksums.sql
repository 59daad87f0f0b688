-- The region's database, version 8: every row that answers come from has a checksum over its other columns
-- (cloud/store/sqlite/row-checksums.ts). Rows of earlier versions have NULL, until the scrub has walked over them.
ALTER TABLE record ADD COLUMN checksum INTEGER;
ALTER TABLE revision_log ADD COLUMN checksum INTEGER;
ALTER TABLE raw_block ADD COLUMN checksum INTEGER;
ALTER TABLE operator_row ADD COLUMN checksum INTEGER;
ALTER TABLE member ADD COLUMN checksum INTEGER;
ALTER TABLE erased ADD COLUMN checksum INTEGER;
ALTER TABLE series_schema ADD COLUMN checksum INTEGER;
ALTER TABLE batch ADD COLUMN checksum INTEGER;
ALTER TABLE series ADD COLUMN checksum INTEGER;

-- `checksum` is that of the names, `set_checksum` that of the set.
ALTER TABLE stream ADD COLUMN checksum INTEGER;
ALTER TABLE stream ADD COLUMN set_checksum INTEGER;

-- The region's database, version 5: the sum of the first 48 bits of the hashes of a stream's batches, modulo 2^48, both
-- sides of a fork included. Regions whose sets of a stream are equal and whose sums are not hold different sides of one.
ALTER TABLE stream ADD COLUMN hash_sum INTEGER NOT NULL DEFAULT 0;

UPDATE stream SET hash_sum = (SELECT coalesce(sum(hash48), 0) FROM batch WHERE batch.stream = stream.id) % 281474976710656;

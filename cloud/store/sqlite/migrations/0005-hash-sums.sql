-- The region's database, version 5: the sum of the first 48 bits of the hashes of a stream's batches, modulo 2^48, both
-- sides of a fork included. If the sets of a stream are equal in two regions and the sums are not, the regions hold different
-- sides of a fork.
ALTER TABLE stream ADD COLUMN hash_sum INTEGER NOT NULL DEFAULT 0;

UPDATE stream SET hash_sum = (SELECT coalesce(sum(hash48), 0) FROM batch WHERE batch.stream = stream.id) % 281474976710656;

import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { flippedBit } from "../../../../../edge/core/storage/flipped-bit.ts";
import { flipBit } from "../../../../support/bit-flips.ts";

test("a flipped bit is found from the checksum, wherever it is and whatever was summed up before", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), (bytes, place, seed) => {
      const bit = place % (bytes.length * 8);
      const stored = crc32(bytes, seed);
      flipBit(bytes, bit);
      const found = flippedBit(bytes.length, stored ^ crc32(bytes, seed));
      expect(found).toEqual({ byte: Math.floor(bit / 8), bit: bit % 8 });
    }),
  );
});

test("no bit is found where none explains the checksum", () => {
  expect(flippedBit(100, 0)).toBeUndefined();
  expect(flippedBit(0, 1)).toBeUndefined();
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addHash48, hash48Of, hash48Text } from "../../../../proto/core/hash48.ts";

const anyHash = fc.string().map((text) => createHash("sha256").update(text).digest());

describe("the first 48 bits of a hash", () => {
  test("are the first twelve digits of its text", () => {
    fc.assert(
      fc.property(anyHash, (sha256) => {
        expect(hash48Text(hash48Of(sha256))).toBe(sha256.toString("hex", 0, 6));
      }),
    );
    expect(hash48Text(1)).toBe("000000000001");
  });

  test("add up to the same sum in any order, and the sum stays below 2^48", () => {
    const orders = fc
      .array(anyHash.map(hash48Of), { maxLength: 20 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(orders, ([all, shuffled]) => {
        expect(shuffled.reduce(addHash48, 0)).toBe(all.reduce(addHash48, 0));
        expect(all.reduce(addHash48, 0)).toBeLessThan(2 ** 48);
      }),
    );
  });
});

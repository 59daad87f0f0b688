import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../../proto/runtime/options/duration.ts";
import { formatExactSize, parseSize } from "../../../../proto/runtime/options/size.ts";

test.each([
  ["250ms", 250],
  ["10s", 10_000],
  ["1.5h", 5_400_000],
  ["1.1h", 3_960_000],
  ["0.001s", 1],
  [" 7d ", 604_800_000],
  ["0s", 0],
])("the duration %s has %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "7", "7 dayz", "-1s", "1e3s", "1.5ms", ".5s", "1h30m", "10S", "١s", "999999999999d", "Infinitys"])(
  "%j is not a duration",
  (text) => {
    expect(() => parseDuration(text)).toThrow("expected a duration such as 30s, 12h or 7d");
  },
);

test("a formatted duration is parsed to the same number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 - 1 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
  expect([0, 90_000, 3_600_000, 172_800_000].map(formatDuration)).toEqual(["0ms", "90s", "1h", "2d"]);
});

test("tenths of a unit are exact, although doubles are not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999 }), (tenths) => {
      expect(parseDuration(`${tenths / 10}h`)).toBe(tenths * 360_000);
    }),
  );
});

test.each([
  ["0B", 0],
  ["512KiB", 524_288],
  ["1.5 MiB", 1_572_864],
  ["2GiB", 2_147_483_648],
  ["1TiB", 1_099_511_627_776],
])("the size %s has %d bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(["", "2", "2GB", "2G", "-1KiB", "1 000KiB", "2gib", "999999999999TiB"])("%j is not a size", (text) => {
  expect(() => parseSize(text)).toThrow("expected a size such as 512KiB, 64MiB or 2GiB");
});

test("a formatted size is parsed to the same number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 - 1 }), (bytes) => {
      expect(parseSize(formatExactSize(bytes))).toBe(bytes);
    }),
  );
  expect([0, 1000, 262_144, 16_777_216, 2 ** 31].map(formatExactSize)).toEqual([
    "0B",
    "1000B",
    "256KiB",
    "16MiB",
    "2GiB",
  ]);
});

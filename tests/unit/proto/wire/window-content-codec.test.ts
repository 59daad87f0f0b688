import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClockSource } from "../../../../proto/core/reading.ts";
import type { WindowContent, WindowReading } from "../../../../proto/core/window-content.ts";
import { CELLS_MAX, NO_CONTENT, READINGS_OF_PAIR } from "../../../../proto/core/window-content.ts";
import { checkContent, decodeWindowContent, encodeWindowContent } from "../../../../proto/wire/window-content-codec.ts";
import { anyContent } from "../../../support/window-contents.ts";

const WINDOW = { windowStartMs: 1_760_000_040_000, windowMs: 60_000 };

function readingsContent(readings: readonly Partial<WindowReading>[]): WindowContent {
  const usual = { timeMs: WINDOW.windowStartMs, value: 1, clock: "device" as ClockSource };
  return {
    kind: "readings",
    readings: readings.map((one) => ({ ...usual, ...one })),
    arrivalToleranceMs: 500,
    quantiles: true,
  };
}

describe("the content of a window", () => {
  test("is decoded as it was encoded, and equal contents have equal bytes", () => {
    fc.assert(
      fc.property(anyContent(WINDOW), (given) => {
        const bytes = encodeWindowContent(given);
        const read = decodeWindowContent(bytes);
        expect(read).toEqual(given);
        expect(() => checkContent(read, WINDOW)).not.toThrow();
        expect(encodeWindowContent(read)).toEqual(bytes);
      }),
    );
    expect(encodeWindowContent(NO_CONTENT)).toBeNull();
  });

  test("keeps negative zeros, integers beyond 2^53, and texts", () => {
    const values = [-0, 0, 9007199254740993n, -(10n ** 40n), "", "grün 🟢", true, false, 0.1 + 0.2, 5e-324];
    const read = decodeWindowContent(encodeWindowContent(readingsContent(values.map((value) => ({ value })))));
    if (read.kind !== "readings") throw new Error(read.kind);
    for (const [i, { value }] of read.readings.entries()) expect(Object.is(value, values[i])).toBe(true);
  });

  test("of any bytes is a content or a RangeError, also where a byte of a true one was changed", () => {
    const decode = (bytes: Uint8Array): void => {
      try {
        checkContent(decodeWindowContent(bytes), WINDOW);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decode), { numRuns: 1000 });
    fc.assert(
      fc.property(anyContent(WINDOW), fc.nat(), fc.nat({ max: 255 }), (content, at, byte) => {
        const bytes = encodeWindowContent(content);
        if (bytes === null) return;
        const changed = Uint8Array.from(bytes);
        changed[at % bytes.length] = byte;
        decode(changed);
        decode(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: 1000 },
    );
    expect(() => decodeWindowContent(new Uint8Array(0))).toThrow(RangeError);
  });

  test("cannot have more readings or cells than a row may have", () => {
    const readings = (count: number): WindowContent => readingsContent(Array.from({ length: count }, () => ({})));
    const cells = (count: number): WindowContent => ({
      kind: "cells",
      arrivalToleranceMs: 500,
      cells: Array.from({ length: count }, (_, i) => {
        const atMs = WINDOW.windowStartMs + i;
        return { firstMs: atMs, lastMs: atMs, count: 1, numericCount: 1, sum: 1, hash: 0, byArrival: false };
      }),
    });
    const read = (content: WindowContent): WindowContent => decodeWindowContent(encodeWindowContent(content));
    expect(read(readings(READINGS_OF_PAIR))).toEqual(readings(READINGS_OF_PAIR));
    expect(() => read(readings(READINGS_OF_PAIR + 1))).toThrow("a window with 1025 readings");
    expect(read(cells(CELLS_MAX))).toEqual(cells(CELLS_MAX));
    expect(() => read(cells(CELLS_MAX + 1))).toThrow("a window with 257 cells");
    expect(() => read(readings(0))).toThrow("a window with 0 readings");
  });

  test.each<[string, WindowContent]>([
    ["a number that is not finite", readingsContent([{ value: Infinity }])],
    ["an integer that is not finite as a double", readingsContent([{ value: 10n ** 400n }])],
    ["readings that are not in order of time", readingsContent([{ timeMs: 7 }, { timeMs: 6 }])],
  ])("with %s is refused", (_what, content) => {
    expect(() => decodeWindowContent(encodeWindowContent(content))).toThrow(RangeError);
  });

  test.each([-1, WINDOW.windowMs])("with a reading at %d ms does not fit into its window", (offsetMs) => {
    const content = readingsContent([{ timeMs: WINDOW.windowStartMs + offsetMs }]);
    expect(() => checkContent(content, WINDOW)).toThrow(RangeError);
  });

  test("takes 3 bytes for a reading of a sensor that sends decimals every second", () => {
    const readings = Array.from({ length: 60 }, (_, i) => {
      return { timeMs: WINDOW.windowStartMs + 17 + i * 1000, value: 21.5 + Math.round(Math.sin(i) * 30) / 100 };
    });
    const bytes = encodeWindowContent(readingsContent(readings))!;
    expect(bytes.length / readings.length).toBeLessThanOrEqual(3);
  });
});

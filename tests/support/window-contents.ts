import fc from "fast-check";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { WindowCell, WindowContent, WindowReading } from "../../proto/core/window-content.ts";
import { NO_CONTENT } from "../../proto/core/window-content.ts";

/** Any content that a row of the window can have, for property tests. */
export function anyContent(window: { windowStartMs: number; windowMs: number }): fc.Arbitrary<WindowContent> {
  const tolerance = fc.constantFrom(1, 500, 2000, 60_000);
  return fc.oneof(
    fc.constant(NO_CONTENT),
    fc
      .record({ readings: anyReadings(window), arrivalToleranceMs: tolerance, quantiles: fc.boolean() })
      .map((given) => ({ kind: "readings" as const, ...given })),
    fc
      .record({ cells: anyCells(window), arrivalToleranceMs: tolerance })
      .map((given) => ({ kind: "cells" as const, ...given })),
  );
}

/** Any value that a gateway takes. No number is NaN or infinite, also as the nearest double of an integer. */
export function anyValue(): fc.Arbitrary<Value> {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  const decimal = fc.integer({ min: -100_000, max: 100_000 }).map((whole) => whole / 100);
  return fc.oneof<fc.Arbitrary<Value>[]>(
    decimal,
    decimal,
    double,
    fc.constantFrom(0, -0, 2 ** 53, 1e-300, 0.1 + 0.2),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc.bigInt({ min: -(10n ** 300n), max: 10n ** 300n }),
  );
}

function anyReadings({ windowStartMs, windowMs }: { windowStartMs: number; windowMs: number }) {
  const clocks = fc.constantFrom<readonly ClockSource[]>(["device"], ["none"], ["suspect"], ["device", "none"]);
  const offsets = fc.array(fc.nat({ max: windowMs - 1 }), { minLength: 1, maxLength: 40 });
  return fc.tuple(offsets, clocks).chain(([times, clock]) =>
    fc.tuple(
      ...times
        .toSorted((a, b) => a - b)
        .map((offset) =>
          fc.record<WindowReading>({
            timeMs: fc.constant(windowStartMs + offset),
            value: anyValue(),
            clock: fc.constantFrom(...clock),
          }),
        ),
    ),
  );
}

function anyCells({ windowStartMs, windowMs }: { windowStartMs: number; windowMs: number }) {
  return fc.uniqueArray(fc.nat({ max: windowMs - 1 }), { minLength: 1, maxLength: 30 }).chain((offsets) => {
    const times = offsets.toSorted((a, b) => a - b).map((offset) => windowStartMs + offset);
    return fc.tuple(
      ...times.map((firstMs, i) =>
        fc
          .record({
            length: fc.nat({ max: (times[i + 1] ?? windowStartMs + windowMs) - firstMs - 1 }),
            count: fc.integer({ min: 1, max: 1e9 }),
            others: fc.nat({ max: 1 }),
            sum: fc.double(),
            hash: fc.nat({ max: 2 ** 32 - 1 }),
            byArrival: fc.boolean(),
          })
          .map(({ length, others, ...cell }): WindowCell => {
            return { ...cell, firstMs, lastMs: firstMs + length, numericCount: cell.count - others };
          }),
      ),
    );
  });
}

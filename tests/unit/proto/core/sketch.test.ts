import fc from "fast-check";
import { expect, test } from "vitest";
import { QuantileSketch, quantile } from "../../../../proto/core/sketch.ts";

const numbers = fc.array(
  fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, 1e-9, -1e-9, 1e300, -1e300),
    fc.integer({ min: -50, max: 50 }),
  ),
  { minLength: 1, maxLength: 200 },
);

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

test("for all readings, every quantile is within one percent of the true one, also after encoding and decoding", () => {
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const bytes = sketchOf(values).toBytes();
      const sorted = values.toSorted((a, b) => a - b);
      // Between two readings, either of them is a true quantile.
      const truths = [Math.floor, Math.ceil].map((round) => sorted[round(q * (sorted.length - 1))]!);
      const found = quantile(bytes, q);
      const isNear = (truth: number): boolean => Math.abs(found - truth) <= Math.abs(truth) * 0.0101 + 1e-12;
      expect(truths.some(isNear), `${found} for ${truths.join(" or ")}`).toBe(true);
    }),
  );
});

test("the bytes of numbers are those of a sketch of them", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      expect(QuantileSketch.bytesOf(values)).toEqual(sketchOf(values).toBytes());
    }),
  );
});

test("merging gives the sketch of all the readings, whatever is merged into what", () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const merged = QuantileSketch.fromBytes(sketchOf(a).toBytes());
      merged.merge(QuantileSketch.fromBytes(sketchOf(b).toBytes()));
      const other = sketchOf(b);
      other.merge(sketchOf(a));
      expect(merged.toBytes()).toEqual(sketchOf([...a, ...b]).toBytes());
      expect(other.toBytes()).toEqual(merged.toBytes());
      expect(merged.count).toBe(a.length + b.length);
    }),
  );
});

test("a window of ten ordinary readings takes a few dozen bytes", () => {
  const values = [21.4, 21.5, 21.5, 21.6, 21.9, 22.4, 22.3, 22.1, 21.8, 35.2];
  expect(sketchOf(values).toBytes().length).toBeLessThan(32);
});

test("any other bytes are refused or a sketch, never a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        expect(QuantileSketch.fromBytes(bytes).count).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

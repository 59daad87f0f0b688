import fc from "fast-check";
import { expect, test } from "vitest";
import type { KnownVersion } from "../../../../../edge/core/storage/metric-schema.ts";
import { learned, placementOf, VERSIONS_MAX } from "../../../../../edge/core/storage/metric-schema.ts";
import type { SchemaVersion } from "../../../../../proto/core/schema.ts";
import { schemaText, VALUE_TYPES } from "../../../../../proto/core/schema.ts";

/** Places the readings of a metric, as a gateway does. @returns the version of each reading, as it is at the end. */
function history(readings: readonly SchemaVersion[]): {
  versions: KnownVersion[];
  of: (number | null)[];
  changes: string[];
} {
  const [first, ...rest] = readings as [SchemaVersion, ...SchemaVersion[]];
  const versions: KnownVersion[] = [{ ...first, became: 0 }];
  const [of, changes]: [(number | null)[], string[]] = [[0], []];
  let current = 0;
  for (const one of rest) {
    const placement = placementOf(versions, current, one);
    if (placement.kind === "too_many") {
      of.push(null);
      continue;
    }
    const index = placement.kind === "new" ? versions.push({ ...one, became: 0 }) - 1 : placement.index;
    const became = placement.change === null ? versions[index]!.became : versions[current]!.became + 1;
    versions[index] = { ...versions[index]!, ...learned(versions[index]!, one), became };
    if (placement.change !== null) changes.push(placement.change);
    current = index;
    of.push(index);
  }
  return { versions, of, changes };
}

const number = (unit: string | null): SchemaVersion => ({ type: "number", unit });
const text: SchemaVersion = { type: "text", unit: null };
const anything = fc.array(
  fc.record({ type: fc.constantFrom(...VALUE_TYPES), unit: fc.constantFrom(null, "°C", "°F", "K") }),
  { minLength: 1, maxLength: 40 },
);

test("[I19] a reading belongs to a version of its type, and of its unit if it has one", () => {
  fc.assert(
    fc.property(anything, (readings) => {
      const { versions, of } = history(readings);
      for (const [i, one] of readings.entries()) {
        const version = versions[of[i]!]!;
        expect(version.type).toBe(one.type);
        if (one.unit !== null) expect(version.unit).toBe(one.unit);
      }
      expect(new Set(versions.map((one) => schemaText(one as SchemaVersion))).size).toBe(versions.length);
    }),
  );
});

test("neither a unit that becomes known nor a missing unit afterwards is a change", () => {
  const { versions, changes } = history([number(null), number("°C"), number(null)]);
  expect(versions).toEqual([{ type: "number", unit: "°C", became: 0 }]);
  expect(changes).toEqual([]);
});

test("a reading without a unit has the unit of the latest reading of its type", () => {
  const { of } = history([number("°C"), number("°F"), text, number(null), number("°C"), text, number(null)]);
  expect(of).toEqual([0, 1, 2, 1, 0, 2, 0]);
});

test("a metric that alternates has two versions, and every change is counted", () => {
  const flips = Array.from({ length: 1000 }, (_, i) => number(i % 2 === 0 ? "°C" : "°F"));
  const { versions, changes } = history(flips);
  expect(versions).toHaveLength(2);
  expect(changes).toEqual(Array(999).fill("unit"));
});

test("a metric that always changes stops at the limit, and its earlier versions stay", () => {
  const { versions, of } = history([...Array.from({ length: 40 }, (_, i) => number(`u${i}`)), number("u3")]);
  expect(versions).toHaveLength(VERSIONS_MAX);
  expect(of.slice(VERSIONS_MAX, -1)).toEqual(Array(40 - VERSIONS_MAX).fill(null));
  expect(of.at(-1)).toBe(3);
});

test("a change of type and unit counts as a change of type", () => {
  expect(history([number("°C"), text, number("°F")]).changes).toEqual(["type", "type"]);
});

test("a series that an earlier version of the software stored learns its type from the first reading", () => {
  const stored: KnownVersion[] = [{ type: null, unit: null, became: 0 }];
  expect(placementOf(stored, 0, text)).toEqual({ kind: "known", index: 0, change: null });
  expect(learned(stored[0]!, text)).toEqual(text);
});

import { expect, test } from "vitest";
import { knownVersions } from "../../../../cloud/core/known-versions.ts";
import type { ValueType } from "../../../../proto/core/schema.ts";

const seen = (type: ValueType, unit: string | null, firstMs: number, lastMs: number) => ({
  type,
  unit,
  firstMs,
  lastMs,
});

test("readings without a unit belong to the first unit, and extend its time range", () => {
  const learned = [seen("number", null, 1, 9), seen("number", "°C", 5, 7)];
  expect(knownVersions(learned)).toEqual([seen("number", "°C", 1, 9)]);
});

test("if the unit changed, they do not extend the end of the first one", () => {
  const changed = [seen("number", null, 1, 99), seen("number", "°C", 5, 7), seen("number", "°F", 8, 90)];
  expect(knownVersions(changed)).toEqual([seen("number", "°C", 1, 7), seen("number", "°F", 8, 90)]);
});

test("each type has its own units, and a type without a unit stays", () => {
  const types = [seen("number", "°C", 5, 7), seen("text", null, 6, 6), seen("boolean", null, 9, 9)];
  expect(knownVersions(types)).toEqual(types);
});

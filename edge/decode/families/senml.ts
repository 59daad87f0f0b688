import type { Family, FamilyOutcome, IgnoredKind, JsonPart } from "./family.ts";
import { isObject } from "./family.ts";

/**
 * SenML (RFC 8428): a list of records. Some of them set the base name, time, unit and value for the records after them.
 * The device is the base name without a colon or slash at its end. The metric is the rest of the name. Records in CBOR
 * have numbers as keys, which {@link senmlOf} replaces by names.
 */
export const senml: Family = {
  name: "senml",
  payload: (json) => Array.isArray(json) && json.length > 0 && json.every(isRecord),
  parts: (json, { device: byTopic, arrivedMs }): FamilyOutcome => {
    const records = Array.isArray(json) ? json.filter(isObject) : [];
    const base = { name: "", timeS: 0, unit: undefined as string | undefined, value: 0, sum: 0 };
    const parts: JsonPart[] = [];
    let withoutValue = 0;
    for (const record of records) {
      base.name = text(record["bn"]) ?? base.name;
      base.timeS = number(record["bt"]) ?? base.timeS;
      base.unit = text(record["bu"]) ?? base.unit;
      base.value = number(record["bv"]) ?? base.value;
      base.sum = number(record["bs"]) ?? base.sum;
      const unit = text(record["u"]) ?? base.unit ?? null;
      const timeMs = instant(base.timeS + (number(record["t"]) ?? 0), arrivedMs);
      const name = text(record["n"]) ?? "";
      const device = withoutEnd(base.name);
      const part = (value: unknown, suffix: string): JsonPart => ({
        device: device === "" ? byTopic : device,
        value,
        path: `${name === "" ? "value" : name}${suffix}`,
        timeMs,
        unitOf: () => unit,
      });
      const v = number(record["v"]);
      const s = number(record["s"]);
      const other = record["vb"] ?? record["vs"];
      if (v !== undefined) parts.push(part(v + base.value, ""));
      else if (other !== undefined) parts.push(part(other, ""));
      if (s !== undefined) parts.push(part(s + base.sum, ".sum"));
      if (v === undefined && other === undefined && s === undefined) withoutValue++;
    }
    if (parts.length === 0) return { kind: "no_value", detail: "no record of the pack has a value" };
    // Data values (vd) and records that only set a base.
    const ignored: ReadonlyMap<IgnoredKind, number> = new Map(withoutValue > 0 ? [["identifier", withoutValue]] : []);
    return { kind: "parts", parts: [...parts, { device: byTopic, value: {}, path: "", ignored }] };
  },
};

/** A SenML record has a name or a base name, and a value or another base key. */
function isRecord(record: unknown): boolean {
  if (!isObject(record)) return false;
  const isNamed = typeof record["n"] === "string" || typeof record["bn"] === "string";
  const hasValue = ["v", "vs", "vb", "vd", "s"].some((key) => key in record);
  return isNamed && (hasValue || ["bn", "bt", "bu", "bv", "bver"].some((key) => key in record));
}

/** Labels of the CBOR form (RFC 8428, table 4). */
const LABELS: ReadonlyMap<number, string> = new Map([
  [-1, "bver"],
  [-2, "bn"],
  [-3, "bt"],
  [-4, "bu"],
  [-5, "bv"],
  [-6, "bs"],
  [0, "n"],
  [1, "u"],
  [2, "v"],
  [3, "vs"],
  [4, "vb"],
  [5, "s"],
  [6, "t"],
  [7, "ut"],
  [8, "vd"],
]);

/** A decoded CBOR value as SenML; undefined: it is not a list of maps with the labels of SenML. */
export function senmlOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const records: Record<string, unknown>[] = [];
  for (const item of value as unknown[]) {
    if (!(item instanceof Map)) return undefined;
    const record: Record<string, unknown> = {};
    for (const [key, inner] of item as Map<unknown, unknown>) {
      const label = typeof key === "number" ? LABELS.get(key) : undefined;
      if (label !== undefined) record[label] = inner;
      else if (typeof key === "number") return undefined;
    }
    records.push(record);
  }
  return senml.payload?.(records) === true ? records : undefined;
}

/** Milliseconds of a time in seconds. Below 2^28 it is relative to now (RFC 8428, 4.5.3). */
function instant(seconds: number, arrivedMs: number): number | undefined {
  if (seconds === 0) return undefined;
  return Math.round(seconds >= 2 ** 28 ? seconds * 1000 : arrivedMs + seconds * 1000);
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A base name without colons and slashes at its end. A pattern would take time quadratic in the length. */
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === ":" || name[end - 1] === "/")) end--;
  return name.slice(0, end);
}

import type { Value } from "../../proto/core/reading.ts";
import type { SchemaVersion } from "../../proto/core/schema.ts";
import { schemaText, typeOfValue } from "../../proto/core/schema.ts";
import type { KnownVersion, SchemaChangeKind } from "../core/storage/metric-schema.ts";
import { learned, placed, VERSIONS_MAX } from "../core/storage/metric-schema.ts";
import type { ReadingRefusal, SeriesRef } from "../decode/decoder.ts";
import type { SeriesEntry, SeriesRegistry } from "./series-registry.ts";
import { versionsOf } from "./series-registry.ts";

/**
 * Where readings meet the series that they belong to: looks whether a metric is still what it was, and says no to a message
 * that the policy of its rule does not let in.
 *
 * It is asked about every reading of a message before the first one is taken, so that a message is taken whole or not at
 * all, and can be tried again later. What earlier readings of the same message would change is remembered until then.
 */
export class SchemaPolicy {
  readonly #registry: SeriesRegistry;
  readonly #seriesMax: number;
  readonly #changed: (change: SchemaChange) => void;
  /** What the metrics of this message would be after the readings that were asked about so far. */
  readonly #pending = new Map<string, { readonly versions: KnownVersion[]; current: number }>();
  #pendingSeries = 0;

  /** @param parts.changed told of every change, and of every one that is refused. */
  constructor(
    parts: { registry: SeriesRegistry; changed: (change: SchemaChange) => void },
    options: { seriesMax: number },
  ) {
    this.#registry = parts.registry;
    this.#changed = parts.changed;
    this.#seriesMax = options.seriesMax;
  }

  /** The readings of another message follow. */
  begin(): void {
    if (this.#pending.size === 0) return;
    this.#pending.clear();
    this.#pendingSeries = 0;
  }

  /** Null: the reading may come in. */
  admits(ref: SeriesRef, value: Value): ReadingRefusal | null {
    if (ref.id >= 0) {
      const entry = this.#registry.get(ref.id);
      if (entry.isCurrent && entry.type === typeOfValue(value)) return null;
    }
    return this.#weigh(ref, { type: typeOfValue(value), unit: ref.unit });
  }

  /** The series of a reading that was admitted; also entered in `ref`, so that the next reading does not ask. */
  take(ref: SeriesRef, value: Value, atMs: number): SeriesEntry {
    const type = typeOfValue(value);
    if (ref.id >= 0) {
      const entry = this.#registry.get(ref.id);
      if (entry.isCurrent && entry.type === type) return entry;
    }
    const resolved = this.#registry.resolve(ref, { type, unit: ref.unit }, atMs);
    const { entry } = resolved;
    ref.id = entry.id;
    if (resolved.from !== null) {
      const { from, kind, isNew } = resolved;
      const { device, metric, unit } = entry;
      this.#changed({ device, metric, kind, from, to: { type, unit }, outcome: isNew ? "new" : "known" });
    }
    return entry;
  }

  #weigh(ref: SeriesRef, said: SchemaVersion): ReadingRefusal | null {
    const { device, metric } = ref;
    const key = `${device}\0${metric}`;
    const would = this.#pending.get(key) ?? this.#present(ref);
    if (would === undefined) {
      if (!this.#hasRoom()) return TOO_MANY_SERIES;
      this.#pending.set(key, { versions: [{ ...said, became: 0 }], current: 0 });
      this.#pendingSeries++;
      return null;
    }
    const { versions, current } = would;
    const before = versions[current]!;
    const placement = placed(versions, current, said);
    if (placement.kind === "too_many") return tooManyVersions(metric, said);
    if (placement.kind === "known" && placement.change === null) {
      versions[current] = { ...before, ...learned(before, said) };
      this.#pending.set(key, would);
      return null;
    }
    if (this.#registry.planOf(ref).onSchemaChange === "dead_letter") {
      const from = { type: before.type ?? said.type, unit: before.unit };
      // Without a change there was the answer above.
      const kind = placement.change ?? "unit";
      this.#changed({ device, metric, kind, from, to: said, outcome: "dead_letter" });
      return { reason: "schema_change", detail: refusedText(metric, from, said) };
    }
    if (placement.kind === "new") {
      if (!this.#hasRoom()) return TOO_MANY_SERIES;
      would.current = versions.push({ ...said, became: before.became + 1 }) - 1;
      this.#pendingSeries++;
    } else {
      const known = versions[placement.index]!;
      versions[placement.index] = { ...known, ...learned(known, said), became: before.became + 1 };
      would.current = placement.index;
    }
    this.#pending.set(key, would);
    return null;
  }

  #present(ref: SeriesRef): { versions: KnownVersion[]; current: number } | undefined {
    const current = this.#registry.current(ref);
    if (current === undefined) return undefined;
    const entries = versionsOf(current);
    const versions = entries.map(({ type, unit, became }) => ({ type, unit, became }));
    return { versions, current: entries.indexOf(current) };
  }

  #hasRoom(): boolean {
    return this.#registry.size + this.#pendingSeries < this.#seriesMax;
  }
}

export type SchemaChange = {
  readonly device: string;
  readonly metric: string;
  readonly kind: SchemaChangeKind;
  readonly from: SchemaVersion;
  readonly to: SchemaVersion;
  /** It is what it never was; it is what it was before; or the message became a dead letter. */
  readonly outcome: "new" | "known" | "dead_letter";
};

const TOO_MANY_SERIES: ReadingRefusal = {
  reason: "too_many_series",
  detail: "a series that was never seen, and there is no room for more",
};

function tooManyVersions(metric: string, said: SchemaVersion): ReadingRefusal {
  const detail = `${metric} says ${schemaText(said)} now, and had ${VERSIONS_MAX} types and units before: it has no schema; name its unit in the route`;
  return { reason: "too_many_versions", detail };
}

function refusedText(metric: string, from: SchemaVersion, to: SchemaVersion): string {
  const cure = "set schema.on_change, or on_schema_change of its window rule, to accept and retry";
  return `${metric} was ${schemaText(from)} and says ${schemaText(to)} now; to let it: ${cure}`;
}

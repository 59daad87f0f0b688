import type { Value } from "../../proto/core/reading.ts";
import type { SchemaVersion } from "../../proto/core/schema.ts";
import { schemaText, typeOfValue } from "../../proto/core/schema.ts";
import type { KnownVersion, SchemaChangeKind } from "../core/storage/metric-schema.ts";
import { learned, placementOf, VERSIONS_MAX } from "../core/storage/metric-schema.ts";
import type { ReadingRefusal, SeriesRef } from "../decode/decoder.ts";
import type { SeriesEntry, SeriesRegistry } from "./series-registry.ts";
import { versionsOf } from "./series-registry.ts";

/**
 * Checks whether the readings of a message have the type and unit of their metrics. If not, the policy of the window rule
 * may refuse the message.
 *
 * It checks every reading of a message before the first one is taken. So a message is taken whole or not at all, and can be
 * retried later [I20]. Until then it remembers what earlier readings of the same message would change.
 */
export class SchemaPolicy {
  readonly #registry: SeriesRegistry;
  readonly #seriesMax: number;
  readonly #changed: (change: SchemaChange) => void;
  /** The versions that metrics of this message would have after the readings that were checked so far. */
  readonly #pending = new Map<string, { readonly versions: KnownVersion[]; current: number }>();
  #pendingSeries = 0;

  /** @param parts.changed called for every change, also for a refused one. */
  constructor(
    parts: { registry: SeriesRegistry; changed: (change: SchemaChange) => void },
    options: { seriesMax: number },
  ) {
    this.#registry = parts.registry;
    this.#changed = parts.changed;
    this.#seriesMax = options.seriesMax;
  }

  /** Begins another message. */
  begin(): void {
    if (this.#pending.size === 0) return;
    this.#pending.clear();
    this.#pendingSeries = 0;
  }

  /** @returns why the reading is refused, or null. */
  admits(ref: SeriesRef, value: Value): ReadingRefusal | null {
    if (ref.id >= 0) {
      const entry = this.#registry.get(ref.id);
      if (entry.isCurrent && entry.type === typeOfValue(value)) return null;
    }
    return this.#check(ref, { type: typeOfValue(value), unit: ref.unit });
  }

  /** The series of a reading that was admitted. Its number is also stored in `ref`, so that the next reading has it. */
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

  #check(ref: SeriesRef, found: SchemaVersion): ReadingRefusal | null {
    const { device, metric } = ref;
    const key = `${device}\0${metric}`;
    const planned = this.#pending.get(key) ?? this.#present(ref);
    if (planned === undefined) {
      if (!this.#hasRoom()) return TOO_MANY_SERIES;
      this.#pending.set(key, { versions: [{ ...found, became: 0 }], current: 0 });
      this.#pendingSeries++;
      return null;
    }
    const { versions, current } = planned;
    const before = versions[current]!;
    const placement = placementOf(versions, current, found);
    if (placement.kind === "too_many") return tooManyVersions(metric, found);
    if (placement.kind === "known" && placement.change === null) {
      versions[current] = { ...before, ...learned(before, found) };
      this.#pending.set(key, planned);
      return null;
    }
    if (this.#registry.planOf(ref).onSchemaChange === "dead_letter") {
      const from = { type: before.type ?? found.type, unit: before.unit };
      // A known version without a change returned above.
      const kind = placement.change ?? "unit";
      this.#changed({ device, metric, kind, from, to: found, outcome: "dead_letter" });
      return { reason: "schema_change", detail: refusedText(metric, from, found) };
    }
    if (placement.kind === "new") {
      if (!this.#hasRoom()) return TOO_MANY_SERIES;
      planned.current = versions.push({ ...found, became: before.became + 1 }) - 1;
      this.#pendingSeries++;
    } else {
      const known = versions[placement.index]!;
      versions[placement.index] = { ...known, ...learned(known, found), became: before.became + 1 };
      planned.current = placement.index;
    }
    this.#pending.set(key, planned);
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
  /** A new version, a version that the metric had before, or a message that became a dead letter. */
  readonly outcome: "new" | "known" | "dead_letter";
};

const TOO_MANY_SERIES: ReadingRefusal = {
  reason: "too_many_series",
  detail: "the series is new, and the gateway has as many series as decode.max_series allows",
};

function tooManyVersions(metric: string, found: SchemaVersion): ReadingRefusal {
  const detail = `${metric} is ${schemaText(found)} now and already had ${VERSIONS_MAX} types and units, which is the limit; set its unit in the route`;
  return { reason: "too_many_versions", detail };
}

function refusedText(metric: string, from: SchemaVersion, to: SchemaVersion): string {
  const cure = "set schema.on_change, or on_schema_change of its window rule, to accept, and retry";
  return `${metric} was ${schemaText(from)} and is ${schemaText(to)} now; to accept this, ${cure}`;
}

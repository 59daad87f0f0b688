import type { ClockSource, Value } from "../../proto/core/reading.ts";
import type { ActiveDeviceCount } from "../core/storage/active-devices.ts";
import { ActiveDevices } from "../core/storage/active-devices.ts";
import type { DeviceClock } from "../core/storage/device-clocks.ts";
import { DeviceClocks } from "../core/storage/device-clocks.ts";
import type { RawBuffer } from "../core/storage/raw-buffer.ts";
import type { StorageCounters } from "../core/storage/storage-metrics.ts";
import type { Watermarks } from "../core/storage/watermarks.ts";
import type { WindowTable } from "../core/storage/window-table.ts";
import type {
  Decoder,
  DeviceRequest,
  IncomingMessage,
  DecodeOutcome,
  ReadingSink,
  RetryHint,
  SeriesRef,
} from "../decode/decoder.ts";
import type { Journal } from "./journal.ts";
import type { LedgerCounts } from "./ledger-counts.ts";
import type { SchemaChange } from "./schema-policy.ts";
import { SchemaPolicy } from "./schema-policy.ts";
import type { SeriesRegistry } from "./series-registry.ts";

/** Decodes messages, and puts their readings into the journal, the windows and the buffer of raw readings. */
export class ReadingIntake {
  readonly #decoder: Decoder;
  readonly #journal: Journal;
  readonly #windows: WindowTable;
  readonly #watermarks: Watermarks;
  readonly #raw: RawBuffer;
  readonly #registry: SeriesRegistry;
  readonly #counts: LedgerCounts;
  readonly #counters: StorageCounters;
  readonly #schema: SchemaPolicy;
  readonly #sink: ReadingSink;
  readonly #deviceClocks = new DeviceClocks();
  readonly #active = new ActiveDevices();
  /** The message is a dead letter that is decoded again. */
  #isRetry = false;
  /** Monotonic time of the commit that is being prepared. */
  #atMs: number;
  #hints: RetryHint[] = [];
  #requests: DeviceRequest[] = [];
  #schemaChanges: SchemaChange[] = [];
  #lastSchemaChange: SchemaChange | null = null;

  /** @param options.atMs monotonic time of the start. */
  constructor(parts: ReadingIntakeParts, options: { seriesMax: number; atMs: number }) {
    this.#decoder = parts.decoder;
    this.#journal = parts.journal;
    this.#windows = parts.windows;
    this.#watermarks = parts.watermarks;
    this.#raw = parts.raw;
    this.#registry = parts.registry;
    this.#counts = parts.counts;
    this.#counters = parts.counters;
    this.#atMs = options.atMs;
    const { registry, counts, counters } = parts;
    this.#schema = new SchemaPolicy(
      { registry, changed: (change) => this.#schemaChanged(change) },
      { seriesMax: options.seriesMax },
    );
    this.#sink = {
      admits: (series, value) => this.#schema.admits(series, value),
      reading: (series, timeMs, value, clock, payloadTimeMs) => this.#take(series, timeMs, value, clock, payloadTimeMs),
      hasSeries: (names) => registry.current(names) !== undefined,
      written: (value) => {
        if (typeof value !== "boolean") counters.numeric_texts++;
      },
      retryHint: (hint) => {
        if (this.#hints.length < HINTS_MAX) this.#hints.push(hint);
      },
      ignored: (what, count) => counts.add("ignored", what, count),
      request: (request) => this.#requests.push(request),
    };
  }

  /** Begins another commit. `atMs` is monotonic. */
  begin(atMs: number): void {
    this.#atMs = atMs;
    this.#active.begin(atMs);
  }

  /** Decodes a message and takes its readings: all of them or none. */
  readonly decode = (message: IncomingMessage): DecodeOutcome => {
    // An old message says nothing about the present state of a clock.
    const isFresh = message.clockPlausible && message.isRetry !== true;
    this.#deviceClocks.begin(isFresh ? message.arrivedMs : Number.NaN);
    this.#isRetry = message.isRetry === true;
    this.#schema.begin();
    const before = this.#journal.lastSeq;
    try {
      return this.#decoder.decodeInto(message, this.#sink);
    } catch (error) {
      // A message with readings in the journal cannot be tried again as a whole.
      if (this.#journal.lastSeq !== before) throw error;
      return { kind: "dead_letter", reason: "decoder_failed", detail: String(error).slice(0, 500), route: "" };
    }
  };

  /** Puts a reading of the journal into its windows. */
  apply(series: number, device: number, timeMs: number, value: Value, clock: ClockSource, seq: number): void {
    const openedEndMs = this.#windows.add(series, timeMs, value, clock, seq);
    if (openedEndMs !== Infinity) this.#watermarks.expect(device, openedEndMs);
    this.#watermarks.observe(device, timeMs, this.#atMs);
    this.#registry.saw(series, timeMs);
  }

  /** The dead letters that messages since the last call explain. */
  takeHints(): readonly RetryHint[] {
    const hints = this.#hints;
    if (hints.length > 0) this.#hints = [];
    return hints;
  }

  /** Questions to devices, and changes of types and units, since the last call. */
  takeNotes(): { requests: readonly DeviceRequest[]; schemaChanges: readonly SchemaChange[] } {
    const notes = { requests: this.#requests, schemaChanges: this.#schemaChanges };
    this.#requests = [];
    this.#schemaChanges = [];
    return notes;
  }

  /** Since the start of the process; null: none. */
  get lastSchemaChange(): SchemaChange | null {
    return this.#lastSchemaChange;
  }

  /** The devices whose clocks are furthest off, the furthest first. */
  worstClocks(limit: number): readonly NamedDeviceClock[] {
    const registry = this.#registry;
    return this.#deviceClocks.worst(limit).map(({ device, ...rest }) => {
      return { device: registry.get(registry.ofDevice(device)[0]!).device, ...rest };
    });
  }

  /** Which devices send at this monotonic time. A dead letter that is decoded again does not count. */
  activeDevices(atMs: number): ActiveDeviceCount {
    return this.#active.at(atMs);
  }

  #take(ref: SeriesRef, timeMs: number, value: Value, clock: ClockSource, payloadTimeMs?: number): void {
    const entry = this.#schema.take(ref, value, this.#atMs);
    const seq = this.#journal.add(ref.id, timeMs, value, clock);
    this.apply(ref.id, entry.deviceNumber, timeMs, value, clock, seq);
    if (entry.plan.raw) this.#raw.add(ref.id, entry, timeMs, value, clock);
    if (!this.#isRetry) this.#active.saw(entry.deviceNumber);
    if (clock === "none") return;
    this.#deviceClocks.observe(entry.deviceNumber, payloadTimeMs ?? timeMs);
    if (payloadTimeMs === undefined) return;
    this.#deviceClocks.markSuspect(entry.deviceNumber, payloadTimeMs);
    this.#counters.suspect_times++;
  }

  #schemaChanged(change: SchemaChange): void {
    if (change.outcome !== "dead_letter") this.#counts.add("schema_change", change.kind);
    this.#lastSchemaChange = change;
    // Every change is counted. If there are many at once, only the first are reported.
    if (change.outcome !== "known" && this.#schemaChanges.length < SCHEMA_CHANGES_REPORTED)
      this.#schemaChanges.push(change);
  }
}

export type ReadingIntakeParts = {
  readonly decoder: Decoder;
  readonly journal: Journal;
  readonly windows: WindowTable;
  readonly watermarks: Watermarks;
  readonly raw: RawBuffer;
  readonly registry: SeriesRegistry;
  readonly counts: LedgerCounts;
  readonly counters: StorageCounters;
};

export type NamedDeviceClock = Omit<DeviceClock, "device"> & { readonly device: string };

/** The most in one commit. */
const HINTS_MAX = 1000;
/** The most in one commit. */
const SCHEMA_CHANGES_REPORTED = 16;

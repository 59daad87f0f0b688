import type { Database, Statement } from "better-sqlite3";

import type { WindowRecord } from "../../../proto/core/record.ts";
import { toSeq } from "../../../proto/core/ids.ts";
import { typeOfSummary } from "../../../proto/core/schema.ts";
import { streamIdToBytes } from "../../../proto/wire/frame-values.ts";
import type { SnapshotOrigin } from "../../../proto/wire/snapshot-codec.ts";
import { encodeWindowContent } from "../../../proto/wire/window-content-codec.ts";
import { placeRows, rowsToApply } from "../../core/apply-rows.ts";
import type {
  ArrivingRows,
  HeldCommand,
  HeldSlot,
  RowPlacement,
  RawFacts,
  RowFacts,
  WindowFacts,
} from "../../core/apply-rows.ts";
import type { SqliteConflicts, WindowPlace } from "./conflicts.ts";
import type { SqliteOperators } from "./operators.ts";
import { SqliteRawBlocks } from "./raw-blocks.ts";
import type { SqliteSchema } from "./schema.ts";
import type { SqliteSeries } from "./series.ts";
import { columnsChecksum } from "./row-checksums.ts";
import { haModeNumber } from "./stored-ha-mode.ts";
import { storedSummary, SUMMARY_COLUMNS } from "./stored-summary.ts";
import type { StoredSummary } from "./stored-summary.ts";
import type { SqliteStreams } from "./streams.ts";

/**
 * Writes the rows of batches and snapshots where `placeRows` puts them: reads the facts, calls `placeRows`, writes the
 * rows. Runs inside the transaction of the caller.
 */
export class SqliteRowWriter {
  readonly #sql: Statements;
  readonly #raws: SqliteRawBlocks;
  readonly #parts: Parts;

  constructor(db: Database, parts: Parts) {
    this.#sql = prepare(db);
    this.#raws = new SqliteRawBlocks(db, parts.series);
    this.#parts = parts;
  }

  write(arriving: ArrivingRows): void {
    const rows = rowsToApply(arriving, this.#parts.operators.erased);
    const facts = this.#facts(rows);
    const placements = placeRows(rows, facts);
    this.#writeWindows(rows.windows, facts.windows, placements.windows);
    this.#writeRaws(rows.raws, placements.raws);
    for (const { device, metric, firstMs, lastMs, ...version } of rows.schemas) {
      this.#parts.schema.saw(this.#parts.series.idOf({ device, metric }), version, { firstMs, lastMs });
    }
    this.#writeCommands(rows.commands, facts.commandWindows, placements.commands);
    this.#parts.conflicts.settle(placements.contested);
  }

  #facts({ windows, raws, commands }: ArrivingRows): RowFacts<HeldWindow> {
    const { series, operators } = this.#parts;
    const reads = { known: new Map<number, HeldWindow>(), hasCommands: this.#sql.anyCommand.get() !== undefined };
    const blocks = new Map<string, RawFacts>();
    return {
      windows: windows.map(({ window }) =>
        this.#heldWindow(reads, series.idOf(window), window.windowMs, window.windowStartMs),
      ),
      raws: raws.map(({ origin, position, slice }) => {
        const place = { series: series.idOf(slice), stream: this.#streamOf(origin), seq: origin.seq, position };
        const key = Object.values(place).join("/");
        let held = blocks.get(key);
        if (held === undefined) blocks.set(key, (held = { hash48: this.#raws.held(place) }));
        return held;
      }),
      commandWindows: commands.map(({ command }) => {
        if (!("window" in command)) return null;
        const { windowMs, windowStartMs } = command.window;
        return this.#heldWindow(reads, series.idOf(command.window), windowMs, windowStartMs);
      }),
      erased: operators.erased,
      members: commands.some(({ command }) => command.kind === "set_member") ? operators.memberVersions() : new Map(),
      kept: commands.some(({ command }) => command.kind === "keep_gateway") ? operators.keptVersions() : new Map(),
    };
  }

  /** The facts of a window, read once for all rows of the window. */
  #heldWindow({ known, hasCommands }: WindowReads, series: number, windowMs: number, startMs: number): HeldWindow {
    const ofSeries = known.get(series) ?? null;
    for (let held = ofSeries; held !== null; held = held.next)
      if (held.startMs === startMs && held.windowMs === windowMs) return held;
    const held: HeldWindow = { series, windowMs, startMs, slots: [], commands: NO_COMMANDS, next: ofSeries };
    known.set(series, held);
    for (const [stream, part, ver, hash48, revision] of this.#sql.slots.all(series, windowMs, startMs)) {
      const name = this.#parts.streams.known(stream);
      if (name !== null) held.slots.push({ streamId: name.streamId, part, ver: toSeq(ver), hash48, revision });
    }
    if (hasCommands) held.commands = this.#sql.commands.all(series, windowMs, startMs);
    return held;
  }

  #writeWindows(rows: ArrivingRows["windows"], held: readonly HeldWindow[], placements: readonly RowPlacement[]): void {
    const { schema } = this.#parts;
    let lastOrigin: SnapshotOrigin | null = null;
    let stream = 0;
    for (let i = 0; i < rows.length; i++) {
      const { origin, window } = rows[i]!;
      const { series } = held[i]!;
      if (origin !== lastOrigin) stream = this.#streamOf((lastOrigin = origin));
      schema.saw(series, { type: typeOfSummary(window.summary), unit: window.unit }, window.summary);
      this.#writeWindow(placements[i]!, windowRow(series, stream, origin, window));
    }
  }

  #writeWindow(placement: RowPlacement, row: WindowRow): void {
    switch (placement) {
      case "insert":
        this.#sql.insert.run(...row);
        return;
      case "replace":
        this.#sql.logHeld.run(row[0], row[1], row[2], row[3], row[4]);
        this.#sql.replace.run(...row);
        return;
      case "log":
        this.#sql.log.run(...row);
        return;
      case "ignore":
        return;
    }
  }

  #writeRaws(rows: ArrivingRows["raws"], placements: readonly RowPlacement[]): void {
    const { schema, series } = this.#parts;
    for (const [i, { origin, position, slice }] of rows.entries()) {
      const place = { series: series.idOf(slice), stream: this.#streamOf(origin), seq: origin.seq, position };
      const span = { firstMs: slice.minMs, lastMs: slice.maxMs };
      for (const type of slice.types) schema.saw(place.series, { type, unit: slice.unit }, span);
      if (placements[i] === "replace") this.#raws.delete(place);
      if (placements[i] !== "ignore") this.#raws.insert(place, origin.hash48, slice);
    }
  }

  #writeCommands(
    rows: ArrivingRows["commands"],
    windows: readonly (HeldWindow | null)[],
    placements: readonly RowPlacement[],
  ): void {
    const { operators, schema, series } = this.#parts;
    for (const [i, { origin, command }] of rows.entries()) {
      if (placements[i] === "ignore") continue;
      const from = { stream: this.#streamOf(origin), seq: origin.seq, hash48: origin.hash48 };
      switch (command.kind) {
        case "erase_device":
          // Writes the noted types and units first, so that they are deleted with the other rows.
          schema.write();
          operators.erase(from, command);
          series.forget();
          schema.forget();
          break;
        case "set_member":
          operators.setMember(from, command);
          break;
        case "keep_gateway":
          operators.keep(from, command);
          break;
        default:
          operators.insert(windows[i]!.series, from, command);
      }
    }
  }

  #streamOf({ streamId, gateway }: SnapshotOrigin): number {
    return this.#parts.streams.idOf(streamId, gateway);
  }
}

type Parts = {
  readonly streams: SqliteStreams;
  readonly series: SqliteSeries;
  readonly operators: SqliteOperators;
  readonly conflicts: SqliteConflicts;
  readonly schema: SqliteSchema;
};

/** `next`: another window of the series among the rows. */
type HeldWindow = WindowFacts &
  WindowPlace & {
    readonly slots: HeldSlot[];
    commands: readonly HeldCommand[];
    readonly next: HeldWindow | null;
  };
/**
 * `known`: the windows read so far, by series. A list for each series costs less than a map by a text of three numbers.
 * `hasCommands`: whether the region has a command for any window. Most regions have none, which saves a query for each
 * window.
 */
type WindowReads = { readonly known: Map<number, HeldWindow>; readonly hasCommands: boolean };

const NO_COMMANDS: readonly HeldCommand[] = [];

type Slot = [...Window, stream: number, part: number];
type WindowRow = [
  ...Slot,
  ver: number,
  hash48: number,
  revision: number,
  carry: Uint8Array | null,
  unit: string | null,
  haMode: number,
  later: number,
  content: Uint8Array | null,
  ...summary: StoredSummary,
  checksum: number,
];

function windowRow(series: number, stream: number, origin: SnapshotOrigin, record: WindowRecord): WindowRow {
  const row: WindowRow = [
    series,
    record.windowMs,
    record.windowStartMs,
    stream,
    record.part,
    origin.seq,
    origin.hash48,
    record.revision,
    record.carry === null ? null : streamIdToBytes(record.carry),
    record.unit,
    haModeNumber(record.haMode),
    record.later ? 1 : 0,
    encodeWindowContent(record.content),
    ...storedSummary(record.summary),
    0,
  ];
  const last = row.length - 1;
  row[last] = columnsChecksum(row, last);
  return row;
}

const COLUMNS = `series, window_ms, window_start_ms, stream, part, ver, hash48, revision, carry, unit, ha_mode, later,
  content, ${SUMMARY_COLUMNS}, checksum`;
const VALUES = "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const IN_WINDOW = "series = ? AND window_ms = ? AND window_start_ms = ?";

type Statements = ReturnType<typeof prepare>;
type Window = [series: number, windowMs: number, windowStartMs: number];
type SlotSqlRow = [stream: number, part: number, ver: number, hash48: number, revision: number];

function prepare(db: Database) {
  return {
    slots: db.prepare(`SELECT stream, part, ver, hash48, revision FROM record WHERE ${IN_WINDOW}`).raw() as Statement<
      Window,
      SlotSqlRow
    >,
    anyCommand: db.prepare("SELECT 1 FROM operator_row LIMIT 1"),
    commands: db.prepare<Window, HeldCommand>(`SELECT rank, hlc, hash48 FROM operator_row WHERE ${IN_WINDOW}`),
    insert: db.prepare<WindowRow>(`INSERT INTO record (${COLUMNS}) ${VALUES}`),
    replace: db.prepare<WindowRow>(`INSERT OR REPLACE INTO record (${COLUMNS}) ${VALUES}`),
    logHeld: db.prepare<Slot>(
      `INSERT INTO revision_log (${COLUMNS}) SELECT ${COLUMNS} FROM record WHERE ${IN_WINDOW} AND stream = ? AND part = ?`,
    ),
    log: db.prepare<WindowRow>(
      `INSERT INTO revision_log (${COLUMNS}) ${VALUES}
       ON CONFLICT (series, window_ms, window_start_ms, stream, part, ver, hash48, revision) DO NOTHING`,
    ),
  };
}

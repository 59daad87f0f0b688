import { hash48Of } from "../../proto/core/hash48.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import { compareCommandVersions } from "../../proto/core/operator-command.ts";
import type { CommandVersion, OperatorCommand, OperatorRank } from "../../proto/core/operator-command.ts";
import type { SealedBatch } from "../../proto/core/record.ts";
import { compareSlotVersions } from "../../proto/core/slot-version.ts";
import type { SlotVersion } from "../../proto/core/slot-version.ts";
import type { ReadableBatch } from "../../proto/wire/batch-codec.ts";
import type { SnapshotPart } from "../../proto/wire/snapshot-codec.ts";

/**
 * Decides where each row of a batch, or of a part of a snapshot, goes: into its slot or into the log. Decides as well
 * which raw block keeps its place, which commands count, and which windows must be checked for conflicts.
 *
 *     rowsOfBatch ──▶ rowsToApply ──▶ the store reads the facts ──▶ placeRows ──▶ the store writes, row by row, in order
 *
 * The facts stay as they are. Rows of one batch compete with each other, too: a row sees the rows before it. For that the
 * facts have one object for each window and for each place of a raw block, however many rows go there.
 */
export function placeRows<Window extends WindowFacts>(
  rows: ArrivingRows,
  facts: RowFacts<Window>,
): RowPlacements<Window> {
  const after = new Map<Window, WindowAfter>();
  const windowAfter = (held: Window): WindowAfter => {
    let state = after.get(held);
    if (state === undefined) after.set(held, (state = { slots: held.slots.slice(), commands: held.commands }));
    return state;
  };
  const rawsAfter = new Map<RawFacts, number>();
  const erased = new LatestAfter(facts.erased);
  const members = new LatestAfter(facts.members);
  const kept = new LatestAfter(facts.kept);
  const contested = new Set<Window>();
  const windows = rows.windows.map(({ origin, window }, i): RowPlacement => {
    const held = facts.windows[i]!;
    const { streamId, seq: ver, hash48 } = origin;
    const { part, revision } = window;
    const state = windowAfter(held);
    const placement = placeInSlot(state.slots, { streamId, part, ver, hash48, revision });
    if ((placement === "insert" || placement === "replace") && isContested(state)) contested.add(held);
    return placement;
  });
  const raws = rows.raws.map(({ origin }, i) => {
    const held = facts.raws[i]!;
    const placement = placeRawBlock(rawsAfter.get(held) ?? held.hash48, origin.hash48);
    if (placement !== "ignore") rawsAfter.set(held, origin.hash48);
    return placement;
  });
  const commands = rows.commands.map(({ origin, command }, i): RowPlacement => {
    const version = { hlc: command.hlc, hash48: origin.hash48 };
    switch (command.kind) {
      case "erase_device":
        return erased.place(command.device, version);
      case "set_member":
        return members.place(command.member.region, version);
      case "keep_gateway":
        return kept.place(command.kept.gateway, version);
      default: {
        const held = facts.commandWindows[i];
        if (held == null) throw new RangeError("no facts for the window of a command");
        const rank = command.kind === "clear" ? command.rank : command.kind;
        const state = windowAfter(held);
        if (state.commands.some((one) => one.rank === rank && compareCommandVersions(one, version) === 0))
          return "ignore";
        state.commands = [...state.commands, { rank, ...version }];
        contested.add(held);
        return "insert";
      }
    }
  });
  return { windows, raws, commands, contested: [...contested] };
}

/** The rows of a batch. */
export function rowsOfBatch(batch: SealedBatch, { content, rawSlices }: ReadableBatch): ArrivingRows {
  const origin = { streamId: batch.streamId, gateway: content.gateway, seq: batch.seq, hash48: hash48Of(batch.sha256) };
  const positions = new Map<string, number>();
  return {
    windows: content.windows.map((window) => ({ origin, window })),
    raws: rawSlices.map((slice) => {
      const series = seriesName(slice);
      const position = positions.get(series) ?? 0;
      positions.set(series, position + 1);
      return { origin, position, slice };
    }),
    commands: content.commands.map((command) => ({ origin, command })),
    schemas: [],
  };
}

/** Leaves out every row of a device that is erased, by an earlier command or by one of these. */
export function rowsToApply(rows: ArrivingRows, erased: ReadonlyMap<string, CommandVersion>): ArrivingRows {
  const now = new Set<string>();
  for (const { command } of rows.commands) if (command.kind === "erase_device") now.add(command.device);
  if (erased.size === 0 && now.size === 0) return rows;
  const isKept = (device: string): boolean => !erased.has(device) && !now.has(device);
  return {
    windows: rows.windows.filter(({ window }) => isKept(window.device)),
    raws: rows.raws.filter(({ slice }) => isKept(slice.device)),
    commands: rows.commands.filter(({ command }) => !("window" in command) || isKept(command.window.device)),
    schemas: rows.schemas.filter(({ device }) => isKept(device)),
  };
}

/** One name for a device and metric. U+0000 cannot occur in an MQTT topic, so no two series share a name. */
export function seriesName({ device, metric }: { readonly device: string; readonly metric: string }): string {
  return `${device}\u0000${metric}`;
}

/** Each row with the batch that carried it. */
export type ArrivingRows = Pick<SnapshotPart, "windows" | "raws" | "commands" | "schemas">;

/** The rows and commands of a window in the store. */
export type WindowFacts = {
  readonly slots: readonly HeldSlot[];
  /** The commands for the window. */
  readonly commands: readonly HeldCommand[];
};
/** A slot, with the version of its row. */
export type HeldSlot = SlotVersion & { readonly streamId: StreamId; readonly part: number };
export type HeldCommand = CommandVersion & { readonly rank: OperatorRank };

/** The hash of the batch whose raw block holds a place; null: the place is free. */
export type RawFacts = { readonly hash48: number | null };

export type RowFacts<Window extends WindowFacts> = {
  /** One for each of the `windows`. */
  readonly windows: readonly Window[];
  /** One for each of the `raws`. */
  readonly raws: readonly RawFacts[];
  /** One for each of the `commands`; null for a command that is not about a window. */
  readonly commandWindows: readonly (Window | null)[];
  /** The latest command that erased each device. */
  readonly erased: ReadonlyMap<string, CommandVersion>;
  /** The latest command that set each region. */
  readonly members: ReadonlyMap<string, CommandVersion>;
  /** The latest command about each gateway. */
  readonly kept: ReadonlyMap<string, CommandVersion>;
};

/**
 * `insert`: the place is free. `replace`: the row takes the place, and the earlier row of the slot goes to the log.
 * `log`: the new row goes to the log. `ignore`: nothing changes.
 */
export type RowPlacement = "insert" | "replace" | "log" | "ignore";

export type RowPlacements<Window extends WindowFacts> = {
  /** One for each of the `windows`. */
  readonly windows: readonly RowPlacement[];
  /** One for each of the `raws`; never `log`. */
  readonly raws: readonly RowPlacement[];
  /** One for each of the `commands`; never `log`. */
  readonly commands: readonly RowPlacement[];
  /** The changed windows that have several slots or a command. Their conflicts must be found again. */
  readonly contested: readonly Window[];
};

export type ErasingCommand = Extract<OperatorCommand, { kind: "erase_device" }>;
export type MemberCommand = Extract<OperatorCommand, { kind: "set_member" }>;
export type KeepingCommand = Extract<OperatorCommand, { kind: "keep_gateway" }>;
export type WindowCommand = Exclude<OperatorCommand, ErasingCommand | MemberCommand | KeepingCommand>;

/** A window after the rows so far. */
type WindowAfter = { readonly slots: HeldSlot[]; commands: readonly HeldCommand[] };

/** With one slot and no command, as in nearly every window, there is nothing to choose. */
function isContested({ slots, commands }: WindowFacts): boolean {
  return slots.length > 1 || commands.length > 0;
}

function placeInSlot(slots: HeldSlot[], arriving: HeldSlot): RowPlacement {
  for (let i = 0; i < slots.length; i++) {
    const held = slots[i]!;
    if (held.streamId !== arriving.streamId || held.part !== arriving.part) continue;
    const order = compareSlotVersions(arriving, held);
    if (order === 0) return "ignore";
    if (order < 0) return "log";
    slots[i] = arriving;
    return "replace";
  }
  slots.push(arriving);
  return "insert";
}

/** After a fork the block with the higher hash holds the place. */
function placeRawBlock(held: number | null, hash48: number): RowPlacement {
  if (held === null) return "insert";
  return held < hash48 ? "replace" : "ignore";
}

/** The latest command for each name, after the rows so far. */
class LatestAfter {
  readonly #held: ReadonlyMap<string, CommandVersion>;
  readonly #changed = new Map<string, CommandVersion>();

  constructor(held: ReadonlyMap<string, CommandVersion>) {
    this.#held = held;
  }

  place(name: string, version: CommandVersion): RowPlacement {
    const latest = this.#changed.get(name) ?? this.#held.get(name);
    if (latest !== undefined && compareCommandVersions(version, latest) <= 0) return "ignore";
    this.#changed.set(name, version);
    return latest === undefined ? "insert" : "replace";
  }
}

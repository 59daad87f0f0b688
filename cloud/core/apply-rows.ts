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
 * The facts are working copies: `placeRows` keeps them up to date. So a store may read the facts of several batches at
 * once, with one object for each window and place, and call `placeRows` for one batch after the other.
 */
export function placeRows<Window extends WindowFacts>(
  rows: ArrivingRows,
  facts: RowFacts<Window>,
): RowPlacements<Window> {
  const contested = new Set<Window>();
  const windows = rows.windows.map(({ origin, window }, i): RowPlacement => {
    const held = facts.windows[i]!;
    const { streamId, seq: ver, hash48 } = origin;
    const { part, revision } = window;
    const placement = placeInSlot(held.slots, { streamId, part, ver, hash48, revision });
    if ((placement === "insert" || placement === "replace") && isContested(held)) contested.add(held);
    return placement;
  });
  const raws = rows.raws.map(({ origin }, i) => placeRawBlock(facts.raws[i]!, origin.hash48));
  const commands = rows.commands.map(({ origin, command }, i): RowPlacement => {
    const version = { hlc: command.hlc, hash48: origin.hash48 };
    switch (command.kind) {
      case "erase_device":
        return placeLatest(facts.erased, command.device, version);
      case "set_member":
        return placeLatest(facts.members, command.member.region, version);
      default: {
        const held = facts.commandWindows[i];
        if (held == null) throw new RangeError("no facts for the window of a command");
        const rank = command.kind === "clear" ? command.rank : command.kind;
        if (held.commands.some((one) => one.rank === rank && compareCommandVersions(one, version) === 0))
          return "ignore";
        held.commands = [...held.commands, { rank, ...version }];
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

/** The rows and commands of a window in the store; a working copy. */
export type WindowFacts = {
  readonly slots: HeldSlot[];
  /** The commands for the window. */
  commands: readonly HeldCommand[];
};
/** A slot, with the version of its row. */
export type HeldSlot = SlotVersion & { readonly streamId: StreamId; readonly part: number };
export type HeldCommand = CommandVersion & { readonly rank: OperatorRank };

/** The hash of the batch whose raw block holds a place; null: the place is free. A working copy. */
export type RawFacts = { hash48: number | null };

export type RowFacts<Window extends WindowFacts> = {
  /** One for each of the `windows`. */
  readonly windows: readonly Window[];
  /** One for each of the `raws`. */
  readonly raws: readonly RawFacts[];
  /** One for each of the `commands`; null for a command that is not about a window. */
  readonly commandWindows: readonly (Window | null)[];
  /** The latest command that erased each device; a working copy. */
  readonly erased: Map<string, CommandVersion>;
  /** The latest command that set each region; a working copy. */
  readonly members: Map<string, CommandVersion>;
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
export type WindowCommand = Exclude<OperatorCommand, ErasingCommand | MemberCommand>;

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
function placeRawBlock(held: RawFacts, hash48: number): RowPlacement {
  const placement = held.hash48 === null ? "insert" : held.hash48 < hash48 ? "replace" : "ignore";
  if (placement !== "ignore") held.hash48 = hash48;
  return placement;
}

function placeLatest(latest: Map<string, CommandVersion>, name: string, version: CommandVersion): RowPlacement {
  const held = latest.get(name);
  if (held !== undefined && compareCommandVersions(version, held) <= 0) return "ignore";
  latest.set(name, version);
  return held === undefined ? "insert" : "replace";
}

import type { StreamId } from "./ids.ts";
import type { OperatorRank, OperatorRow } from "./operator-command.ts";
import { compareCommandVersions, OPERATOR_RANKS } from "./operator-command.ts";
import type { HaMode } from "./record.ts";
import type { SchemaVersion } from "./schema.ts";
import { schemaKey, typeOfSummary } from "./schema.ts";
import type { WindowSummary } from "./summary.ts";
import type { SlotVersion } from "./slot-version.ts";
import { compareSlotVersions } from "./slot-version.ts";
import type { CountBounds, Share } from "./unite.ts";
import { add, moreFirst, unite } from "./unite.ts";
import type { WindowContent, WindowSpan } from "./window-content.ts";

/**
 * The answer of a window, from all of its rows. A pure function of the set of rows: regions that hold the same rows give
 * the same answer, byte for byte, whatever the order of delivery. The choice between slots is made when reading and is
 * never stored. There are two rules, "the newer wins" and "the more complete wins". One stored row cannot follow both,
 * because together they are not transitive.
 *
 *     rows of one slot (stream, part)      the highest by compareSlotVersions
 *     slots linked by carry                states of one accumulator: the highest count
 *     slots of another type or unit        a separate answer (see below)
 *     unlinked slots of one gateway        united: each reading counts once (see below)
 *     other parts (part > 0)               always added
 *     gateways                             by the rule's ha_mode: `auto` unites, `mirror` takes the most complete,
 *                                          `partition` adds; `auto` where the gateways have different modes
 *     operator rows                        override > backfill_replace > gateways > backfill_fill; inside one rank the
 *                                          latest command, and nothing if that one is a clear
 *
 * A window nearly always has one answer. It has one for each type and unit where its metric changed its type or unit, or
 * where two gateways use different units: a sum of both would have no meaning. Slots without a unit belong to the only
 * unit of the window, unless a slot says that the unit changed. An operator's answer is for the whole window.
 *
 * One gateway has unlinked slots of one part after its disk was lost or restored from an old copy, or while two copies
 * of it run: a process does not know what the other one forwarded. Such slots may hold the same readings or different
 * ones, and a slot of 3 readings must not replace a slot of 600. So they are united as two gateways in `auto` mode are
 * (proto/core/unite.ts).
 *
 * @returns ordered by {@link schemaKey}; empty without rows of gateways and without a command in force.
 */
export function effective(
  window: WindowSpan,
  rows: readonly SlotRow[],
  operatorRows: readonly OperatorRow[] = [],
): readonly EffectiveRecord[] {
  return decide(window, { rows, operatorRows }, () => {});
}

/** Like {@link effective}. Calls `note` with each choice that it makes. */
export function decide(
  window: WindowSpan,
  { rows, operatorRows }: { readonly rows: readonly SlotRow[]; readonly operatorRows: readonly OperatorRow[] },
  note: (choice: Choice) => void,
): readonly EffectiveRecord[] {
  const gateways = rows.length === 0 ? [] : answersOfGateways(latestBySlot(rows), { window, note });
  const operator = commandsInForce(operatorRows, note);
  const candidates: Party[] = [];
  const add = (row: OperatorRow | undefined): void => {
    if (row !== undefined) candidates.push({ kind: "operator", row, summary: row.summary });
  };
  add(operator.get("override"));
  add(operator.get("backfill_replace"));
  const fill = operator.get("backfill_fill");
  for (const { summary, sources } of gateways) candidates.push({ kind: "slots", summary, sources });
  add(fill);
  const [winner] = candidates;
  if (winner === undefined) return [];
  for (const loser of candidates.slice(1)) {
    // Two answers of gateways do not compete: they have different types or units.
    if (winner.kind === "operator" || loser.kind === "operator")
      note({ kind: "operator", outcome: "instead", winner, loser });
  }
  if (winner.kind === "slots") {
    return gateways.map(({ version, summary, bounds, sources }) => ({
      ...version,
      summary,
      bounds,
      sources: sources.toSorted(bySlot),
      operator: null,
    }));
  }
  const { summary, row } = winner;
  // A clear is never in force.
  if (summary === null) return [];
  const sources = gateways.flatMap((of) => of.sources);
  const unit = sources.length === 0 ? null : newest(sources).unit;
  return [{ type: typeOfSummary(summary), unit, summary, bounds: null, sources: [], operator: row }];
}

/** One row of a slot. */
export type SlotRow = SlotVersion & {
  readonly gateway: string;
  readonly streamId: StreamId;
  readonly part: number;
  readonly carry: StreamId | null;
  readonly unit: string | null;
  readonly haMode: HaMode;
  /** Whether its type or unit is not the first one of the metric. */
  readonly later: boolean;
  readonly summary: WindowSummary;
  readonly content: WindowContent;
};

/** `unit` comes from the gateways, also where an operator decided. */
export type EffectiveRecord = SchemaVersion & {
  readonly summary: WindowSummary;
  /**
   * Null: every reading of the rows counts once. Otherwise the rows do not say which readings they have in common, and the
   * true count is between these two.
   */
  readonly bounds: CountBounds | null;
  /** The slots that the answer is made of, ordered; empty when an operator's row decided. */
  readonly sources: readonly SlotRow[];
  readonly operator: OperatorRow | null;
};

/** One side of a choice. */
export type Party =
  | { readonly kind: "slots"; readonly summary: WindowSummary; readonly sources: readonly SlotRow[] }
  | { readonly kind: "operator"; readonly summary: WindowSummary | null; readonly row: OperatorRow };

/**
 * `restart`: between process lives of one gateway. `gateways`: between gateways. `operator`: with a command on one side
 * at least. The outcome: the winner is used `instead` of the loser, or the answer is `approximate`, because one of them
 * has neither readings nor cells, so that it is not known which readings they have in common.
 */
export type Choice = {
  readonly kind: "restart" | "gateways" | "operator";
  readonly outcome: "instead" | "approximate";
  readonly winner: Party;
  readonly loser: Party;
};

type Context = { readonly window: WindowSpan; readonly note: (choice: Choice) => void };
type SlotShare = Share<SlotRow>;
/** The state of one part of the window in one gateway, in one unit. */
type Accumulator = SlotShare & { readonly gateway: string; readonly part: number; readonly version: SchemaVersion };

function latestBySlot(rows: readonly SlotRow[]): SlotRow[] {
  const slots = Map.groupBy(rows, (row) => `${row.streamId}/${row.part}`);
  return [...slots.values()].map((versions) =>
    versions.reduce((best, row) => (compareSlotVersions(row, best) > 0 ? row : best)),
  );
}

function answersOfGateways(
  slots: readonly SlotRow[],
  context: Context,
): (SlotShare & { readonly version: SchemaVersion })[] {
  const all = [...Map.groupBy(slots, (row) => row.gateway).values()].flatMap((own) => accumulators(own, context));
  return byVersion(all).map((ofVersion) => {
    const byGateway = Map.groupBy(ofVersion, ({ gateway }) => gateway);
    const shares = [...byGateway.values()].map((own) => shareOfGateway(own, context));
    const modes = new Set(ofVersion.flatMap(({ sources }) => sources.map(({ haMode }) => haMode)));
    const [agreed = "auto"] = modes;
    const version = ofVersion.reduce(
      (known, { version: next }) => (known.unit === null ? next : known),
      ofVersion[0]!.version,
    );
    return { ...combine(shares, { mode: modes.size > 1 ? "auto" : agreed, kind: "gateways" }, context), version };
  });
}

/** The accumulators of one gateway, each in its most complete state. */
function accumulators(slots: readonly SlotRow[], { note }: Context): Accumulator[] {
  const found: Accumulator[] = [];
  for (const [part, ofPart] of Map.groupBy(slots, (slot) => slot.part)) {
    for (const linked of linkedByCarry(ofPart)) {
      const shares = linked.map((slot) => ({
        name: `${slot.streamId}/${slot.part}`,
        summary: slot.summary,
        content: slot.content,
        bounds: null,
        sources: [slot],
      }));
      const best = shares.reduce((a, b) => (moreComplete(b.sources[0]!, a.sources[0]!) ? b : a));
      for (const share of shares) if (share !== best) note(between("restart", "instead", best, share));
      const [row] = best.sources as [SlotRow];
      // The gateway may have learned the unit between two revisions.
      const unit = row.unit ?? newestUnit(linked);
      found.push({ ...best, gateway: row.gateway, part, version: { type: typeOfSummary(row.summary), unit } });
    }
  }
  return found;
}

/** Groups the accumulators that may be added up: one group for each type and unit, in order of {@link schemaKey}. */
function byVersion(all: readonly Accumulator[]): Accumulator[][] {
  const versions: Accumulator[][] = [];
  for (const ofType of Map.groupBy(all, ({ version }) => version.type).values()) {
    const units = new Set(ofType.map(({ version }) => version.unit).filter((unit) => unit !== null));
    const changed = units.size > 1 || ofType.some(({ sources }) => sources.some(({ later }) => later));
    if (changed) versions.push(...Map.groupBy(ofType, ({ version }) => version.unit).values());
    else versions.push(ofType);
  }
  const keyOf = (of: readonly Accumulator[]): string =>
    schemaKey(of.find(({ version }) => version.unit !== null)?.version ?? of[0]!.version);
  return versions.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function shareOfGateway(own: readonly Accumulator[], context: Context): SlotShare {
  // The same part twice without a link: the disk was lost, restored or copied (see above).
  const parts = [...Map.groupBy(own, ({ part }) => part).values()].map((same) =>
    combine(same, { mode: "auto", kind: "restart" }, context),
  );
  return { ...add(parts), name: own[0]!.gateway };
}

/** Groups slots that `carry` connects, directly or through other slots. */
function linkedByCarry(slots: readonly SlotRow[]): SlotRow[][] {
  const groupOf = new Map<StreamId, Set<StreamId>>();
  const group = (stream: StreamId): Set<StreamId> => groupOf.get(stream) ?? new Set([stream]);
  for (const { streamId, carry } of slots) {
    const joined = new Set([...group(streamId), ...(carry === null ? [] : group(carry))]);
    for (const stream of joined) groupOf.set(stream, joined);
  }
  return [...Map.groupBy(slots, (slot) => groupOf.get(slot.streamId)!).values()];
}

function combine(
  shares: readonly SlotShare[],
  { mode, kind }: { readonly mode: HaMode; readonly kind: "restart" | "gateways" },
  { window, note }: Context,
): SlotShare {
  switch (mode) {
    case "mirror": {
      const [most, ...others] = shares.toSorted(moreFirst);
      if (most === undefined) throw new RangeError("nothing to combine");
      for (const other of others) note(between(kind, "instead", most, other));
      return most;
    }
    case "partition":
      return add(shares);
    case "auto": {
      const united = unite(shares, window);
      for (const { winner, loser } of united.unclear) note(between(kind, "approximate", winner, loser));
      return united;
    }
  }
}

function between(
  kind: Choice["kind"],
  outcome: Choice["outcome"],
  { summary, sources }: SlotShare,
  loser: SlotShare,
): Choice {
  return {
    kind,
    outcome,
    winner: { kind: "slots", summary, sources },
    loser: { kind: "slots", summary: loser.summary, sources: loser.sources },
  };
}

/** The command that is in force in each rank: the latest one, unless it is a clear. */
function commandsInForce(rows: readonly OperatorRow[], note: Context["note"]): ReadonlyMap<OperatorRank, OperatorRow> {
  const found = new Map<OperatorRank, OperatorRow>();
  for (const rank of OPERATOR_RANKS) {
    const ofRank = rows.filter((row) => row.rank === rank);
    if (ofRank.length === 0) continue;
    const last = ofRank.reduce((a, b) => (compareCommandVersions(b, a) > 0 ? b : a));
    const winner: Party = { kind: "operator", row: last, summary: last.summary };
    for (const row of ofRank) {
      if (row.summary === null || compareCommandVersions(row, last) >= 0) continue;
      note({ kind: "operator", outcome: "instead", winner, loser: { kind: "operator", row, summary: row.summary } });
    }
    if (last.summary !== null) found.set(rank, last);
  }
  return found;
}

function moreComplete(a: SlotRow, b: SlotRow): boolean {
  if (a.summary.count !== b.summary.count) return a.summary.count > b.summary.count;
  // Both are equally complete: take the state of the later process. UUIDv7 ascends with time.
  return a.streamId > b.streamId;
}

function newestUnit(linked: readonly SlotRow[]): string | null {
  const known = linked.filter(({ unit }) => unit !== null);
  return known.toSorted((a, b) => bySlot(b, a))[0]?.unit ?? null;
}

function newest(sources: readonly SlotRow[]): SlotRow {
  return sources.toSorted((a, b) => b.summary.lastMs - a.summary.lastMs || bySlot(b, a))[0]!;
}

function bySlot(a: SlotRow, b: SlotRow): number {
  if (a.gateway !== b.gateway) return a.gateway < b.gateway ? -1 : 1;
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.part - b.part;
}

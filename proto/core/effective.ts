import type { Seq, StreamId } from "./ids.ts";
import type { OperatorRank, OperatorRow } from "./operator-command.ts";
import { isLater, OPERATOR_RANKS } from "./operator-command.ts";
import type { HaMode } from "./record.ts";
import type { WindowSummary } from "./summary.ts";
import { mergeSummaries } from "./summary.ts";

/**
 * One answer from all the rows of a window (design, section 4): a pure function of the set of rows, so every region
 * that holds the same rows says the same, byte for byte, whatever the order of delivery. The choice is made when
 * reading and never stored: "the newer wins" and "the more complete wins" do not mix in one stored row, because
 * together they are not transitive.
 *
 *     rows of one slot (stream, part)      the highest version
 *     slots linked by carry                alternatives of one accumulator: the highest count
 *     unlinked slots of one gateway        added only where they cover different times (see below)
 *     supplements (part > 0)               always added
 *     gateways                             by the rule's ha_mode; `auto` where they do not agree on it
 *     operator rows                        override > backfill-replace > gateways > backfill-fill; of one rank the
 *                                          latest command, and if that one is a clear, nothing
 *
 * Unlinked first slots of one gateway appear when its disk was restored from an old copy or lost: the new process knew
 * nothing of what the old one forwarded. They may hold the same readings or others, and a slot of 3 readings must not
 * beat one of 600; so they are treated as two gateways in `auto` mode are.
 *
 * @returns null where nobody says anything: no row, or commands that were all taken back.
 */
export function effective(rows: readonly SlotRow[], operatorRows: readonly OperatorRow[] = []): EffectiveRecord | null {
  return decide(rows, operatorRows, () => {});
}

/** As {@link effective}, telling `note` each choice that it makes on the way. */
export function decide(
  rows: readonly SlotRow[],
  operatorRows: readonly OperatorRow[],
  note: (choice: Choice) => void,
): EffectiveRecord | null {
  const gateways = rows.length === 0 ? null : ofGateways(latestBySlot(rows), note);
  const operator = standing(operatorRows, note);
  const candidates: Party[] = [];
  const add = (row: OperatorRow | undefined): void => {
    if (row !== undefined) candidates.push({ kind: "operator", row, summary: row.summary });
  };
  add(operator.get("override"));
  add(operator.get("backfill_replace"));
  if (gateways !== null) candidates.push({ kind: "slots", summary: gateways.summary, sources: gateways.sources });
  add(operator.get("backfill_fill"));
  const [winner, ...losers] = candidates;
  if (winner === undefined) return null;
  for (const loser of losers) note({ kind: "operator", outcome: "instead", winner, loser });
  const unit = gateways === null ? null : newest(gateways.sources).unit;
  if (winner.kind === "slots")
    return { summary: winner.summary, unit, sources: winner.sources.toSorted(bySlot), operator: null };
  const { summary } = winner;
  // A row that takes back never stands.
  return summary === null ? null : { summary, unit, sources: [], operator: winner.row };
}

/** Whether `a` replaces `b` in the same slot. */
export function supersedes(a: SlotRow, b: SlotRow): boolean {
  return a.ver > b.ver;
}

/** The row of one slot: the latest revision that this region has of it. */
export type SlotRow = {
  readonly gateway: string;
  readonly streamId: StreamId;
  readonly part: number;
  /** The seq of the batch that carried it. */
  readonly ver: Seq;
  readonly carry: StreamId | null;
  readonly revision: number;
  readonly unit: string | null;
  readonly haMode: HaMode;
  readonly summary: WindowSummary;
};

export type EffectiveRecord = {
  readonly summary: WindowSummary;
  /** As the gateways say it, also where an operator decided. */
  readonly unit: string | null;
  /** The slots that the answer is made of, ordered; empty when an operator's row decided. */
  readonly sources: readonly SlotRow[];
  readonly operator: OperatorRow | null;
};

/** One who says something of a window. */
export type Party =
  | { readonly kind: "slots"; readonly summary: WindowSummary; readonly sources: readonly SlotRow[] }
  | { readonly kind: "operator"; readonly summary: WindowSummary | null; readonly row: OperatorRow };

/**
 * `restart`: between process lives of one gateway; `gateways`: between gateways; `operator`: a command outranks or is
 * outranked. The outcome: the winner `instead` of the loser, or the loser `added` although their times overlap a little.
 */
export type Choice = {
  readonly kind: "restart" | "gateways" | "operator";
  readonly outcome: "instead" | "added";
  readonly winner: Party;
  readonly loser: Party;
};

/** Two slices may overlap at the seam between two gateways without their readings being the same. */
const OVERLAP_MAX = 2;

type Note = (choice: Choice) => void;
type Share = { readonly summary: WindowSummary; readonly sources: readonly SlotRow[]; readonly name: string };

function latestBySlot(rows: readonly SlotRow[]): SlotRow[] {
  const slots = Map.groupBy(rows, (row) => `${row.streamId}/${row.part}`);
  return [...slots.values()].map((versions) => versions.reduce((best, row) => (supersedes(row, best) ? row : best)));
}

function ofGateways(slots: readonly SlotRow[], note: Note): Share {
  const byGateway = Map.groupBy(slots, (row) => row.gateway);
  const shares = [...byGateway.values()].map((own) => ofGateway(own, note));
  const mode = slots.reduce<HaMode>((agreed, { haMode }) => (haMode === agreed ? agreed : "auto"), slots[0]!.haMode);
  return combine(shares, mode, "gateways", note);
}

function ofGateway(slots: readonly SlotRow[], note: Note): Share {
  const supplements: Share[] = [];
  const first: Share[] = [];
  for (const [part, ofPart] of Map.groupBy(slots, (slot) => slot.part)) {
    for (const linked of linkedByCarry(ofPart)) {
      const shares = linked.map((slot) => ({
        summary: slot.summary,
        sources: [slot],
        name: `${slot.streamId}/${slot.part}`,
      }));
      const best = shares.reduce((a, b) => (moreComplete(b.sources[0]!, a.sources[0]!) ? b : a));
      for (const share of shares) if (share !== best) note(between("restart", "instead", best, share));
      if (part === 0) first.push(best);
      else supplements.push(best);
    }
  }
  const base = first.length === 0 ? [] : [combine(first, "auto", "restart", note)];
  return { ...sum([...base, ...supplements]), name: slots[0]!.gateway };
}

/** Slots connected by "carries on from", directly or through others. */
function linkedByCarry(slots: readonly SlotRow[]): SlotRow[][] {
  const groupOf = new Map<StreamId, Set<StreamId>>();
  const group = (stream: StreamId): Set<StreamId> => groupOf.get(stream) ?? new Set([stream]);
  for (const { streamId, carry } of slots) {
    const joined = new Set([...group(streamId), ...(carry === null ? [] : group(carry))]);
    for (const stream of joined) groupOf.set(stream, joined);
  }
  return [...Map.groupBy(slots, (slot) => groupOf.get(slot.streamId)!).values()];
}

function combine(shares: readonly Share[], mode: HaMode, kind: "restart" | "gateways", note: Note): Share {
  const ordered = shares.toSorted(moreFirst);
  const [most, ...others] = ordered;
  if (most === undefined) throw new RangeError("nothing to combine");
  switch (mode) {
    case "mirror":
      for (const other of others) note(between(kind, "instead", most, other));
      return most;
    case "partition":
      return sum(ordered);
    case "auto": {
      const added = [most];
      let covered = most.summary.coverage;
      for (const other of others) {
        const overlap = bitCount(covered & other.summary.coverage);
        if (overlap > 0) note(between(kind, overlap > OVERLAP_MAX ? "instead" : "added", most, other));
        if (overlap > OVERLAP_MAX) continue;
        added.push(other);
        covered |= other.summary.coverage;
      }
      return sum(added);
    }
  }
}

/** Always added up in the same order, so that not even rounding depends on the order of delivery. */
function sum(shares: readonly Share[]): Share {
  const ordered = shares.toSorted(moreFirst);
  return {
    summary: ordered.map((share) => share.summary).reduce(mergeSummaries),
    sources: ordered.flatMap((share) => share.sources),
    name: ordered[0]!.name,
  };
}

function moreFirst(a: Share, b: Share): number {
  return b.summary.count - a.summary.count || (a.name < b.name ? -1 : 1);
}

function between(kind: Choice["kind"], outcome: Choice["outcome"], winner: Share, loser: Share): Choice {
  return { kind, outcome, winner: { ...winner, kind: "slots" }, loser: { ...loser, kind: "slots" } };
}

/** What stands of each rank: its latest command, unless that one takes back. */
function standing(rows: readonly OperatorRow[], note: Note): ReadonlyMap<OperatorRank, OperatorRow> {
  const found = new Map<OperatorRank, OperatorRow>();
  for (const rank of OPERATOR_RANKS) {
    const ofRank = rows.filter((row) => row.rank === rank);
    if (ofRank.length === 0) continue;
    const last = ofRank.reduce((a, b) => (isLater(b, a) ? b : a));
    const winner: Party = { kind: "operator", row: last, summary: last.summary };
    for (const row of ofRank) {
      if (!isLater(last, row) || row.summary === null) continue;
      note({ kind: "operator", outcome: "instead", winner, loser: { kind: "operator", row, summary: row.summary } });
    }
    if (last.summary !== null) found.set(rank, last);
  }
  return found;
}

function moreComplete(a: SlotRow, b: SlotRow): boolean {
  if (a.summary.count !== b.summary.count) return a.summary.count > b.summary.count;
  // UUIDv7 ascends with time: of two equally complete states the one of the later process.
  return a.streamId > b.streamId;
}

function newest(sources: readonly SlotRow[]): SlotRow {
  return sources.toSorted((a, b) => b.summary.lastMs - a.summary.lastMs || bySlot(b, a))[0]!;
}

function bySlot(a: SlotRow, b: SlotRow): number {
  if (a.gateway !== b.gateway) return a.gateway < b.gateway ? -1 : 1;
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.part - b.part;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

import type { Seq, StreamId } from "./ids.ts";
import type { WindowSummary } from "./record.ts";
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
 *     gateways                             by the rule's ha_mode
 *     operator rows                        override > backfill-replace > gateways > backfill-fill
 *
 * Unlinked first slots of one gateway appear when its disk was restored from an old copy or lost: the new process knew
 * nothing of what the old one forwarded. They may hold the same readings or others, and a slot of 3 readings must not
 * beat one of 600; so they are treated as two gateways in `auto` mode are.
 */
export function effective(rows: readonly SlotRow[], options: EffectiveOptions = {}): EffectiveRecord {
  if (rows.length === 0 && (options.operatorRows ?? []).length === 0) throw new RangeError("a window without rows");
  const decided = operatorDecision(options.operatorRows ?? [], rows.length > 0);
  if (decided !== undefined) return { summary: decided.summary, unit: null, sources: [], operator: decided };
  const byGateway = Map.groupBy(latestBySlot(rows), (row) => row.gateway);
  const gateways = [...byGateway.values()].map((slots) => ofGateway(slots));
  const chosen = combine(gateways, options.haMode ?? "auto");
  return {
    summary: chosen.summary,
    unit: newest(chosen.sources).unit,
    sources: chosen.sources.toSorted(bySlot),
    operator: null,
  };
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
  readonly summary: WindowSummary;
};

/**
 * What two gateways that forward the same series mean: `mirror`, both saw everything; `partition`, each saw a part;
 * `auto`, look at which 32nd parts of the window each has covered.
 */
export type HaMode = "mirror" | "partition" | "auto";

export type OperatorRow = {
  readonly rank: "override" | "backfill_replace" | "backfill_fill";
  /** Hybrid logical clock of the command; orders the rows of one rank. */
  readonly hlc: number;
  readonly summary: WindowSummary;
};

export type EffectiveOptions = { readonly haMode?: HaMode; readonly operatorRows?: readonly OperatorRow[] };

export type EffectiveRecord = {
  readonly summary: WindowSummary;
  readonly unit: string | null;
  /** The slots that the answer is made of, ordered; empty when an operator's row decided. */
  readonly sources: readonly SlotRow[];
  readonly operator: OperatorRow | null;
};

/** Two slices may overlap at the seam between two gateways without their readings being the same. */
const OVERLAP_MAX = 2;

type Share = { readonly summary: WindowSummary; readonly sources: readonly SlotRow[]; readonly name: string };

function latestBySlot(rows: readonly SlotRow[]): SlotRow[] {
  const slots = Map.groupBy(rows, (row) => `${row.streamId}/${row.part}`);
  return [...slots.values()].map((versions) => versions.reduce((best, row) => (supersedes(row, best) ? row : best)));
}

function ofGateway(slots: readonly SlotRow[]): Share {
  const supplements: Share[] = [];
  const first: Share[] = [];
  for (const [part, ofPart] of Map.groupBy(slots, (slot) => slot.part)) {
    for (const linked of linkedByCarry(ofPart)) {
      const best = linked.reduce((a, b) => (moreComplete(b, a) ? b : a));
      const share = { summary: best.summary, sources: [best], name: `${best.streamId}/${best.part}` };
      if (part === 0) first.push(share);
      else supplements.push(share);
    }
  }
  const base = first.length === 0 ? [] : [combine(first, "auto")];
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

function combine(shares: readonly Share[], mode: HaMode): Share {
  const ordered = shares.toSorted((a, b) => b.summary.count - a.summary.count || (a.name < b.name ? -1 : 1));
  const [most, ...others] = ordered;
  if (most === undefined) throw new RangeError("nothing to combine");
  switch (mode) {
    case "mirror":
      return most;
    case "partition":
      return sum(ordered);
    case "auto": {
      const added = [most];
      let covered = most.summary.coverage;
      for (const other of others) {
        if (bitCount(covered & other.summary.coverage) > OVERLAP_MAX) continue;
        added.push(other);
        covered |= other.summary.coverage;
      }
      return sum(added);
    }
  }
}

/** Always added up in the same order, so that not even rounding depends on the order of delivery. */
function sum(shares: readonly Share[]): Share {
  const ordered = shares.toSorted((a, b) => b.summary.count - a.summary.count || (a.name < b.name ? -1 : 1));
  return {
    summary: ordered.map((share) => share.summary).reduce(mergeSummaries),
    sources: ordered.flatMap((share) => share.sources),
    name: ordered[0]!.name,
  };
}

function operatorDecision(rows: readonly OperatorRow[], gatewayRows: boolean): OperatorRow | undefined {
  const last = (rank: OperatorRow["rank"]): OperatorRow | undefined =>
    rows.filter((row) => row.rank === rank).toSorted((a, b) => b.hlc - a.hlc)[0];
  return last("override") ?? last("backfill_replace") ?? (gatewayRows ? undefined : last("backfill_fill"));
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

import { equalBytes } from "./equal-bytes.ts";
import type { Choice, Party, SlotRow } from "./effective.ts";
import { decide } from "./effective.ts";
import { hash48Text } from "./hash48.ts";
import type { OperatorRow } from "./operator-command.ts";
import type { WindowSummary } from "./summary.ts";
import type { WindowSpan } from "./window-content.ts";

/**
 * Every choice that {@link decide} makes between rows of one window that disagree. A pure function of the set of rows,
 * as the answer is: regions that hold the same rows list the same conflicts in the same order.
 */
export function conflictsOf(
  window: WindowSpan,
  rows: readonly SlotRow[],
  operatorRows: readonly OperatorRow[],
): readonly Conflict[] {
  return settlementOf(window, rows, operatorRows).conflicts;
}

/** The conflicts of a window, and how exact its answer is. */
export function settlementOf(
  window: WindowSpan,
  rows: readonly SlotRow[],
  operatorRows: readonly OperatorRow[],
): Settlement {
  const found = new Map<string, Conflict>();
  const unnamed = new Set<string>();
  const answers = decide(window, { rows, operatorRows }, (choice) => {
    if (choice.kind === "gateways" && choice.outcome === "approximate") {
      for (const gateway of gatewaysOf(choice)) unnamed.add(gateway);
    }
    if (sameSummary(choice.winner.summary, choice.loser.summary)) return;
    for (const conflict of conflictsOfChoice(choice)) found.set(conflictKey(conflict), conflict);
  });
  return {
    conflicts: [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, conflict]) => conflict),
    isApproximate: answers.some(({ bounds }) => bounds !== null),
    unnamedPair: [...unnamed].toSorted(),
  };
}

export type Settlement = {
  readonly conflicts: readonly Conflict[];
  /** Whether an answer of the window has bounds. */
  readonly isApproximate: boolean;
  /** The gateways whose rows do not say which readings they have in common; usually none. */
  readonly unnamedPair: readonly string[];
};

export type Conflict = Pick<Choice, "kind" | "outcome"> & {
  /** A slot as `stream/part/ver`, a command as `rank/hlc/first 48 bits of its batch's hash`. */
  readonly winner: string;
  readonly loser: string;
};

/** The same in every region; unique among the conflicts of one window. */
export function conflictKey({ kind, winner, loser }: Conflict): string {
  return `${kind} ${winner} ${loser}`;
}

/** The name of a row in the conflicts of its window. */
export function slotName({ streamId, part, ver }: Pick<SlotRow, "streamId" | "part" | "ver">): string {
  return `${streamId}/${part}/${ver}`;
}

/** The name of a command in the conflicts of its window. */
export function commandName({ rank, hlc, hash48 }: Pick<OperatorRow, "rank" | "hlc" | "hash48">): string {
  return `${rank}/${hlc}/${hash48Text(hash48)}`;
}

/** One conflict for each losing row. A winner made of several slots is named after the slot with the highest count. */
function conflictsOfChoice({ kind, outcome, winner, loser }: Choice): Conflict[] {
  const [best] = rowNames(winner);
  return rowNames(loser).map((name) => ({ kind, outcome, winner: best!, loser: name }));
}

function gatewaysOf({ winner, loser }: Choice): string[] {
  return [winner, loser]
    .flatMap((party) => (party.kind === "slots" ? party.sources : []))
    .map(({ gateway }) => gateway);
}

function rowNames(party: Party): string[] {
  if (party.kind === "operator") return [commandName(party.row)];
  return party.sources
    .toSorted((a, b) => b.summary.count - a.summary.count || (slotName(a) < slotName(b) ? -1 : 1))
    .map(slotName);
}

function sameSummary(a: WindowSummary | null, b: WindowSummary | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    FIELDS.every((field) => a[field] === b[field] || (Number.isNaN(a[field]) && Number.isNaN(b[field]))) &&
    sameSketch(a.sketch, b.sketch)
  );
}

function sameSketch(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return equalBytes(a, b);
}

const FIELDS = [
  "count",
  "numericCount",
  "sum",
  "min",
  "max",
  "mean",
  "m2",
  "firstMs",
  "first",
  "lastMs",
  "last",
  "coverage",
] as const satisfies readonly Exclude<keyof WindowSummary, "sketch">[];

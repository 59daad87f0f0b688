import type { DumpedWindow } from "../../cloud/store/store-dump.ts";
import type { EffectiveRecord, SlotRow } from "../../proto/core/effective.ts";
import type { WindowSummary } from "../../proto/core/summary.ts";
import type { WindowReading } from "../../proto/core/window-content.ts";
import type { Mutant } from "./mutants.ts";

/** What the checks look at in the answer of a window. */
export type Answer = Pick<WindowSummary, "count" | "sum"> & Pick<EffectiveRecord, "bounds">;
/** By {@link answerKey}. */
export type AnswersByKey = ReadonlyMap<string, Answer>;

export function answerKey(startMs: number, unit: string | null): string {
  return `${startMs} ${unit ?? ""}`;
}

/**
 * How a region answers the windows of one device and length whose mistake is in reading their rows.
 * @param right the answers of a region without the mistake.
 */
export function wrongAnswers(
  mutant: Mutant | undefined,
  windows: readonly DumpedWindow[],
  right: AnswersByKey,
): AnswersByKey {
  const present = windows.filter(({ state }) => state === "present");
  switch (mutant) {
    case "last_writer_wins":
      return answers(present, (rows) => exactly([rows.at(-1)!.summary]));
    case "add_instead_of_replace":
      return answers(windows, (rows) => exactly(rows.map(({ summary }) => summary)));
    case "adds_up_units": {
      const [first] = present;
      const ofOneUnit = present.map(({ row, ...window }) => ({ ...window, row: { ...row, unit: first!.row.unit } }));
      return answers(ofOneUnit, (rows) => exactly(rows.map(({ summary }) => summary)));
    }
    case "adds_equal_shares":
      return answers(present, (rows) => exactly(shares(rows)));
    case "drops_smaller_share":
      return answers(present, (rows) => exactly([shares(rows).reduce((a, b) => (b.count > a.count ? b : a))]));
    case "unites_pairwise":
      return answers(present, (rows, key) => unitedPairwise(rows) ?? right.get(key));
    default:
      return right;
  }
}

function answers(
  windows: readonly DumpedWindow[],
  answerOf: (rows: readonly SlotRow[], key: string) => Answer | undefined,
): AnswersByKey {
  const found = new Map<string, Answer>();
  for (const [key, same] of Map.groupBy(windows, ({ windowStartMs, row }) => answerKey(windowStartMs, row.unit))) {
    const answer = answerOf(
      same.map(({ row }) => row),
      key,
    );
    if (answer !== undefined) found.set(key, answer);
  }
  return found;
}

type Sum = Pick<WindowSummary, "count" | "sum">;

function exactly(parts: readonly Sum[]): Answer {
  return { ...total(parts), bounds: null };
}

function total(parts: readonly Sum[]): Sum {
  return parts.reduce((a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum }), { count: 0, sum: 0 });
}

/** What each gateway says: the most complete state of each part. */
function shares(rows: readonly SlotRow[]): Sum[] {
  return [...Map.groupBy(rows, ({ gateway }) => gateway).values()].map((own) => {
    const parts = [...Map.groupBy(own, ({ part }) => part).values()];
    return total(parts.map((same) => same.map(({ summary }) => summary).reduce((a, b) => (b.count > a.count ? b : a))));
  });
}

function unitedPairwise(rows: readonly SlotRow[]): Answer | undefined {
  let united: readonly WindowReading[] = [];
  for (const { content } of rows) {
    if (content.kind !== "readings") return undefined;
    const unmatched = [...united];
    const added = content.readings.filter(({ timeMs, value }) => {
      const at = unmatched.findIndex(
        (known) => known.value === value && Math.abs(known.timeMs - timeMs) < content.arrivalToleranceMs,
      );
      if (at >= 0) unmatched.splice(at, 1);
      return at < 0;
    });
    united = [...united, ...added];
  }
  return exactly(united.map(({ value }) => ({ count: 1, sum: Number(value) })));
}

import type { Seq, StreamId } from "../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../proto/core/reading.ts";
import { ARRIVAL_TOLERANCE_DEFAULT_MS, datedByArrival } from "../../proto/core/window-content.ts";

/**
 * Unites the raw readings of one series from several streams, so that a reading that two gateways received, or that two
 * copies of one gateway sent, is listed once. It is the rule for windows (proto/core/unite.ts), for readings in order of
 * time.
 *
 * - Readings with a time of their device: for each time and value, the largest number in any one stream.
 * - Readings that are dated by arrival: for each value, a reading joins the oldest group that has no reading of its gateway
 *   yet and began less than half a second ago, else it begins a group. A group is one reading, at its first time. Copies of
 *   one gateway have equal times of arrival, so first the streams of a gateway are united as readings with a time are.
 *
 * Readings with two different units are two readings.
 *
 * **Any range gives its part of the whole list**, so that pages fit together. What a group is depends on the groups before
 * it. So the groups of a value begin anew whenever the value was silent for half a second, and, where it never is, once
 * after every {@link MARK_MS}: at the longest pause in the half second after it. The longest pause is between the readings
 * of two gateways only if they come later than the next reading of their sensor.
 *
 * @param copies in the order of {@link compareCopies}: every reading from {@link unionNeeds}.fromMs to its `toMs`.
 * @returns the readings from `fromMs` to before `toMs`, in the same order.
 */
export function unitedReadings(
  copies: readonly RawCopy[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): RawCopy[] {
  const found: RawCopy[] = [];
  const arrivals = new Map<string, RawCopy[]>();
  for (let i = 0; i < copies.length;) {
    let end = i + 1;
    while (end < copies.length && copies[end]!.timeMs === copies[i]!.timeMs) end += 1;
    for (const copy of end === i + 1 ? [copies[i]!] : largestOfEach(copies.slice(i, end))) {
      if (datedByArrival(copy.from.clock)) listIn(arrivals, valueKey(copy.value)).push(copy);
      else found.push(copy);
    }
    i = end;
  }
  for (const ofValue of arrivals.values()) found.push(...firstOfEachGroup(ofValue));
  return found.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs).sort(compareCopies);
}

/** The readings that decide which readings from `fromMs` to `toMs` are listed. */
export function unionNeeds({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  const mark = Math.floor((fromMs - TOLERANCE_MS) / MARK_MS) * MARK_MS;
  const needsFromMs = Math.max(mark - TOLERANCE_MS, Number.MIN_SAFE_INTEGER);
  return { fromMs: needsFromMs, toMs: toMs + DECIDED_AFTER_MS };
}

/** When all readings before `completeToMs` are known, the list is known before this time. */
export function decidedToMs(completeToMs: number): number {
  return completeToMs - DECIDED_AFTER_MS;
}

/** One raw reading, as one stream carries it. */
export type RawCopy = {
  readonly timeMs: number;
  readonly value: Value;
  /** Place among the readings of its series in its batch. */
  readonly index: number;
  readonly from: RawOrigin;
};

export type RawOrigin = {
  readonly gateway: string;
  readonly streamId: StreamId;
  readonly seq: Seq;
  readonly unit: string | null;
  readonly clock: ClockSource;
};

/** In order of time; at one time in order of stream, seq and index. */
export function compareCopies(a: RawCopy, b: RawCopy): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  if (a.from.streamId !== b.from.streamId) return a.from.streamId < b.from.streamId ? -1 : 1;
  return a.from.seq - b.from.seq || a.index - b.index;
}

type Group = { readonly beganMs: number; readonly gateways: string[]; unit: string | null };

const TOLERANCE_MS = ARRIVAL_TOLERANCE_DEFAULT_MS;
const MARK_MS = 5_000;
/** The half second after a mark, and the longest pause after its last reading. */
const DECIDED_AFTER_MS = 2 * TOLERANCE_MS;

/** Takes readings of one time: each value as often as the stream with the most of it has it. */
function largestOfEach(copies: readonly RawCopy[]): RawCopy[] {
  const found: RawCopy[] = [];
  const alike = Map.groupBy(copies, ({ value, from: { clock, gateway } }) => {
    return datedByArrival(clock) ? `${gateway}\u0000${valueKey(value)}` : valueKey(value);
  });
  for (const ofValue of alike.values()) {
    for (const ofUnit of ofEachUnit(ofValue)) {
      let listed = 0;
      let inStream = 0;
      let stream: StreamId | null = null;
      for (const copy of ofUnit) {
        inStream = copy.from.streamId === stream ? inStream + 1 : 1;
        stream = copy.from.streamId;
        if (inStream <= listed) continue;
        listed = inStream;
        found.push(copy);
      }
    }
  }
  return found;
}

/** A reading without a unit has the only unit of the others. */
function ofEachUnit(copies: readonly RawCopy[]): Iterable<readonly RawCopy[]> {
  const units = new Set(copies.map(({ from: { unit } }) => unit).filter((unit) => unit !== null));
  return units.size < 2 ? [copies] : Map.groupBy(copies, ({ from: { unit } }) => unit).values();
}

/** @param copies of one value, dated by arrival. */
function firstOfEachGroup(copies: readonly RawCopy[]): readonly RawCopy[] {
  if (copies.every(({ from: { gateway } }) => gateway === copies[0]!.from.gateway)) return copies;
  const found: RawCopy[] = [];
  const begins = longestPauses(copies);
  let open: Group[] = [];
  for (const [i, copy] of copies.entries()) {
    const { timeMs } = copy;
    const { gateway, unit } = copy.from;
    open = begins.has(i) ? [] : open.filter(({ beganMs }) => timeMs - beganMs < TOLERANCE_MS);
    const joined = open.find(
      (group) => !group.gateways.includes(gateway) && (group.unit === null || unit === null || group.unit === unit),
    );
    if (joined === undefined) {
      open.push({ beganMs: timeMs, gateways: [gateway], unit });
      found.push(copy);
    } else {
      joined.gateways.push(gateway);
      joined.unit ??= unit;
    }
  }
  return found;
}

/**
 * The readings that follow the longest pause in the half second after each mark, by their place. The pause after its last
 * reading counts, too: where the value is silent then, groups begin anew behind it, and no group is broken.
 */
function longestPauses(copies: readonly RawCopy[]): ReadonlySet<number> {
  const longest = new Map<number, { readonly at: number; readonly pauseMs: number }>();
  for (let at = 0; at <= copies.length; at++) {
    const beforeMs = copies[at - 1]?.timeMs ?? Number.NEGATIVE_INFINITY;
    const timeMs = copies[at]?.timeMs ?? Number.POSITIVE_INFINITY;
    // All pauses of half a second or more are equal, because a reading beside them may be out of the range.
    const pauseMs = Math.min(TOLERANCE_MS, timeMs - beforeMs);
    for (const mark of new Set([markOf(beforeMs), markOf(timeMs)])) {
      if (mark !== undefined && pauseMs > (longest.get(mark)?.pauseMs ?? -1)) longest.set(mark, { at, pauseMs });
    }
  }
  return new Set([...longest.values()].map(({ at }) => at));
}

/** The number of the mark in whose half second the time is; undefined: in none. */
function markOf(timeMs: number): number | undefined {
  const mark = Math.floor(timeMs / MARK_MS);
  return timeMs - mark * MARK_MS < TOLERANCE_MS ? mark : undefined;
}

function valueKey(value: Value): string {
  return `${typeof value} ${String(value)}`;
}

function listIn(lists: Map<string, RawCopy[]>, key: string): RawCopy[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

import type { SentReading } from "./sent-reading.ts";
import { isSafe } from "./sent-reading.ts";

/** What a window contains, as far as the simulator can know. */
export type TrueWindow = {
  readonly startMs: number;
  readonly unit: string | null;
  /** Readings that a region must count once, and the sum of their values. */
  certain: number;
  certainSum: number;
  /** Others, which a region may count or not. */
  possible: number;
};

/** The windows of the readings of one sensor. The clocks of its gateways are right. */
export function trueWindows(sent: Iterable<SentReading>, windowMs: number): TrueWindow[] {
  const windows = new Map<string, TrueWindow>();
  const windowAt = (timeMs: number, unit: string | null): TrueWindow => {
    const startMs = Math.floor(timeMs / windowMs) * windowMs;
    const key = `${startMs} ${unit}`;
    const known = windows.get(key);
    if (known !== undefined) return known;
    const window: TrueWindow = { startMs, unit, certain: 0, certainSum: 0, possible: 0 };
    windows.set(key, window);
    return window;
  };
  for (const reading of sent) {
    const { value, unit, timeMs } = reading;
    const datesMs = timeMs === null ? arrivalsOf(reading) : reading.copies.some(isWritten) ? [timeMs] : [];
    const [dateMs] = datesMs;
    if (dateMs === undefined) continue;
    if (isSafe(reading) && isRecognizable(reading) && areInside(datesMs, windowMs)) {
      const window = windowAt(dateMs, unit);
      window.certain++;
      window.certainSum += value;
    } else {
      for (const eachMs of datesMs) windowAt(eachMs, unit).possible++;
    }
  }
  return [...windows.values()];
}

/** Whether regions must see that all copies are of one reading: by its own time, or by arrivals that are close together. */
export function isRecognizable(reading: SentReading): boolean {
  if (reading.timeMs !== null) return true;
  const arrivalsMs = arrivalsOf(reading);
  return Math.max(...arrivalsMs) - Math.min(...arrivalsMs) < TOLERANCE_MS;
}

/** When the reading arrived at each gateway. A gateway recognises repetitions, unless its disk was replaced. */
function arrivalsOf({ copies }: SentReading): number[] {
  return copies.flatMap(({ arrivalsMs, isUncertain }) => (isUncertain ? arrivalsMs : arrivalsMs.slice(0, 1)));
}

function isWritten({ arrivalsMs }: { readonly arrivalsMs: readonly number[] }): boolean {
  return arrivalsMs.length > 0;
}

/** Whether it is known in which window the reading counts: it has one date, or all are far from the window's edges. */
function areInside(datesMs: readonly number[], windowMs: number): boolean {
  if (datesMs.length === 1) return true;
  const startMs = Math.floor(datesMs[0]! / windowMs) * windowMs;
  return datesMs.every((dateMs) => dateMs - startMs > TOLERANCE_MS && startMs + windowMs - dateMs > TOLERANCE_MS);
}

/** The time between two arrivals of one reading is less than this. */
const TOLERANCE_MS = 500;

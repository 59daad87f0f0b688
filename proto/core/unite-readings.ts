import type { Value } from "./reading.ts";
import type { WindowReading } from "./window-content.ts";
import { datedByArrival } from "./window-content.ts";

/**
 * The readings that at least one of the shares has, each once. A pure function of the set of shares: their order changes
 * nothing, and a share that is contained in another one changes nothing.
 *
 * **Dated by the device.** Readings with one time and one value are the same reading in all shares. If a share has several
 * of them, they are several readings: the largest number in any one share counts.
 *
 * **Dated by arrival.** The two copies of one reading have the same value and arrive nearly at the same time. For each
 * value, the readings of all shares are taken in order of time. A reading joins the oldest group that has no reading of
 * its share yet and began less than `toleranceMs` ago; otherwise it begins a group. Each group is one reading, at the
 * time at which it began. All shares are grouped at once: if two were united first and the third one later, the result
 * would depend on the order.
 *
 * @param shares their names are different.
 * @returns in order of time; among equal times, in order of value.
 */
export function distinctReadings(
  shares: readonly { readonly name: string; readonly readings: readonly WindowReading[] }[],
  toleranceMs: number,
): readonly WindowReading[] {
  const ordered = shares.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ readings }) => readings);
  return [...unitedByDevice(ordered), ...unitedByArrival(ordered, toleranceMs)].toSorted(inOrder);
}

/** The order of united readings. It is the same for equal readings, so that it does not depend on the shares. */
export function inOrder(a: WindowReading, b: WindowReading): number {
  if (a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
  if (typeof a.value === "number" && typeof b.value === "number" && a.value !== b.value) return a.value - b.value;
  const [rankOfA, rankOfB] = [rank(a), rank(b)];
  return rankOfA === rankOfB ? 0 : rankOfA < rankOfB ? -1 : 1;
}

function unitedByDevice(shares: readonly (readonly WindowReading[])[]): WindowReading[] {
  type Same = { readonly reading: WindowReading; most: number; share: number; inShare: number };
  const times = new Map<number, Map<Value, Same>>();
  for (const [share, readings] of shares.entries()) {
    for (const reading of readings) {
      if (datedByArrival(reading.clock)) continue;
      let values = times.get(reading.timeMs);
      if (values === undefined) times.set(reading.timeMs, (values = new Map()));
      let same = values.get(reading.value);
      if (same === undefined) values.set(reading.value, (same = { reading, most: 0, share, inShare: 0 }));
      if (same.share !== share) {
        same.share = share;
        same.inShare = 0;
      }
      same.inShare++;
      same.most = Math.max(same.most, same.inShare);
    }
  }
  const united: WindowReading[] = [];
  for (const values of times.values()) {
    for (const { reading, most } of values.values()) for (let i = 0; i < most; i++) united.push(reading);
  }
  return united;
}

function unitedByArrival(shares: readonly (readonly WindowReading[])[], toleranceMs: number): WindowReading[] {
  const arrivals = shares.flatMap((readings, share) =>
    readings.filter(({ clock }) => datedByArrival(clock)).map((reading) => ({ reading, share })),
  );
  const united: WindowReading[] = [];
  for (const same of Map.groupBy(arrivals, ({ reading }) => reading.value).values()) {
    // The sort is stable: readings of one time stay in the order of the shares.
    same.sort((a, b) => a.reading.timeMs - b.reading.timeMs);
    const groups: WindowReading[] = [];
    // For each share the oldest group that it may still join. It has joined all groups before that are still open.
    const next = new Map<number, number>();
    for (const { reading, share } of same) {
      let group = next.get(share) ?? 0;
      while (group < groups.length && groups[group]!.timeMs <= reading.timeMs - toleranceMs) group++;
      if (group === groups.length) groups.push(reading);
      next.set(share, group + 1);
    }
    united.push(...groups);
  }
  return united;
}

function rank({ value, clock }: WindowReading): string {
  return `${typeof value}:${String(value)} ${clock}`;
}

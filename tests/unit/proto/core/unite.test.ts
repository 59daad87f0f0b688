import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EffectiveRecord, SlotRow } from "../../../../proto/core/effective.ts";
import { effective } from "../../../../proto/core/effective.ts";
import type { StreamId } from "../../../../proto/core/ids.ts";
import type { ClockSource, Value } from "../../../../proto/core/reading.ts";
import type { Share } from "../../../../proto/core/unite.ts";
import { unite } from "../../../../proto/core/unite.ts";
import { distinctReadings } from "../../../../proto/core/unite-readings.ts";
import type { WindowContent, WindowSpan, WindowReading } from "../../../../proto/core/window-content.ts";
import { runs } from "../../../support/scale.ts";
import { MINUTE, rowOf, rowsOf, shareOf } from "../../../support/shares.ts";

const PROPERTY = { numRuns: runs({ short: 60, long: 5_000 }) };

function at(offsetMs: number, value: Value = offsetMs, clock: ClockSource = "device"): WindowReading {
  return { timeMs: MINUTE.windowStartMs + offsetMs, value, clock };
}

/** Readings of one window, `stepMs` apart. */
function every(stepMs: number, { clock = "device", windowMs = MINUTE.windowMs, value = (i: number): Value => i } = {}) {
  const count = Math.floor((windowMs - 1) / stepMs) + 1;
  return Array.from({ length: count }, (_, i) => at(i * stepMs, value(i), clock as ClockSource));
}

/** The same readings as another gateway dates them. */
function arrivedLater(readings: readonly WindowReading[], laterMs: (i: number) => number): WindowReading[] {
  return readings.map((reading, i) => ({ ...reading, timeMs: reading.timeMs + laterMs(i) }));
}

/** What each gateway receives from a device that moves to the next one every `stayMs`. */
function moving(readings: readonly WindowReading[], stayMs: number, gateways = 2): WindowReading[][] {
  return Array.from({ length: gateways }, (_, gateway) =>
    readings.filter(({ timeMs }) => Math.floor(timeMs / stayMs) % gateways === gateway),
  );
}

/** The same numbers in every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function answer(rows: readonly SlotRow[], window: WindowSpan = MINUTE): EffectiveRecord {
  const [record, ...more] = effective(window, rows);
  if (record === undefined || more.length > 0) throw new Error(`${more.length + 1} answers`);
  return record;
}

function counted(rows: readonly SlotRow[], window?: WindowSpan): [count: number, bounds: EffectiveRecord["bounds"]] {
  const { summary, bounds } = answer(rows, window);
  return [summary.count, bounds];
}

describe("[I33] a window of two gateways that both received its readings", () => {
  test.each([5, 10, 30, 60])("counts a sensor that sends every %i s once", (period) => {
    const window = { windowStartMs: MINUTE.windowStartMs, windowMs: period * 2_000 };
    const readings = every(period * 1_000, window);
    const rows = rowsOf([readings, readings], { window });
    expect(counted(rows, window)).toEqual([2, null]);
    const byArrival = every(period * 1_000, { ...window, clock: "none" });
    const late = arrivedLater(byArrival, (i) => 3 + i * 40);
    expect(counted(rowsOf([byArrival, late], { window }), window)).toEqual([2, null]);
  });

  test("counts what only one of them received", () => {
    const readings = every(100, { value: (i) => i % 5 });
    for (const chance of [0.01, 0.1]) {
      const next = chances(1);
      const lossy = [0, 1].map(() => readings.filter(() => next() >= chance));
      const received = readings.filter((reading) => lossy.some((share) => share.includes(reading)));
      const { summary, bounds } = answer(rowsOf(lossy));
      expect(bounds).toBeNull();
      expect(summary).toEqual(rowOf(received).summary);
      expect(received.length).toBeGreaterThan(Math.max(...lossy.map((share) => share.length)));
    }
  });

  test("counts two equal readings of one time twice, if one gateway has both", () => {
    const twice = [at(10, 7), at(10, 7), at(20, 7)];
    expect(counted(rowsOf([twice, twice.slice(1)]))).toEqual([3, null]);
  });

  test("tells a number from a text, an integer and a switch", () => {
    const values: Value[] = [1, "1", 1n, true];
    const united = distinctReadings(
      values.map((value, i) => ({ name: `g${i}`, readings: [at(10, value)] })),
      500,
    );
    expect(united.map(({ value }) => typeof value).toSorted()).toEqual(["bigint", "boolean", "number", "string"]);
  });
});

describe("[I33] a device that moves from gateway to gateway", () => {
  test.each([1, 3, 7, 20])("every %i s is counted completely", (stay) => {
    for (const clock of ["device", "none"]) {
      const readings = every(100, { clock });
      expect(counted(rowsOf(moving(readings, stay * 1_000)))).toEqual([600, null]);
      expect(counted(rowsOf(moving(readings, stay * 1_000, 3)))).toEqual([600, null]);
    }
  });

  test("every second, with more readings than a row may carry, is counted completely", () => {
    const readings = every(20);
    expect(counted(rowsOf(moving(readings, 1_000)))).toEqual([3_000, null]);
    expect(counted(rowsOf(moving(readings, 7_000, 3)))).toEqual([3_000, null]);
  });

  test("does not get exact bounds where its readings are dated by arrival", () => {
    const readings = every(20, { clock: "none" });
    const [count, bounds] = counted(rowsOf(moving(readings, 1_000)));
    expect(count).toBe(3_000);
    expect(bounds).toMatchObject({ countMax: 3_000 });
    expect(bounds!.countMin).toBeLessThan(3_000);
  });
});

describe("[I33] slots of one gateway that no carry links", () => {
  const streams = [1, 2].map((n) => `0191d3a5-0000-7000-8000-00000000000${n}` as StreamId);

  test("after its disk was restored from an older copy count each reading once, in every mode", () => {
    const window = { windowStartMs: MINUTE.windowStartMs, windowMs: 10_000 };
    const readings = every(5_000, window);
    for (const haMode of ["auto", "mirror", "partition"] as const) {
      const before = rowOf(readings, { window, haMode });
      const restored = rowOf(readings, { window, haMode, streamId: streams[1]! });
      expect(counted([before, restored], window)).toEqual([2, null]);
      const later = rowOf([...readings.slice(1), at(9_000)], { window, haMode, streamId: streams[1]! });
      expect(counted([before, later], window)).toEqual([3, null]);
    }
  });

  test("are united before the other gateway, and supplements are added", () => {
    const readings = every(1_000);
    const [even, odd] = moving(readings, 1_000) as [WindowReading[], WindowReading[]];
    const late = [at(50, 0.5), at(51, 0.5)];
    const rows = [
      rowOf(even),
      rowOf(odd, { streamId: streams[1]! }),
      rowOf(late, { streamId: streams[1]!, part: 7 }),
      rowOf([...readings, late[0]!], { gateway: "g2", streamId: "0191d3a5-0000-7000-8000-000000000009" as StreamId }),
    ];
    expect(counted(rows.slice(0, 3))).toEqual([62, null]);
    expect(counted(rows)).toEqual([62, null]);
  });
});

describe("[I35] the bounds of a window", () => {
  const mirrors = (chance: number, kind?: WindowContent["kind"]): [lossy: SlotRow[], truth: number] => {
    const next = chances(7);
    const readings = every(20, { value: () => Math.round(next() * 1000) / 10 });
    const lossy = [0, 1].map(() => readings.filter(() => next() >= chance));
    const truth = readings.filter((reading) => lossy.some((share) => share.includes(reading))).length;
    return [rowsOf(lossy, kind === undefined ? {} : { kind }), truth];
  };

  test.each([
    [0.01, 0.998],
    [0.1, 0.93],
  ])(
    "contain the truth when mirrors with cells lose %d of their readings, and the answer is near it",
    (chance, near) => {
      const [rows, truth] = mirrors(chance);
      const [count, bounds] = counted(rows);
      expect(bounds!.countMin).toBeLessThanOrEqual(truth);
      expect(bounds!.countMax).toBeGreaterThanOrEqual(truth);
      expect(count).toBeLessThanOrEqual(truth);
      expect(count).toBeGreaterThanOrEqual(truth * near);
      expect(count).toBeGreaterThan(Math.max(...rows.map(({ summary }) => summary.count)));
    },
  );

  test("are those of an exact answer when mirrors with cells lost nothing", () => {
    const [rows] = mirrors(0);
    expect(rows[0]!.content.kind).toBe("cells");
    expect(answer(rows)).toMatchObject({ bounds: null, summary: rows[0]!.summary });
  });

  test("go from the fuller row to the sum where the rows have neither readings nor cells", () => {
    const [rows] = mirrors(0.01, "none");
    const [more, less] = rows.map(({ summary }) => summary.count).toSorted((a, b) => b - a) as [number, number];
    const fuller = rows.find(({ summary }) => summary.count === more)!.summary;
    const { summary, bounds } = answer(rows);
    expect(bounds).toEqual({ countMin: more, countMax: more + less });
    expect(summary).toMatchObject({ count: more, sum: fuller.sum, mean: fuller.mean, m2: fuller.m2 });
  });

  test("are exact where rows without content cover different times", () => {
    const readings = every(100);
    const halves = [readings.slice(0, 300), readings.slice(300)];
    expect(counted(rowsOf(halves, { kind: "none" }))).toEqual([600, null]);
  });

  test("widen by the tolerance where cells have readings that are dated by arrival", () => {
    const readings = every(20, { clock: "none" });
    const rows = rowsOf([readings, arrivedLater(readings, (i) => (i === readings.length - 1 ? 0 : i % 4))]);
    const [count, bounds] = counted(rows);
    expect(count).toBe(3_000);
    expect(bounds?.countMin ?? count).toBe(3_000);
  });

  test("contain the truth where a row without content may hold the readings that the other gateway dates a little later", () => {
    const all = every(200, { clock: "none" }).slice(0, 20);
    const [without] = rowsOf([all], { kind: "none" }) as [SlotRow];
    // The last one arrives after the whole other row.
    const later = rowOf(
      arrivedLater(all.slice(-2), () => 21),
      { gateway: "g2", streamId: rowsOf([all, all])[1]!.streamId },
    );
    const [count, bounds] = counted([without, later]);
    expect(count).toBe(20);
    expect(bounds).toMatchObject({ countMin: 20 });
  });

  test("are added up with those of other parts", () => {
    const [rows] = mirrors(0.1);
    const lives = rows.map((row, i) => ({ ...row, gateway: "g1", streamId: rows[i]!.streamId }));
    const supplement = rowOf([at(5, 1)], { part: 9, streamId: lives[0]!.streamId });
    const [count, bounds] = counted(lives);
    expect(counted([...lives, supplement])).toEqual([
      count + 1,
      { countMin: bounds!.countMin + 1, countMax: bounds!.countMax + 1 },
    ]);
  });
});

type Received = { readonly reading: WindowReading; readonly by: readonly boolean[] };

/** A device sends readings, and each of some gateways receives some of them. */
function received({
  clock,
  gateways = 3,
}: {
  clock: fc.Arbitrary<ClockSource>;
  gateways?: number;
}): fc.Arbitrary<Received[]> {
  return fc.uniqueArray(
    fc.record({
      reading: fc
        .record({
          offsetMs: fc.oneof(fc.nat({ max: 59_000 }), fc.nat({ max: 100 })),
          value: fc.oneof<fc.Arbitrary<Value>[]>(
            fc.integer({ min: 0, max: 3 }),
            fc.double({ min: 0.5, max: 9, noNaN: true }),
          ),
          clock,
        })
        .map(({ offsetMs, value, clock: of }) => at(offsetMs, value, of)),
      by: fc.array(fc.boolean(), { minLength: gateways, maxLength: gateways }).filter((by) => by.includes(true)),
    }),
    { minLength: 1, maxLength: 120, selector: ({ reading }) => `${reading.timeMs} ${String(reading.value)}` },
  );
}

const byDevice = received({ clock: fc.constant("device") });
const kinds = fc.array(fc.constantFrom<WindowContent["kind"]>("readings", "cells", "none"), {
  minLength: 3,
  maxLength: 3,
});

function sharesOf(all: readonly Received[], kind: readonly WindowContent["kind"][] = []): Share<string>[] {
  return ["a", "b", "c"].flatMap((name, i) => {
    const own = all.filter(({ by }) => by[i]).map(({ reading }) => reading);
    return own.length === 0 ? [] : [shareOf(name, own, kind[i])];
  });
}

function sorted(readings: readonly WindowReading[]): string[] {
  return readings.map(({ timeMs, value }) => `${timeMs} ${String(value)}`).toSorted();
}

describe("uniting shares", () => {
  test("[I33] of one set of readings gives this set", () => {
    fc.assert(
      fc.property(byDevice, (all) => {
        const { content, bounds, summary } = unite(sharesOf(all), MINUTE);
        expect(bounds).toBeNull();
        expect(summary.count).toBe(all.length);
        expect(content.kind === "readings" && sorted(content.readings)).toEqual(
          sorted(all.map(({ reading }) => reading)),
        );
      }),
      PROPERTY,
    );
  });

  test("[I33] gives the same whatever the order of the shares", () => {
    const mixed = received({ clock: fc.constantFrom("device", "none", "suspect") });
    fc.assert(
      fc.property(mixed, kinds, fc.nat({ max: 5 }), (all, kind, rotation) => {
        const shares = sharesOf(all, kind);
        const others = [...shares.slice(rotation % shares.length), ...shares.slice(0, rotation % shares.length)];
        if (rotation > 2) others.reverse();
        expect(unite(others, MINUTE)).toEqual(unite(shares, MINUTE));
      }),
      PROPERTY,
    );
  });

  test("[I34] never counts fewer than the fullest share, nor more than all together", () => {
    const mixed = received({ clock: fc.constantFrom("device", "none", "suspect") });
    fc.assert(
      fc.property(mixed, kinds, (all, kind) => {
        const shares = sharesOf(all, kind);
        const counts = shares.map(({ summary }) => summary.count);
        const { summary, bounds } = unite(shares, MINUTE);
        expect(summary.count).toBeGreaterThanOrEqual(Math.max(...counts));
        expect(summary.count).toBeLessThanOrEqual(counts.reduce((a, b) => a + b));
        const { countMin, countMax } = bounds ?? { countMin: summary.count, countMax: summary.count };
        expect(countMin).toBeLessThanOrEqual(summary.count);
        expect(countMax).toBeGreaterThanOrEqual(summary.count);
      }),
      PROPERTY,
    );
  });

  test("[I35] has the true count within its bounds, and never counts more, when the device dates its readings", () => {
    fc.assert(
      fc.property(byDevice, kinds, (all, kind) => {
        const { summary, bounds } = unite(sharesOf(all, kind), MINUTE);
        expect(summary.count).toBeLessThanOrEqual(all.length);
        expect(bounds?.countMin ?? summary.count).toBeLessThanOrEqual(all.length);
        expect(bounds?.countMax ?? summary.count).toBeGreaterThanOrEqual(all.length);
      }),
      PROPERTY,
    );
  });

  test("[I35] has the true count within its bounds with many readings in few cells", () => {
    const moves = fc.record({
      stepMs: fc.integer({ min: 11, max: 40 }),
      stayMs: fc.constantFrom(70, 300, 1_000, 3_000, 7_000),
      chance: fc.constantFrom(0, 0.01, 0.1),
      both: fc.boolean(),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(moves, ({ stepMs, stayMs, chance, both, seed }) => {
        const next = chances(seed);
        const readings = every(stepMs, { value: () => Math.floor(next() * 3) });
        const sent = both ? [readings, readings] : moving(readings, stayMs);
        const shares = sent.map((own) => own.filter(() => next() >= chance));
        const truth = readings.filter((reading) => shares.some((own) => own.includes(reading))).length;
        const { summary, bounds } = unite(
          shares.map((own, i) => shareOf(`g${i}`, own, "cells")),
          MINUTE,
        );
        expect(summary.count).toBeLessThanOrEqual(truth);
        expect(bounds?.countMin ?? summary.count).toBeLessThanOrEqual(truth);
        expect(bounds?.countMax ?? summary.count).toBeGreaterThanOrEqual(truth);
      }),
      { numRuns: runs({ short: 20, long: 500 }) },
    );
  });

  test("[I34] gives the share where all are equal", () => {
    const carried = fc.constantFrom<WindowContent["kind"]>("readings", "cells");
    fc.assert(
      fc.property(byDevice, carried, (all, kind) => {
        const readings = all.map(({ reading }) => reading);
        const { summary, bounds } = unite(
          ["a", "b", "c"].map((name) => shareOf(name, readings, kind)),
          MINUTE,
        );
        expect(bounds).toBeNull();
        expect(summary).toEqual(shareOf("a", readings, kind).summary);
      }),
      PROPERTY,
    );
  });

  test("[I34] is not changed by a share that another one contains", () => {
    const mixed = received({ clock: fc.constantFrom("device", "none"), gateways: 3 });
    fc.assert(
      fc.property(mixed, fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }), (all, keep) => {
        const shares = sharesOf(all);
        const whole = unite(shares, MINUTE);
        const [full] = shares.map(({ content }) => (content.kind === "readings" ? content.readings : []));
        const part = full!.filter((_, i) => keep[i]);
        if (part.length === 0) return;
        for (const name of ["0", "d"]) {
          const { summary, bounds } = unite([...shares, shareOf(name, part)], MINUTE);
          expect(bounds).toBeNull();
          expect({ ...summary, sketch: null }).toEqual({ ...whole.summary, sketch: null });
        }
      }),
      PROPERTY,
    );
  });

  test("[I34] counts as many with a share that cells of another one contain", () => {
    fc.assert(
      fc.property(byDevice, fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }), (all, keep) => {
        const readings = all.map(({ reading }) => reading);
        const part = readings.filter((_, i) => keep[i]);
        if (part.length === 0) return;
        const { summary } = unite([shareOf("a", readings, "cells"), shareOf("b", part, "cells")], MINUTE);
        expect(summary.count).toBe(readings.length);
      }),
      PROPERTY,
    );
  });

  test("[I33] groups three arrivals at once: in pairs, the order would decide", () => {
    const shares = [
      [0, 10],
      [4, 14],
      [8, 18],
    ].map((offsets, i) => ({ name: `g${i}`, readings: offsets.map((offsetMs) => at(offsetMs, 1, "none")) }));
    expect(distinctReadings(shares, 6).map(({ timeMs }) => timeMs - MINUTE.windowStartMs)).toEqual([0, 8, 14]);
    const pairwise = (order: readonly number[]): number =>
      order
        .map((i) => shares[i]!)
        .reduce((a, b) => ({ name: `${a.name}${b.name}`, readings: [...distinctReadings([a, b], 6)] })).readings.length;
    expect(new Set([pairwise([0, 1, 2]), pairwise([2, 0, 1]), pairwise([1, 2, 0])]).size).toBeGreaterThan(1);
  });

  test("[I35] of arrivals with cells has the true count within its bounds", () => {
    const values = fc.array(fc.nat({ max: 300 }), { minLength: 1_100, maxLength: 1_300 });
    const delays = fc.array(fc.nat({ max: 30 }), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(values, delays, fc.boolean(), (gaps, delay, both) => {
        let offsetMs = 0;
        const readings = gaps.map((gap, i) => at((offsetMs += gap / 8) | 0, i, "none"));
        const sent = both ? [readings, readings] : moving(readings, 1_000);
        const shares = sent.map((own, g) => arrivedLater(own, (i) => delay[(i + g) % delay.length]!));
        const { summary, bounds } = unite(
          shares.map((own, i) => shareOf(`g${i}`, own, "cells")),
          MINUTE,
        );
        expect(bounds?.countMin ?? summary.count).toBeLessThanOrEqual(readings.length);
        expect(bounds?.countMax ?? summary.count).toBeGreaterThanOrEqual(readings.length);
      }),
      { numRuns: runs({ short: 10, long: 200 }) },
    );
  });
});

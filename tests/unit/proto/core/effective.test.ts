import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SlotRow } from "../../../../proto/core/effective.ts";
import { effective } from "../../../../proto/core/effective.ts";
import type { Millis, Seq, StreamId } from "../../../../proto/core/ids.ts";
import type { WindowSummary } from "../../../../proto/core/record.ts";
import { mergeSummaries, standardDeviation } from "../../../../proto/core/summary.ts";

const STREAMS = [1, 2, 3, 4].map((n) => `0191d3a5-0000-7000-8000-00000000000${n}` as StreamId);
const ALL = 0xffffffff;

function summary(values: readonly number[], coverage = ALL): WindowSummary {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return {
    count: values.length,
    numericCount: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    mean,
    m2: values.reduce((m2, value) => m2 + (value - mean) ** 2, 0),
    firstMs: 0 as Millis,
    first: values[0]!,
    lastMs: (values.length - 1) as Millis,
    last: values.at(-1)!,
    coverage,
    sketch: null,
  };
}

const ones = (count: number): number[] => Array<number>(count).fill(1);

function row(change: Partial<SlotRow> & { count?: number; coverage?: number }): SlotRow {
  const { count = 10, coverage = ALL, ...rest } = change;
  return {
    gateway: "g1",
    streamId: STREAMS[0]!,
    part: 0,
    ver: 1 as Seq,
    carry: null,
    revision: 0,
    unit: null,
    summary: summary(ones(count), coverage),
    ...rest,
  };
}

describe("the effective record", () => {
  test("is the same for any order and any duplication of the rows, byte for byte", () => {
    const anyRow = fc
      .record({
        gateway: fc.constantFrom("g1", "g2", "g3"),
        stream: fc.nat({ max: 3 }),
        part: fc.constantFrom(0, 0, 0, 7, 9),
        ver: fc.integer({ min: 1, max: 5 }),
        carry: fc.option(fc.nat({ max: 3 }), { nil: null }),
        count: fc.integer({ min: 1, max: 30 }),
        coverage: fc.integer({ min: 0, max: ALL }),
      })
      // A stream belongs to one gateway, and a slot's version to one content.
      .map(({ gateway, stream, carry, ver, part, count, coverage }) =>
        row({
          gateway,
          streamId: `0191d3a5-0000-7000-8000-0000000000${gateway[1]}${stream}` as StreamId,
          carry: carry === null ? null : (`0191d3a5-0000-7000-8000-0000000000${gateway[1]}${carry}` as StreamId),
          part,
          ver: ver as Seq,
          count,
          coverage,
        }),
      );
    const rows = fc.uniqueArray(anyRow, {
      minLength: 1,
      maxLength: 12,
      selector: (one) => `${one.streamId}/${one.part}/${one.ver}`,
    });
    fc.assert(
      fc.property(
        rows.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        fc.constantFrom("auto", "mirror", "partition" as const),
        ([all, shuffled], haMode) => {
          expect(JSON.stringify(effective(shuffled, { haMode }))).toBe(JSON.stringify(effective(all, { haMode })));
        },
      ),
    );
  });

  test("of one slot is its highest version, not its highest count", () => {
    const record = effective([row({ ver: 3 as Seq, count: 4 }), row({ ver: 2 as Seq, count: 9 })]);
    expect(record.summary.count).toBe(4);
  });

  test("after a restart that carried on is the more complete of the two, never their sum", () => {
    const before = row({ count: 600 });
    const after = row({ streamId: STREAMS[1]!, carry: STREAMS[0]!, count: 640 });
    const later = row({ streamId: STREAMS[2]!, carry: STREAMS[1]!, count: 641 });
    expect(effective([before, after]).summary.count).toBe(640);
    expect(effective([later, before]).summary.count).toBe(641);
    expect(effective([later, before, after]).summary.count).toBe(641);
  });

  test("of a process that knew nothing of the one before: 3 readings do not beat 600", () => {
    expect(effective([row({ count: 600 }), row({ streamId: STREAMS[1]!, count: 3 })]).summary.count).toBe(600);
  });

  test("but where such processes covered different times, both count", () => {
    const morning = row({ count: 5, coverage: 0x0000ffff });
    const evening = row({ streamId: STREAMS[1]!, count: 3, coverage: 0xffff0000 });
    expect(effective([morning, evening]).summary.count).toBe(8);
  });

  test("always adds a supplement", () => {
    const supplement = row({ streamId: STREAMS[1]!, part: 77, count: 2 });
    const carried = row({ streamId: STREAMS[2]!, part: 77, carry: STREAMS[1]!, count: 3 });
    expect(effective([row({ count: 600 }), supplement]).summary.count).toBe(602);
    expect(effective([carried, row({ count: 600 }), supplement]).summary.count).toBe(603);
  });

  test.each([
    ["mirror", ALL, ALL, 10],
    ["partition", ALL, ALL, 17],
    ["auto", ALL, ALL, 10],
    ["auto", 0x0000ffff, 0xffff0000, 17],
    ["auto", 0x0001ffff, 0xffff8000, 17],
    ["auto", 0x0003ffff, 0xffff8000, 10],
  ] as const)("of two gateways in mode %s, covering %i and %i, counts %i", (haMode, a, b, count) => {
    const one = row({ count: 10, coverage: a });
    const other = row({ gateway: "g2", streamId: STREAMS[1]!, count: 7, coverage: b });
    expect(effective([one, other], { haMode }).summary.count).toBe(count);
  });

  test("lets an operator override, replace or fill, in this order, the later command first", () => {
    const operator = (rank: "override" | "backfill_replace" | "backfill_fill", hlc: number, count: number) => ({
      rank,
      hlc,
      summary: summary(ones(count)),
    });
    const fill = operator("backfill_fill", 9, 1);
    const replace = operator("backfill_replace", 8, 2);
    const early = operator("override", 5, 3);
    const late = operator("override", 6, 4);
    expect(effective([], { operatorRows: [fill] }).summary.count).toBe(1);
    expect(effective([row({ count: 10 })], { operatorRows: [fill] }).summary.count).toBe(10);
    expect(effective([row({ count: 10 })], { operatorRows: [fill, replace] }).summary.count).toBe(2);
    expect(effective([row({ count: 10 })], { operatorRows: [early, replace, late] }).summary.count).toBe(4);
  });
});

describe("merging summaries", () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

  test("equals the summary of all the readings", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const merged = mergeSummaries(summary(a), summary(b));
        const all = summary([...a, ...b]);
        expect([merged.count, merged.min, merged.max]).toEqual([all.count, all.min, all.max]);
        const scale = Math.max(...[...a, ...b].map(Math.abs), 1);
        expect(Math.abs(merged.mean - all.mean)).toBeLessThan(scale * 1e-9);
        expect(Math.abs(standardDeviation(merged) - standardDeviation(all))).toBeLessThan(scale * 1e-6);
      }),
    );
  });

  test("does not depend on which side is which", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [x, y] = [mergeSummaries(summary(a), summary(b)), mergeSummaries(summary(b), summary(a))];
        expect({ ...x, mean: 0, m2: 0, sum: 0 }).toEqual({ ...y, mean: 0, m2: 0, sum: 0 });
      }),
    );
  });
});

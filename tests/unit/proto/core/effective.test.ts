import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conflictKey, conflictsOf } from "../../../../proto/core/conflicts.ts";
import type { EffectiveRecord, SlotRow } from "../../../../proto/core/effective.ts";
import { effective } from "../../../../proto/core/effective.ts";
import { hash48Text } from "../../../../proto/core/hash48.ts";
import type { Millis, Seq, StreamId } from "../../../../proto/core/ids.ts";
import type { OperatorRow } from "../../../../proto/core/operator-command.ts";
import { OPERATOR_RANKS, summaryOfValue } from "../../../../proto/core/operator-command.ts";
import type { HaMode } from "../../../../proto/core/record.ts";
import type { ClockSource, Value } from "../../../../proto/core/reading.ts";
import { schemaKey, typeOfSummary } from "../../../../proto/core/schema.ts";
import type { WindowSummary } from "../../../../proto/core/summary.ts";
import { mergeSummaries, standardDeviation } from "../../../../proto/core/summary.ts";
import type { WindowContent } from "../../../../proto/core/window-content.ts";
import { NO_CONTENT } from "../../../../proto/core/window-content.ts";
import { rowOf } from "../../../support/shares.ts";

const STREAMS = [1, 2, 3, 4].map((n) => `0191d3a5-0000-7000-8000-00000000000${n}` as StreamId);
const ALL = 0xffffffff;
const WINDOW = { windowStartMs: 0, windowMs: 32_000 };

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
    hash48: 0,
    carry: null,
    revision: 0,
    unit: null,
    haMode: "auto",
    later: false,
    content: NO_CONTENT,
    summary: summary(ones(count), coverage),
    ...rest,
  };
}

function command(change: Partial<OperatorRow> & { count?: number }): OperatorRow {
  const { count = 1, ...rest } = change;
  return { rank: "override", hlc: 1, hash48: 0, summary: summary(ones(count)), reason: "r", actor: "a", ...rest };
}

/** The only answer of a window. */
function answer(rows: readonly SlotRow[], operatorRows: readonly OperatorRow[] = []): EffectiveRecord {
  const [record, ...more] = effective(WINDOW, rows, operatorRows);
  if (record === undefined) throw new Error("there is no answer");
  if (more.length > 0) throw new Error("more than one answer");
  return record;
}

/** Any rows of one window. A stream belongs to one gateway, and a slot has one row of each version. */
const anyRows: fc.Arbitrary<SlotRow[]> = fc.uniqueArray(
  fc
    .record({
      gateway: fc.constantFrom("g1", "g2", "g3"),
      stream: fc.nat({ max: 3 }),
      part: fc.constantFrom(0, 0, 0, 7, 9),
      ver: fc.integer({ min: 1, max: 4 }),
      hash48: fc.integer({ min: 0, max: 1 }),
      revision: fc.integer({ min: 0, max: 1 }),
      carry: fc.option(fc.nat({ max: 3 }), { nil: null }),
      count: fc.integer({ min: 1, max: 30 }),
      coverage: fc.integer({ min: 0, max: ALL }),
      haMode: fc.constantFrom<HaMode>("auto", "auto", "mirror", "partition"),
      kind: fc.constantFrom<(WindowContent["kind"] | "counts")[]>("readings", "readings", "cells", "none", "counts"),
      offsetsMs: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 }),
      clock: fc.constantFrom<ClockSource>("device", "none"),
    })
    .map(({ gateway, stream, carry, ver, kind, offsetsMs, clock, count, coverage, ...rest }) => {
      const place = {
        gateway,
        streamId: `0191d3a5-0000-7000-8000-0000000000${gateway[1]}${stream}` as StreamId,
        carry: carry === null ? null : (`0191d3a5-0000-7000-8000-0000000000${gateway[1]}${carry}` as StreamId),
        ver: ver as Seq,
        ...rest,
      };
      if (kind === "counts") return row({ count, coverage, ...place });
      const readings = offsetsMs.map((timeMs) => ({ timeMs: timeMs * 50, value: timeMs % 3, clock }));
      return rowOf(readings, { kind, window: WINDOW, ...place });
    }),
  { maxLength: 12, selector: (one) => `${one.streamId}/${one.part}/${one.ver}/${one.hash48}/${one.revision}` },
);

const anyCommands: fc.Arbitrary<OperatorRow[]> = fc.uniqueArray(
  fc
    .record({
      rank: fc.constantFrom(...OPERATOR_RANKS),
      hlc: fc.integer({ min: 1, max: 4 }),
      hash48: fc.integer({ min: 0, max: 2 }),
      count: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ count, ...rest }) =>
      command({ ...rest, count: Math.max(count, 1), ...(count === 0 ? { summary: null } : {}) }),
    ),
  { maxLength: 6, selector: (one) => `${one.rank}/${one.hlc}/${one.hash48}` },
);

/** Rows and commands, and the same in another order with everything twice. */
const anyWindow = fc
  .tuple(anyRows, anyCommands)
  .chain(([rows, commands]) =>
    fc.tuple(
      fc.constant(rows),
      fc.constant(commands),
      fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 }),
      fc.shuffledSubarray([...commands, ...commands], { minLength: commands.length * 2 }),
    ),
  );

describe("the effective record", () => {
  test("[P4] is the same for any order and any duplication of the rows, byte for byte", () => {
    fc.assert(
      fc.property(anyWindow, ([rows, commands, shuffledRows, shuffledCommands]) => {
        const expected = JSON.stringify(effective(WINDOW, rows, commands));
        expect(JSON.stringify(effective(WINDOW, shuffledRows, shuffledCommands))).toBe(expected);
      }),
    );
  });

  test("[I3] of one slot is its highest version, not its highest count", () => {
    const record = answer([row({ ver: 3 as Seq, count: 4 }), row({ ver: 2 as Seq, count: 9 })]);
    expect(record.summary.count).toBe(4);
  });

  test("[I3] of one slot decides by the hash after a fork, and by the revision inside one batch", () => {
    const ver = 3 as Seq;
    expect(
      answer([row({ ver, hash48: 2, count: 4 }), row({ ver, hash48: 1, revision: 9, count: 9 })]).summary.count,
    ).toBe(4);
    expect(answer([row({ ver, revision: 1, count: 4 }), row({ ver, count: 9 })]).summary.count).toBe(4);
  });

  test("after a restart that continued the window is the more complete slot, never the sum of both", () => {
    const before = row({ count: 600 });
    const after = row({ streamId: STREAMS[1]!, carry: STREAMS[0]!, count: 640 });
    const later = row({ streamId: STREAMS[2]!, carry: STREAMS[1]!, count: 641 });
    expect(answer([before, after]).summary.count).toBe(640);
    expect(answer([later, before]).summary.count).toBe(641);
    expect(answer([later, before, after]).summary.count).toBe(641);
  });

  test("of a process that does not know the one before is the more complete slot: 3 readings do not replace 600", () => {
    expect(answer([row({ count: 600 }), row({ streamId: STREAMS[1]!, count: 3 })]).summary.count).toBe(600);
  });

  test("adds such processes where they covered different times", () => {
    const morning = row({ count: 5, coverage: 0x0000ffff });
    const evening = row({ streamId: STREAMS[1]!, count: 3, coverage: 0xffff0000 });
    expect(answer([morning, evening]).summary.count).toBe(8);
  });

  test("always adds a supplement", () => {
    const supplement = row({ streamId: STREAMS[1]!, part: 77, count: 2 });
    const carried = row({ streamId: STREAMS[2]!, part: 77, carry: STREAMS[1]!, count: 3 });
    expect(answer([row({ count: 600 }), supplement]).summary.count).toBe(602);
    expect(answer([carried, row({ count: 600 }), supplement]).summary.count).toBe(603);
  });

  test.each([
    ["mirror", ALL, ALL, 10],
    ["partition", ALL, ALL, 17],
    ["auto", ALL, ALL, 10],
    ["auto", 0x0000ffff, 0xffff0000, 17],
    ["auto", 0x0000ffff, 0xffff8000, 10],
  ] as const)("of two gateways in mode %s, covering %i and %i, counts %i", (haMode, a, b, count) => {
    const one = row({ count: 10, coverage: a, haMode });
    const other = row({ gateway: "g2", streamId: STREAMS[1]!, count: 7, coverage: b, haMode });
    expect(answer([one, other]).summary.count).toBe(count);
  });

  test("of gateways with different modes is that of the mode auto", () => {
    const one = row({ count: 10, coverage: 0x0000ffff, haMode: "mirror" });
    const other = row({ gateway: "g2", streamId: STREAMS[1]!, count: 7, coverage: 0xffff0000, haMode: "partition" });
    expect(answer([one, other]).summary.count).toBe(17);
    expect(answer([one, { ...other, haMode: "mirror" }]).summary.count).toBe(10);
  });

  test("lets an operator override, replace or fill, in this order, the later command first", () => {
    const fill = command({ rank: "backfill_fill", hlc: 9, count: 1 });
    const replace = command({ rank: "backfill_replace", hlc: 8, count: 2 });
    const early = command({ hlc: 5, count: 3 });
    const late = command({ hlc: 6, count: 4 });
    expect(answer([], [fill]).summary.count).toBe(1);
    expect(answer([row({ count: 10 })], [fill]).summary.count).toBe(10);
    expect(answer([row({ count: 10 })], [fill, replace]).summary.count).toBe(2);
    expect(answer([row({ count: 10 })], [early, replace, late]).summary.count).toBe(4);
    expect(answer([], [early, { ...early, hash48: 1, summary: summary(ones(7)) }]).summary.count).toBe(7);
  });

  test("lets a clear take back earlier commands of its rank, and nothing else", () => {
    const rows = [row({ count: 10, unit: "°C" })];
    const override = command({ hlc: 5, count: 3 });
    const replace = command({ rank: "backfill_replace", hlc: 4, count: 2 });
    const clear = command({ hlc: 6, summary: null });
    expect(answer(rows, [override, clear]).summary.count).toBe(10);
    expect(answer(rows, [override, clear, replace]).summary.count).toBe(2);
    expect(answer(rows, [override, clear, command({ hlc: 7, count: 8 })]).summary.count).toBe(8);
    expect(answer(rows, [override, { ...clear, hlc: 4 }]).summary.count).toBe(3);
    expect(effective(WINDOW, [], [override, clear])).toEqual([]);
    expect(effective(WINDOW, [], [])).toEqual([]);
  });

  test("keeps the unit of the gateways where an operator decided", () => {
    const value = command({ summary: summaryOfValue(21.5, 0 as Millis) });
    expect(answer([row({ unit: "°C" })], [value])).toMatchObject({
      unit: "°C",
      sources: [],
      operator: value,
      summary: { count: 1, sum: 21.5, min: 21.5, max: 21.5, first: 21.5, last: 21.5 },
    });
    expect(answer([], [value]).unit).toBeNull();
  });
});

describe("types and units", () => {
  const units = fc.constantFrom(null, "°C", "°F");
  const values = fc.constantFrom<Value>(1, 2, true, "off");
  const changing: fc.Arbitrary<SlotRow[]> = fc
    .tuple(
      anyRows,
      fc.array(fc.record({ unit: units, value: values, later: fc.boolean() }), { minLength: 12, maxLength: 12 }),
    )
    .map(([rows, versions]) =>
      rows.map((one, i) => {
        const { unit, value, later } = versions[i]!;
        return { ...one, unit, later, summary: { ...summaryOfValue(value, 0 as Millis), count: one.summary.count } };
      }),
    );

  test("[I19] are never mixed in an answer, whatever the rows, and each answer has its own", () => {
    fc.assert(
      fc.property(changing, (rows) => {
        const answers = effective(WINDOW, rows);
        expect(answers.map(schemaKey)).toEqual([...new Set(answers.map(schemaKey))].toSorted());
        for (const { type, unit, sources } of answers) {
          for (const source of sources) {
            expect(typeOfSummary(source.summary)).toBe(type);
            expect([unit, null]).toContain(source.unit);
          }
        }
      }),
    );
  });

  test("do not depend on the order of the rows", () => {
    const twice = changing.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 })),
    );
    fc.assert(
      fc.property(twice, ([rows, shuffled]) => {
        expect(JSON.stringify(effective(WINDOW, shuffled))).toBe(JSON.stringify(effective(WINDOW, rows)));
      }),
    );
  });

  const shown = (rows: readonly SlotRow[]): string[] =>
    effective(WINDOW, rows).map((one) => `${one.summary.count} ${schemaKey(one)}`);

  test("of a gateway that learned the unit between two revisions, or between two lives, are one", () => {
    const before = row({ count: 3 });
    expect(shown([before, row({ count: 4, ver: 2 as Seq, unit: "°C" })])).toEqual(["4 number °C"]);
    const after = row({ streamId: STREAMS[1]!, carry: STREAMS[0]!, count: 2, unit: "°C" });
    expect(shown([before, after])).toEqual(["3 number °C"]);
  });

  test("of a gateway without a unit are those of the other gateway, unless the unit changed", () => {
    const knows = row({ gateway: "g2", streamId: STREAMS[1]!, count: 9, unit: "°C" });
    const without = row({ count: 8 });
    expect(shown([without, knows])).toEqual(["9 number °C"]);
    const changed = row({ gateway: "g2", streamId: STREAMS[1]!, part: 5, count: 2, unit: "°F", later: true });
    expect(shown([without, knows, changed])).toEqual(["8 number", "9 number °C", "2 number °F"]);
    expect(shown([without, changed])).toEqual(["8 number", "2 number °F"]);
  });

  test("that arrive again after a disk was restored are not counted twice", () => {
    const part = { part: 5, unit: "°F", later: true, count: 20 };
    expect(shown([row(part), row({ ...part, streamId: STREAMS[1]!, count: 12 })])).toEqual(["20 number °F"]);
  });
});

describe("[I29] the conflicts of a window", () => {
  const kinds = (rows: readonly SlotRow[], commands: readonly OperatorRow[] = []): string[] =>
    conflictsOf(WINDOW, rows, commands).map(({ kind, outcome }) => `${kind} ${outcome}`);

  test("are the same for any order and any duplication of the rows, and each has its own key", () => {
    fc.assert(
      fc.property(anyWindow, ([rows, commands, shuffledRows, shuffledCommands]) => {
        const found = conflictsOf(WINDOW, rows, commands);
        expect(conflictsOf(WINDOW, shuffledRows, shuffledCommands)).toEqual(found);
        expect(new Set(found.map(conflictKey)).size).toBe(found.length);
      }),
    );
  });

  test("name every command that differs from the answer", () => {
    fc.assert(
      fc.property(anyWindow, ([rows, commands]) => {
        const [record] = effective(WINDOW, rows, commands);
        const losers = new Set(conflictsOf(WINDOW, rows, commands).map((conflict) => conflict.loser));
        for (const one of commands) {
          if (one.summary === null || JSON.stringify(one.summary) === JSON.stringify(record?.summary)) continue;
          // Equal rows of one rank do not disagree, so the conflict with a higher rank names only one of them.
          const twins = commands.filter(
            (other) => other.rank === one.rank && JSON.stringify(other.summary) === JSON.stringify(one.summary),
          );
          const name = (row: OperatorRow): string => `${row.rank}/${row.hlc}/${hash48Text(row.hash48)}`;
          expect(twins.some((twin) => losers.has(name(twin)))).toBe(true);
        }
      }),
    );
  });

  test("are none for one slot, whatever its revisions", () => {
    expect(kinds([row({ ver: 3 as Seq, count: 4 }), row({ ver: 2 as Seq, count: 9 })])).toEqual([]);
  });

  test("between two lives of a gateway: the less complete slot is replaced, an equal one is no conflict", () => {
    const before = row({ count: 600 });
    const after = row({ streamId: STREAMS[1]!, carry: STREAMS[0]!, count: 640 });
    expect(conflictsOf(WINDOW, [before, after], [])).toEqual([
      { kind: "restart", outcome: "instead", winner: `${STREAMS[1]!}/0/1`, loser: `${STREAMS[0]!}/0/1` },
    ]);
    expect(kinds([before, { ...after, summary: before.summary }])).toEqual([]);
    expect(kinds([before, row({ streamId: STREAMS[1]!, count: 3 })])).toEqual(["restart approximate"]);
  });

  test.each([
    ["mirror", ALL, ALL, ["gateways instead"]],
    ["partition", ALL, ALL, []],
    ["auto", ALL, ALL, ["gateways approximate"]],
    ["auto", 0x0000ffff, 0xffff8000, ["gateways approximate"]],
    ["auto", 0x0000ffff, 0xffff0000, []],
  ] as const)("between two gateways in mode %s, covering %i and %i: %j", (haMode, a, b, expected) => {
    const one = row({ count: 10, coverage: a, haMode });
    const other = row({ gateway: "g2", streamId: STREAMS[1]!, count: 7, coverage: b, haMode });
    expect(kinds([other, one])).toEqual(expected);
  });

  test("between a command and what it outranks, or what outranks it", () => {
    const slot = row({ count: 10 });
    const override = command({ hlc: 5, hash48: 255 });
    const clear = command({ hlc: 6, summary: null });
    const fill = command({ rank: "backfill_fill", hlc: 2 });
    expect(conflictsOf(WINDOW, [slot], [override])).toEqual([
      { kind: "operator", outcome: "instead", winner: "override/5/0000000000ff", loser: `${STREAMS[0]!}/0/1` },
    ]);
    expect(conflictsOf(WINDOW, [slot], [fill])).toMatchObject([
      { winner: `${STREAMS[0]!}/0/1`, loser: "backfill_fill/2/000000000000" },
    ]);
    expect(conflictsOf(WINDOW, [slot], [override, clear])).toMatchObject([
      { winner: "override/6/000000000000", loser: "override/5/0000000000ff" },
    ]);
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

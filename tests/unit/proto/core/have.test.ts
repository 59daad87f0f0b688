import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Have } from "../../../../proto/core/have.ts";
import {
  contains,
  heldCount,
  difference,
  EMPTY_HAVE,
  equalHave,
  flatIslands,
  haveFromWire,
  haveOf,
  heldByAtLeast,
  insert,
  insertRange,
  intersection,
  isEmpty,
  missing,
  union,
} from "../../../../proto/core/have.ts";
import type { Seq } from "../../../../proto/core/ids.ts";

const seqs = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
const members = (have: Have): number[] =>
  Array.from({ length: 80 }, (_, i) => i + 1).filter((seq) => contains(have, seq as Seq));
const sorted = (all: Iterable<number>): number[] => [...new Set(all)].toSorted((a, b) => a - b);

describe("a set of seqs behaves like a plain set", () => {
  test("whatever the order and the repetitions of the insertions", () => {
    fc.assert(
      fc.property(seqs, (all) => {
        const have = all.reduce((set, seq) => insert(set, seq as Seq), EMPTY_HAVE);
        expect(members(have)).toEqual(sorted(all));
        expect(heldCount(have)).toBe(new Set(all).size);
        expect(isEmpty(have)).toBe(all.length === 0);
        expect(have).toEqual(haveOf(all));
      }),
    );
  });

  test("in union, difference, intersection and what is missing", () => {
    fc.assert(
      fc.property(seqs, seqs, fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 70 }), (a, b, first, last) => {
        const [x, y] = [haveOf(a), haveOf(b)];
        expect(members(union(x, y))).toEqual(sorted([...a, ...b]));
        expect(members(difference(x, y))).toEqual(sorted(a.filter((seq) => !b.includes(seq))));
        expect(members(intersection(x, y))).toEqual(sorted(a.filter((seq) => b.includes(seq))));
        expect(union(x, y)).toEqual(union(y, x));
        expect(equalHave(union(x, y), x)).toBe(b.every((seq) => a.includes(seq)));
        const lacking = missing(x, first as Seq, last as Seq).flatMap((range) =>
          Array.from({ length: range.last - range.first + 1 }, (_, i) => range.first + i),
        );
        const wanted = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
        expect(lacking).toEqual(wanted.filter((seq) => !a.includes(seq)));
      }),
    );
  });

  test("in what at least k of several sets hold", () => {
    fc.assert(
      fc.property(fc.array(seqs, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 6 }), (sets, k) => {
        const copies = (seq: number): number => sets.filter((set) => set.includes(seq)).length;
        const held = heldByAtLeast(sets.map(haveOf), k);
        expect(members(held)).toEqual(sorted(sets.flat()).filter((seq) => copies(seq) >= k));
        expect(held).toEqual(haveOf(members(held)));
      }),
    );
  });

  test("over ranges", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 9 }))), (ranges) => {
        const have = ranges.reduce(
          (set, [first, more]) => insertRange(set, first as Seq, (first + more) as Seq),
          EMPTY_HAVE,
        );
        const all = ranges.flatMap(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i));
        expect(have).toEqual(haveOf(all));
      }),
    );
  });

  test("after encoding and decoding", () => {
    fc.assert(
      fc.property(seqs, (all) => {
        const have = haveOf(all);
        expect(haveFromWire(have.prefix, flatIslands(have))).toEqual(have);
      }),
    );
  });
});

test.each([
  [-1, []],
  [1.5, []],
  [0, [3]],
  [4, [5, 6]],
  [4, [3, 9]],
  [0, [3, 2]],
  [0, [3, 5, 6, 7]],
  [0, [9, 9, 3, 4]],
  [0, [3, 2 ** 60]],
])("an invalid set is refused: prefix %d, ranges %j", (prefix, ranges) => {
  expect(() => haveFromWire(prefix, ranges)).toThrow(RangeError);
});

test("a hundred thousand insertions in order stay a prefix", () => {
  let have = EMPTY_HAVE;
  for (let seq = 1; seq <= 100_000; seq++) have = insert(have, seq as Seq);
  expect(have).toEqual({ prefix: 100_000, islands: [] });
});

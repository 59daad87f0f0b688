import type { Seq } from "./ids.ts";

/**
 * A set of batch seqs of one stream: all of 1..prefix, and islands above it. Regions use it to say which batches they
 * hold. It is a plain immutable value, so that it can cross threads and the wire.
 *
 *     prefix 4, islands [7,8] [11,11]:   1 2 3 4 . . 7 8 . . 11
 *
 * Invariant (checked for every set from outside): islands ascend, do not touch each other, and start above
 * prefix + 1. Two equal sets therefore have equal parts.
 */
export type Have = {
  readonly prefix: number;
  readonly islands: readonly Island[];
};

export type Island = { readonly first: number; readonly last: number };

export const EMPTY_HAVE: Have = { prefix: 0, islands: [] };

/** A set from outside with more islands is refused: no stream of a gateway has so many holes. */
export const ISLANDS_MAX = 100_000;

/** The set of the given seqs, in any order and with repetitions. */
export function haveOf(seqs: Iterable<number>): Have {
  return fromRanges([...seqs].toSorted((a, b) => a - b).map((seq) => ({ first: seq, last: seq })));
}

export function contains(have: Have, seq: Seq): boolean {
  if (seq <= have.prefix) return true;
  let low = 0;
  let high = have.islands.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const island = have.islands[middle]!;
    if (seq < island.first) high = middle - 1;
    else if (seq > island.last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The set with one more seq. For the next seq in order only the prefix changes. */
export function insert(have: Have, seq: Seq): Have {
  return insertRange(have, seq, seq);
}

/** The set with all of first..last. */
export function insertRange(have: Have, first: Seq, last: Seq): Have {
  if (last <= have.prefix) return have;
  if (first <= have.prefix + 1 && (have.islands.length === 0 || last + 1 < have.islands[0]!.first)) {
    return { prefix: last, islands: have.islands };
  }
  return union(have, fromRanges([{ first, last }]));
}

export function union(a: Have, b: Have): Have {
  const x = rangesOf(a);
  const y = rangesOf(b);
  const merged: Island[] = [];
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    if (j >= y.length || (i < x.length && x[i]!.first <= y[j]!.first)) merged.push(x[i++]!);
    else merged.push(y[j++]!);
  }
  return fromRanges(merged);
}

/** The seqs in `a` that are not in `b`. */
export function difference(a: Have, b: Have): Have {
  const out: Island[] = [];
  const holes = rangesOf(b);
  let h = 0;
  for (const { first, last } of rangesOf(a)) {
    let at = first;
    while (h < holes.length && holes[h]!.last < at) h++;
    let k = h;
    while (at <= last && k < holes.length && holes[k]!.first <= last) {
      if (holes[k]!.first > at) out.push({ first: at, last: holes[k]!.first - 1 });
      at = Math.max(at, holes[k]!.last + 1);
      k++;
    }
    if (at <= last) out.push({ first: at, last });
  }
  return fromRanges(out);
}

export function intersection(a: Have, b: Have): Have {
  return difference(a, difference(a, b));
}

/** The seqs that at least `k` of the sets contain. @throws RangeError for a `k` below 1. */
export function heldByAtLeast(sets: readonly Have[], k: number): Have {
  if (!(k >= 1)) throw new RangeError(`at least ${k} copies are no copies`);
  if (k > sets.length) return EMPTY_HAVE;
  if (k === 1) return sets.reduce(union);
  // A sweep: the depth changes at each range's first seq and after its last.
  const edges = sets.flatMap((set) =>
    rangesOf(set).flatMap(({ first, last }) => [
      { at: first, by: 1 },
      { at: last + 1, by: -1 },
    ]),
  );
  edges.sort((a, b) => a.at - b.at);
  const found: Island[] = [];
  let depth = 0;
  let since = 0;
  for (let i = 0; i < edges.length;) {
    const { at } = edges[i]!;
    const before = depth;
    for (; i < edges.length && edges[i]!.at === at; i++) depth += edges[i]!.by;
    if (before < k && depth >= k) since = at;
    else if (before >= k && depth < k) found.push({ first: since, last: at - 1 });
  }
  return fromRanges(found);
}

/** The seqs of first..last that the set lacks, as ascending ranges. */
export function missing(have: Have, first: Seq, last: Seq): readonly Island[] {
  if (last < first) return [];
  return rangesOf(difference(fromRanges([{ first, last }]), have));
}

export function heldCount(have: Have): number {
  return have.islands.reduce((sum, island) => sum + island.last - island.first + 1, have.prefix);
}

export function isEmpty(have: Have): boolean {
  return have.prefix === 0 && have.islands.length === 0;
}

export function equalHave(a: Have, b: Have): boolean {
  return (
    a.prefix === b.prefix &&
    a.islands.length === b.islands.length &&
    a.islands.every((island, i) => island.first === b.islands[i]!.first && island.last === b.islands[i]!.last)
  );
}

/** The islands in the form of the wire and the disk: first, last, first, last... */
export function flatIslands(have: Have): number[] {
  return have.islands.flatMap((island) => [island.first, island.last]);
}

/**
 * A set from outside.
 * @throws RangeError when the parts break the invariant of {@link Have} or there are more than {@link ISLANDS_MAX}.
 */
export function haveFromWire(prefix: number, flat: readonly number[]): Have {
  if (!Number.isSafeInteger(prefix) || prefix < 0) throw new RangeError(`not a prefix of a set: ${prefix}`);
  if (flat.length % 2 !== 0) throw new RangeError("a set's ranges come in pairs");
  if (flat.length > 2 * ISLANDS_MAX) throw new RangeError(`a set of more than ${ISLANDS_MAX} ranges`);
  const islands: Island[] = [];
  let floor = prefix + 1;
  for (let i = 0; i < flat.length; i += 2) {
    const first = flat[i]!;
    const last = flat[i + 1]!;
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first <= floor || last < first) {
      throw new RangeError(`ranges of a set must ascend and not touch: ${first}..${last}`);
    }
    islands.push({ first, last });
    floor = last + 1;
  }
  return { prefix, islands };
}

/** Ranges that ascend by `first`, and may overlap or touch, as a set. */
function fromRanges(sorted: readonly Island[]): Have {
  const islands: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const previous = islands.at(-1);
    if (previous !== undefined && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else islands.push({ first, last });
  }
  if (islands[0]?.first === 1) return { prefix: islands[0].last, islands: islands.slice(1) };
  return { prefix: 0, islands };
}

/** All seqs of the set as ascending ranges; the prefix is the first of them. */
export function rangesOf(have: Have): readonly Island[] {
  return have.prefix === 0 ? have.islands : [{ first: 1, last: have.prefix }, ...have.islands];
}

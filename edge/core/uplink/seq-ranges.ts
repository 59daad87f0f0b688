import type { Seq } from "../../../proto/core/ids.ts";

/**
 * The seqs of one stream that are still to be sent: ascending ranges that neither overlap nor touch. A day offline is
 * one range. So the length of the list depends on the holes in the region's set, not on the size of the backlog.
 */
export type PendingSeqs = readonly SeqRange[];
export type SeqRange = { readonly first: number; readonly last: number };

export const NO_SEQS: PendingSeqs = [];

export function seqCount(ranges: PendingSeqs): number {
  let count = 0;
  for (const range of ranges) count += range.last - range.first + 1;
  return count;
}

/** Takes the `limit` lowest seqs that are wanted. Seqs below them that are not wanted are dropped. */
export function takeLowest(
  ranges: PendingSeqs,
  limit: number,
  wanted: (seq: Seq) => boolean,
): { readonly seqs: readonly Seq[]; readonly rest: PendingSeqs } {
  const seqs: Seq[] = [];
  for (const [index, range] of ranges.entries()) {
    for (let at = range.first; at <= range.last; at++) {
      if (seqs.length === limit) return { seqs, rest: [{ first: at, last: range.last }, ...ranges.slice(index + 1)] };
      if (wanted(at as Seq)) seqs.push(at as Seq);
    }
  }
  return { seqs, rest: NO_SEQS };
}

/** The union of `ranges` and one more range at any position. */
export function withRange(ranges: PendingSeqs, added: SeqRange): PendingSeqs {
  const before: SeqRange[] = [];
  const after: SeqRange[] = [];
  let { first, last } = added;
  for (const range of ranges) {
    if (range.last + 1 < first) before.push(range);
    else if (range.first > last + 1) after.push(range);
    else {
      first = Math.min(first, range.first);
      last = Math.max(last, range.last);
    }
  }
  return [...before, { first, last }, ...after];
}

/** The union of `ranges` and seqs in ascending order. */
export function withSeqs(ranges: PendingSeqs, seqs: readonly Seq[]): PendingSeqs {
  let union = ranges;
  let from = 0;
  for (let at = 1; at <= seqs.length; at++) {
    if (at < seqs.length && seqs[at] === seqs[at - 1]! + 1) continue;
    if (at > from) union = withRange(union, { first: seqs[from]!, last: seqs[at - 1]! });
    from = at;
  }
  return union;
}

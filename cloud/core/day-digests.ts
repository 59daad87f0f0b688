/**
 * The digests of a region's rows by day: a check that does not trust the rules that keep regions equal (design, section
 * 6). Sets say that two regions hold the same batches; digests say that the same rows came of them, and still stand on the
 * disk as they did.
 *
 * A digest is the sum of the first 48 bits of each row's hash, modulo 2^48, so that it does not depend on the order of
 * the rows. Buckets part the series of a day, so that a difference can be looked for.
 */
export type DayDigest = {
  /** Days since 1970-01-01 UTC, of the start of the window or block. */
  readonly day: number;
  readonly bucket: number;
  readonly rows: number;
  readonly sum: number;
};

export const DIGEST_BUCKETS = 16;
export const DAY_MS = 86_400_000;
const MODULUS = 2 ** 48;

/** The digests of one walk over all rows, or of a part of it. */
export class DayDigests {
  readonly #digests = new Map<string, DayDigest>();

  static of(digests: Iterable<DayDigest>): DayDigests {
    const all = new DayDigests();
    for (const digest of digests) all.add(digest);
    return all;
  }

  add({ day, bucket, rows, sum }: DayDigest): void {
    const key = `${day}/${bucket}`;
    const before = this.#digests.get(key);
    const added = { day, bucket, rows: rows + (before?.rows ?? 0), sum: (sum + (before?.sum ?? 0)) % MODULUS };
    this.#digests.set(key, added);
  }

  get all(): readonly DayDigest[] {
    return [...this.#digests.values()].toSorted((a, b) => a.day - b.day || a.bucket - b.bucket);
  }

  /** Of a day and bucket without rows, that of nothing. */
  at(day: number, bucket: number): DayDigest {
    return this.#digests.get(`${day}/${bucket}`) ?? { day, bucket, rows: 0, sum: 0 };
  }
}

/** Two walks one after the other; `before` is null until there were two. */
export type Walks = { readonly before: DayDigests | null; readonly last: DayDigests };

/**
 * The settled days on which two regions differ, in order.
 *
 * What is late comes to one region some seconds before the other, and a walk takes its time; so only what both saw
 * unchanged in two walks counts.
 */
export function differingDays(ours: Walks, theirs: Walks, options: { nowMs: number; settledMs: number }): number[] {
  const { before: oursBefore, last: oursLast } = ours;
  const { before: theirsBefore, last: theirsLast } = theirs;
  if (oursBefore === null || theirsBefore === null) return [];
  const differing = new Set<number>();
  for (const { day, bucket } of [...oursLast.all, ...theirsLast.all]) {
    if ((day + 1) * DAY_MS > options.nowMs - options.settledMs) continue;
    const [our, their] = [oursLast.at(day, bucket), theirsLast.at(day, bucket)];
    const unchanged = same(our, oursBefore.at(day, bucket)) && same(their, theirsBefore.at(day, bucket));
    if (unchanged && !same(our, their)) differing.add(day);
  }
  return [...differing].toSorted((a, b) => a - b);
}

function same(a: DayDigest, b: DayDigest): boolean {
  return a.rows === b.rows && a.sum === b.sum;
}

/**
 * The digests of a region's rows by day (I15). They check the rules that keep regions equal. Equal sets show that two
 * regions hold the same batches. Equal digests show that the batches gave the same rows, and that the rows are still on
 * the disk unchanged.
 *
 * A digest is the sum of the first 48 bits of each row's hash, modulo 2^48. So it does not depend on the order of the rows.
 * The series of a day are split into buckets, so that a difference can be found.
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

  /** The digest of this day and bucket; the empty digest if there are no rows. */
  at(day: number, bucket: number): DayDigest {
    return this.#digests.get(`${day}/${bucket}`) ?? { day, bucket, rows: 0, sum: 0 };
  }
}

/** The last two walks. `before` is null until there were two. */
export type Walks = { readonly before: DayDigests | null; readonly last: DayDigests };

/**
 * The settled days on which two regions differ, in order.
 *
 * A late batch reaches one region some seconds before the other, and a walk takes time. So a digest counts only if both
 * regions found it unchanged in two walks.
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

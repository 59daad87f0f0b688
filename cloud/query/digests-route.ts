import { createHash } from "node:crypto";
import { hash48Text } from "../../proto/core/hash48.ts";
import { jsonRoute, NO_PARAMETERS } from "../../proto/runtime/http/route.ts";
import type { Route } from "../../proto/runtime/http/route.ts";
import type { ShownDigest } from "../../proto/wire/http/digests.ts";
import { digestsSchema } from "../../proto/wire/http/digests.ts";
import { DAY_MS } from "../core/day-digests.ts";
import type { DayDigest } from "../core/day-digests.ts";

/** The digests of this region, and how they compare. */
export type KnownDigests = {
  /** Null before the end of the first walk. */
  readonly last: readonly DayDigest[] | null;
  /** The days on which each peer differs. */
  readonly differing: ReadonlyMap<string, readonly number[]>;
};

/** `GET /v1/digests`: digests of all rows by day. Regions with the same rows have the same digests. */
export function digestsRoute(known: KnownDigests): Route {
  return jsonRoute({
    path: "/v1/digests",
    summary: "digests of all rows by day, and the days on which a region differs",
    parameters: NO_PARAMETERS,
    answer: digestsSchema,
    handle: () => {
      const byDay = Map.groupBy(known.last ?? [], ({ day }) => day);
      const digests = [...byDay].map(([day, buckets]) => shownDigest(day, buckets));
      const differing = [...known.differing].filter(([, days]) => days.length > 0);
      return {
        walked: known.last !== null,
        digests,
        differing: Object.fromEntries(differing.map(([peer, days]) => [peer, days.map(dayText)])),
      };
    },
  });
}

/** The regions whose rows differ from those of this one. */
export function differingPeers({ differing }: KnownDigests): readonly string[] {
  return [...differing].filter(([, days]) => days.length > 0).map(([peer]) => peer);
}

function shownDigest(day: number, buckets: readonly DayDigest[]): ShownDigest {
  const sums = buckets
    .toSorted((a, b) => a.bucket - b.bucket)
    .map(({ bucket, sum }) => [bucket, hash48Text(sum)] as const);
  return {
    day: dayText(day),
    rows: buckets.reduce((sum, bucket) => sum + bucket.rows, 0),
    digest: createHash("sha256").update(sums.join()).digest("hex").slice(0, 16),
    buckets: Object.fromEntries(sums),
  };
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

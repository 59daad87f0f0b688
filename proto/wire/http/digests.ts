import { z } from "zod";
import { answerSchema } from "./answer-schema.ts";

/**
 * `GET /v1/digests`: the result of the last walk over all rows, by day. Regions with the same rows have the same
 * digests. `walked`: whether a walk came to its end. `differing`: the days on which each other region differs.
 */
export type DigestsAnswer = {
  readonly walked: boolean;
  readonly digests: readonly ShownDigest[];
  readonly differing: Readonly<Record<string, readonly string[]>>;
};

/** All rows of a day. */
export type ShownDigest = {
  readonly day: string;
  readonly rows: number;
  readonly digest: string;
  /** The sum of the hashes in each bucket, in hexadecimal. */
  readonly buckets: Readonly<Record<string, string>>;
};

export const digestSchema: z.ZodType<ShownDigest> = answerSchema<ShownDigest>()(
  z.object({
    day: z.string(),
    rows: z.number(),
    digest: z.string(),
    buckets: z.record(z.string(), z.string()),
  }),
);

export const digestsSchema: z.ZodType<DigestsAnswer> = answerSchema<DigestsAnswer>()(
  z.object({
    walked: z.boolean(),
    digests: z.array(digestSchema).readonly(),
    differing: z.record(z.string(), z.array(z.string()).readonly()),
  }),
);

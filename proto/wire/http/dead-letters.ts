import { z } from "zod";
import { answerSchema } from "./answer-schema.ts";

/** A row of `GET /v1/dead-letters` of a gateway: a message that should contain readings and cannot be decoded. */
export type ShownDeadLetter = {
  readonly id: number;
  readonly arrived: string;
  /** Present if the clock of the gateway was not set when the message arrived. */
  readonly arrived_is_estimate?: true | undefined;
  readonly client: string;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly route: string;
  /** The format that the message itself names, such as `json`; absent if it names none. */
  readonly format?: string | undefined;
  /** Bytes of the whole payload. More than `payload` holds when only the beginning was kept. */
  readonly size: number;
  /** In base64, because it may be any bytes. `GET /v1/dead-letters/payload` gives the bytes. */
  readonly payload: string;
};

export const deadLetterSchema: z.ZodType<ShownDeadLetter> = answerSchema<ShownDeadLetter>()(
  z.object({
    id: z.number(),
    arrived: z.string(),
    arrived_is_estimate: z.literal(true).optional(),
    client: z.string(),
    topic: z.string(),
    reason: z.string(),
    detail: z.string(),
    route: z.string(),
    format: z.string().optional(),
    size: z.number(),
    payload: z.string(),
  }),
);

/**
 * `POST /v1/dead-letters/retry`: the result for one page. `next` goes back as `cursor`; null: this was the last page.
 */
export type RetryAnswer = {
  readonly looked: number;
  /** Messages that are no longer dead letters. */
  readonly retried: number;
  readonly readings: number;
  /** Messages that stay because only the beginning of their payload was kept. */
  readonly cut: number;
  readonly next: string | null;
};

export const retrySchema: z.ZodType<RetryAnswer> = answerSchema<RetryAnswer>()(
  z.object({
    looked: z.number(),
    retried: z.number(),
    readings: z.number(),
    cut: z.number(),
    next: z.string().nullable(),
  }),
);

/** `POST /v1/dead-letters/purge`: how many of one page were deleted. */
export type PurgeAnswer = { readonly purged: number; readonly next: string | null };

export const purgeSchema: z.ZodType<PurgeAnswer> = answerSchema<PurgeAnswer>()(
  z.object({ purged: z.number(), next: z.string().nullable() }),
);

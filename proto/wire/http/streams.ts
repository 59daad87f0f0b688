import { z } from "zod";
import type { Have } from "../../core/have.ts";
import { answerSchema } from "./answer-schema.ts";

/** A row of `GET /v1/gateways`: a stream, what the region holds of it, and what its gateway counted. */
export type ShownStream = {
  readonly gateway: string;
  readonly stream: string;
  /** The batches of the stream that the region holds. */
  readonly durable: Have;
  readonly last_batch: string;
  /** Null: not since the start of the region. */
  readonly gateway_last_seen: string | null;
  /** From where the process that writes this stream is connected to this region; null: it is not. */
  readonly connected_from: string | null;
  /** From where another gateway with the same name connects, which is refused; null: there is none. */
  readonly refused_twin: string | null;
  readonly readings: number;
  readonly redelivered: number;
  readonly dead_letters: Readonly<Record<string, number>>;
  readonly discards: Readonly<Record<string, number>>;
  readonly records: number;
  readonly raw_readings: number;
};

const counts = z.record(z.string(), z.number());

export const streamSchema: z.ZodType<ShownStream> = answerSchema<ShownStream>()(
  z.object({
    gateway: z.string(),
    stream: z.string(),
    durable: z.object({
      prefix: z.number(),
      islands: z.array(z.object({ first: z.number(), last: z.number() })).readonly(),
    }),
    last_batch: z.string(),
    gateway_last_seen: z.string().nullable(),
    connected_from: z.string().nullable(),
    refused_twin: z.string().nullable(),
    readings: z.number(),
    redelivered: z.number(),
    dead_letters: counts,
    discards: counts,
    records: z.number(),
    raw_readings: z.number(),
  }),
);

import { z } from "zod";
import type { OperatorRank } from "../../core/operator-command.ts";
import { OPERATOR_RANKS } from "../../core/operator-command.ts";
import type { ClockSource } from "../../core/reading.ts";
import type { HaMode } from "../../core/record.ts";
import type { ValueType } from "../../core/schema.ts";
import { VALUE_TYPES } from "../../core/schema.ts";
import { answerSchema } from "./answer-schema.ts";

/**
 * The data of series in a region: records of windows, raw readings, and the revisions and conflicts behind a record.
 * Times are ISO 8601 in UTC. An integer beyond 2^53 is written with all its digits; a client that parses numbers as
 * doubles rounds it, as it would any such number.
 */
export type ShownValue = number | string | boolean;

/** The summary of the readings of a window. Without a number among them `sum` to `stddev` are null. */
export type ShownSummary = {
  readonly count: number;
  readonly numeric_count: number;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly first: ShownValue;
  readonly first_time: string;
  readonly last: ShownValue;
  readonly last_time: string;
  /** Within 1 %; null where the window has no sketch. */
  readonly quantiles: { readonly p50: number; readonly p90: number; readonly p99: number } | null;
};

/** The operator command that decided. */
export type ShownCommand = {
  readonly rank: OperatorRank;
  readonly hlc: number;
  readonly time: string;
  readonly reason: string;
  readonly actor: string;
};

/** A row of `GET /v1/records`: the record of a window, computed from all rows that the region holds of it. */
export type ShownRecord = ShownSummary & {
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
  readonly unit: string | null;
  /** The length, such as `10s`. */
  readonly window: string;
  readonly start: string;
  readonly end: string;
  /**
   * Null: the count is exact. Otherwise several gateways forwarded readings that the region cannot tell apart. The true
   * count is in these bounds, and `count` is the best estimate. `sum`, `mean` and `quantiles` are estimates, too.
   */
  readonly approximate: { readonly count_min: number; readonly count_max: number } | null;
  /** Null: gateways decide. */
  readonly operator: ShownCommand | null;
  readonly revision: number;
  /** The slots that the record is made of; empty when an operator decided. */
  readonly sources: readonly {
    readonly gateway: string;
    readonly stream: string;
    readonly part: number;
    readonly version: number;
    readonly revision: number;
    readonly count: number;
  }[];
};

/** A row of `GET /v1/readings`: a raw reading. */
export type ShownReading = {
  readonly device: string;
  readonly metric: string;
  readonly type: ValueType;
  readonly unit: string | null;
  readonly time: string;
  readonly value: ShownValue;
  /** Where the time comes from. */
  readonly clock: ClockSource;
  /** The gateway that forwarded it; the first one, if several did. */
  readonly gateway: string;
  readonly stream: string;
  /** The batch in the stream, and the place among the readings of the series in the batch. */
  readonly seq: number;
  readonly index: number;
};

/** `GET /v1/records/revisions`: every row that one window ever had. `complete` is false if there were too many. */
export type RevisionsAnswer = { readonly revisions: readonly ShownRevision[]; readonly complete: boolean };

export type ShownRevision =
  | (ShownCommand & {
      readonly kind: "operator";
      /** Whether it is part of the record. */
      readonly in_answer: boolean;
      readonly name: string;
      /** Null: the command takes back earlier commands. */
      readonly summary: ShownSummary | null;
    })
  | {
      readonly kind: "gateway";
      readonly in_answer: boolean;
      readonly name: string;
      /** `present`: it is the row of its slot. `replaced`: another row took its place. */
      readonly state: "present" | "replaced";
      readonly gateway: string;
      readonly stream: string;
      readonly part: number;
      readonly version: number;
      readonly hash: string;
      readonly revision: number;
      readonly carry: string | null;
      readonly unit: string | null;
      readonly ha_mode: HaMode;
      readonly summary: ShownSummary;
    };

/** A row of `GET /v1/conflicts`: a choice between two rows that disagree. `key` is the same in every region. */
export type ShownConflict =
  | { readonly kind: "fork"; readonly key: string }
  | {
      readonly kind: "operator" | "gateways" | "restart";
      readonly device: string;
      readonly metric: string;
      readonly window: string;
      readonly start: string;
      /** `added` only from regions of earlier versions. */
      readonly outcome: "instead" | "approximate" | "added";
      readonly winner: string;
      readonly loser: string;
      readonly key: string;
      /** What a person can do about it; null: nothing has to be done. */
      readonly hint: string | null;
    };

const value = z.union([z.number(), z.string(), z.boolean()]);

const summary = {
  count: z.number(),
  numeric_count: z.number(),
  sum: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  stddev: z.number().nullable(),
  first: value,
  first_time: z.string(),
  last: value,
  last_time: z.string(),
  quantiles: z.object({ p50: z.number(), p90: z.number(), p99: z.number() }).nullable(),
};

const command = {
  rank: z.enum(OPERATOR_RANKS),
  hlc: z.number(),
  time: z.string(),
  reason: z.string(),
  actor: z.string(),
};

const series = {
  device: z.string(),
  metric: z.string(),
  type: z.enum(VALUE_TYPES),
  unit: z.string().nullable(),
};

export const recordSchema: z.ZodType<ShownRecord> = answerSchema<ShownRecord>()(
  z.object({
    ...series,
    window: z.string(),
    start: z.string(),
    end: z.string(),
    ...summary,
    approximate: z.object({ count_min: z.number(), count_max: z.number() }).nullable(),
    operator: z.object(command).nullable(),
    revision: z.number(),
    sources: z
      .array(
        z.object({
          gateway: z.string(),
          stream: z.string(),
          part: z.number(),
          version: z.number(),
          revision: z.number(),
          count: z.number(),
        }),
      )
      .readonly(),
  }),
);

export const readingSchema: z.ZodType<ShownReading> = answerSchema<ShownReading>()(
  z.object({
    ...series,
    time: z.string(),
    value,
    clock: z.enum(["device", "none", "suspect"]),
    gateway: z.string(),
    stream: z.string(),
    seq: z.number(),
    index: z.number(),
  }),
);

const row = { in_answer: z.boolean(), name: z.string() };

export const revisionsSchema: z.ZodType<RevisionsAnswer> = answerSchema<RevisionsAnswer>()(
  z.object({
    revisions: z
      .array(
        z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("operator"), ...row, ...command, summary: z.object(summary).nullable() }),
          z.object({
            kind: z.literal("gateway"),
            ...row,
            state: z.enum(["present", "replaced"]),
            gateway: z.string(),
            stream: z.string(),
            part: z.number(),
            version: z.number(),
            hash: z.string(),
            revision: z.number(),
            carry: z.string().nullable(),
            unit: z.string().nullable(),
            ha_mode: z.enum(["mirror", "partition", "auto"]),
            summary: z.object(summary),
          }),
        ]),
      )
      .readonly(),
    complete: z.boolean(),
  }),
);

export const conflictSchema: z.ZodType<ShownConflict> = answerSchema<ShownConflict>()(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("fork"), key: z.string() }),
    z.object({
      kind: z.enum(["operator", "gateways", "restart"]),
      device: z.string(),
      metric: z.string(),
      window: z.string(),
      start: z.string(),
      outcome: z.enum(["instead", "approximate", "added"]),
      winner: z.string(),
      loser: z.string(),
      key: z.string(),
      hint: z.string().nullable(),
    }),
  ]),
);

import { z } from "zod";
import type { ValueType } from "../../core/schema.ts";
import { VALUE_TYPES } from "../../core/schema.ts";
import { answerSchema } from "./answer-schema.ts";

/** A row of `GET /v1/series`. */
export type ListedSeries = { readonly device: string; readonly metric: string };

export const listedSeriesSchema: z.ZodType<ListedSeries> = answerSchema<ListedSeries>()(
  z.object({ device: z.string(), metric: z.string() }),
);

/**
 * A row of `GET /v1/schema`, of gateways and of regions: the type and the unit that a metric has now, and those that it
 * had before. Times are those of readings; null: an earlier version of this software did not note them.
 */
export type ListedSchema = ListedSeries &
  ListedVersion & {
    readonly changes: number;
    /** In order of the first readings; the current version is among them. */
    readonly versions: readonly ListedVersion[];
  };

export type ListedVersion = {
  /** Null: not known, because no reading arrived since the software notes types. */
  readonly type: ValueType | null;
  readonly unit: string | null;
  readonly first_seen: string | null;
  readonly last_seen: string | null;
};

const version = {
  type: z.enum(VALUE_TYPES).nullable(),
  unit: z.string().nullable(),
  first_seen: z.string().nullable(),
  last_seen: z.string().nullable(),
};

export const listedSchemaSchema: z.ZodType<ListedSchema> = answerSchema<ListedSchema>()(
  z.object({
    device: z.string(),
    metric: z.string(),
    ...version,
    changes: z.number(),
    versions: z.array(z.object(version)).readonly(),
  }),
);

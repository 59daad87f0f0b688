import { z } from "zod";
import type { MemberState } from "../../core/member.ts";
import { MEMBER_STATES } from "../../core/member.ts";
import { answerSchema } from "./answer-schema.ts";

/** `GET /v1/regions`: the list of regions, and how the region that answers sees each of them. */
export type RegionsAnswer = { readonly regions: readonly ListedRegion[] };

export type ListedRegion = {
  readonly region: string;
  readonly state: MemberState;
  /** Where other regions reach it; null: not known. */
  readonly url: string | null;
  /** Where gateways reach it; null: not known. */
  readonly gateway_url: string | null;
  /** Whether it is the region that answers. */
  readonly self: boolean;
  /** Null for the region that answers, like `behind_batches`. */
  readonly connected: boolean | null;
  readonly behind_batches: number | null;
};

export const regionsSchema: z.ZodType<RegionsAnswer> = answerSchema<RegionsAnswer>()(
  z.object({
    regions: z
      .array(
        z.object({
          region: z.string(),
          state: z.enum(MEMBER_STATES),
          url: z.string().nullable(),
          gateway_url: z.string().nullable(),
          self: z.boolean(),
          connected: z.boolean().nullable(),
          behind_batches: z.number().nullable(),
        }),
      )
      .readonly(),
  }),
);

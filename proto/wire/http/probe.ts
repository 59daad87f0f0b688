import { z } from "zod";
import { answerSchema } from "./answer-schema.ts";

/** `GET /healthz` and `GET /readyz`, when the answer is yes. */
export type ProbeAnswer = { readonly sentence: string };

export const probeSchema: z.ZodType<ProbeAnswer> = answerSchema<ProbeAnswer>()(z.object({ sentence: z.string() }));

import { z } from "zod";
import { size, wholeNumber } from "../../proto/runtime/options/fields.ts";
import type { DecodeLimits } from "../decode/routed-decoder.ts";

export type DecodeConfig = Required<DecodeLimits>;

/** `decode`: the limits of one message and of all series. */
export function decode(): z.ZodType<DecodeConfig> {
  return z
    .strictObject({
      max_payload: size({ max: "16MiB" })
        .prefault("64KiB")
        .describe("The largest payload, also after decompression. A larger one is a dead letter."),
      max_depth: wholeNumber(1, 64)
        .default(16)
        .describe("How many levels groups and lists in a payload may be nested. A deeper payload is a dead letter."),
      max_values: wholeNumber(1, 100_000)
        .default(1000)
        .describe("The most values of one message. A message with more is a dead letter."),
      max_series: wholeNumber(1, 10_000_000)
        .default(1_000_000)
        .describe(
          "The most series of this gateway. Each takes 1 KB of memory and is never forgotten. A reading of one more is a dead letter.",
        ),
    })
    .prefault({})
    .transform(({ max_payload, max_depth, max_values, max_series }) => ({
      payloadBytes: max_payload,
      depth: max_depth,
      values: max_values,
      seriesMax: max_series,
    }))
    .describe("Limits of decoding.");
}

import { z } from "zod";
import { duration, size } from "../../proto/runtime/options/fields.ts";

export type SealConfig = { readonly sizeBytes: number; readonly afterMs: number };

/** `seal`: when a batch is closed. */
export function seal(): z.ZodType<SealConfig> {
  return z
    .strictObject({
      size: size({ min: "4KiB", max: "1MiB" }).prefault("64KiB").describe("A batch is sealed when it has this size."),
      after: duration({ min: "50ms", max: "1h" }).prefault("1s").describe("A batch is sealed when it has this age."),
    })
    .prefault({})
    .transform((given) => ({ sizeBytes: given.size, afterMs: given.after }))
    .describe("When a batch is sealed and can be sent: at the size or at the age, whichever comes first.");
}

export type BufferConfig = {
  readonly maxSizeBytes: number;
  readonly deadLettersBytes: number;
  readonly keepReplicatedMs: number;
};

/** `buffer`: the disk of the gateway. */
export function buffer(): z.ZodType<BufferConfig> {
  return z
    .strictObject({
      max_size: size({ min: "64MiB" })
        .prefault("2GiB")
        .describe(
          "The quota of the gateway's database. When it is used up, sensors are paused and no message is acknowledged until there is room.",
        ),
      dead_letters: size({ min: "1MiB" })
        .optional()
        .describe(
          "The quota of the dead letters, at most a quarter of `max_size`. The oldest are deleted first, and counted. By default an eighth of `max_size`, at most 64MiB.",
        ),
      keep_replicated: duration({ max: "366d" })
        .prefault("1d")
        .describe("How long a batch stays here as one more copy after enough regions hold it, if there is room."),
    })
    .prefault({})
    .superRefine(({ max_size, dead_letters }, context) => {
      // Only this quota deletes dead letters. With a larger one they could fill the disk.
      if (dead_letters === undefined || dead_letters <= max_size / 4) return;
      const message = "more than a quarter of max_size; expected less, or a larger max_size";
      context.addIssue({ code: "custom", message, path: ["dead_letters"] });
    })
    .transform(({ max_size, dead_letters, keep_replicated }) => ({
      maxSizeBytes: max_size,
      deadLettersBytes: dead_letters ?? Math.min(DEAD_LETTERS_BYTES, max_size / 8),
      keepReplicatedMs: keep_replicated,
    }))
    .describe("The disk of the gateway.");
}

const DEAD_LETTERS_BYTES = 64 * 1024 * 1024;

import { z } from "zod";
import { toSeq, streamId } from "../../proto/core/ids.ts";
import type { StreamId } from "../../proto/core/ids.ts";
import type { AnswerKey, ConflictKey, ReadingKey, SeriesKey, StreamKey } from "../store/store.ts";

/** The keys that cursors carry. A cursor comes from outside, so it is checked like any other input. */

const name = z.string();
const whole = z.number().int();

const streamIdSchema: z.ZodType<StreamId> = z.string().transform((text, context) => {
  try {
    return streamId(text);
  } catch {
    context.addIssue({ code: "custom" });
    return z.NEVER;
  }
});

const series = { device: name, metric: name };
const record = { ...series, windowMs: whole, windowStartMs: whole };

export const seriesKeySchema: z.ZodType<SeriesKey> = z.strictObject(series);

export const answerKeySchema: z.ZodType<AnswerKey> = z.strictObject({ ...record, schema: name });

export const readingKeySchema: z.ZodType<ReadingKey> = z.strictObject({
  ...series,
  timeMs: whole,
  streamId: streamIdSchema,
  seq: whole.min(1).transform(toSeq),
  index: whole.min(0),
});

export const conflictKeySchema: z.ZodType<ConflictKey> = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("fork"), key: name }),
  z.strictObject({ of: z.literal("window"), ...record, key: name }),
]);

export const streamKeySchema: z.ZodType<StreamKey> = z.strictObject({ gateway: name, streamId: streamIdSchema });

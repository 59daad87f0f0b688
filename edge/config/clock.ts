import { isAbsolute } from "node:path";
import { z } from "zod";
import { formatDuration } from "../../proto/runtime/options/duration.ts";
import { duration } from "../../proto/runtime/options/fields.ts";
import type { TimeRules } from "../core/storage/gateway-time.ts";
import { TIME_RULES } from "../core/storage/gateway-time.ts";
import { TimeZone } from "../decode/timestamp.ts";

export type ClockConfig = { readonly rules: TimeRules; readonly synchronizedFile: string | null };

/** `clock`: when the gateway believes the clock of the machine. */
export function clock(): z.ZodType<ClockConfig> {
  const date = "expected a date such as 2026-01-01";
  return z
    .strictObject({
      not_before: z
        .string(date)
        .refine((text) => Number.isFinite(dateMs(text)), date)
        .meta({ kind: "date" })
        .default(new Date(TIME_RULES.notBeforeMs).toISOString().slice(0, 10))
        .describe("A clock that shows an earlier date was never set. Messages are held until it is set."),
      max_wait: duration({ min: "1s" })
        .optional()
        .describe(
          "How long messages are held. After that their readings get the time of the clock and are marked as suspect. By default messages are held as long as the disk has room.",
        ),
      behind_wait: duration({ max: "1d" })
        .prefault(formatDuration(TIME_RULES.behindWaitMs))
        .describe("How long the gateway waits for a clock that starts behind the newest time on its disk."),
      synchronized_file: z
        .string("expected the path of a file")
        .refine(isAbsolute, "expected an absolute path such as /run/systemd/timesync/synchronized")
        .meta({ kind: "absolute path of a file" })
        .optional()
        .describe("A file that exists once the clock is synchronized. By default only the clock itself is checked."),
    })
    .prefault({})
    .transform((given) => ({
      rules: {
        notBeforeMs: dateMs(given.not_before),
        maxWaitMs: given.max_wait ?? Infinity,
        behindWaitMs: given.behind_wait,
      },
      synchronizedFile: given.synchronized_file ?? null,
    }))
    .describe(
      "When the clock of the machine is believed. Until then messages are acknowledged and held on disk. Later each gets its true time of arrival, because the gateway knows how long ago it arrived.",
    );
}

/** `time_zone`: a name that the system knows. */
export function timeZone(): z.ZodType<string, string> {
  const expected = "expected a time zone such as UTC or Europe/Berlin";
  return z
    .string(expected)
    .refine((zone) => {
      try {
        void new TimeZone(zone);
        return true;
      } catch {
        return false;
      }
    }, expected)
    .meta({ kind: "time zone" });
}

function dateMs(text: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
}

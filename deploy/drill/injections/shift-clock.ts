import { z } from "zod";
import { duration } from "../../../proto/runtime/options/fields.ts";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** The clock of a gateway is wrong for a time. */
export const shiftClock: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), by: signedDuration(), for: limitedTime(), measured: measured() })
    .transform(({ by: byMs, for: forMs, ...rest }) => ({ ...rest, byMs, forMs })),
  plan: ({ part, byMs, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => clockShiftOf(name, { byMs, forMs })),
  }),
  shiftsClock: true,
});

function clockShiftOf(part: string, { byMs, forMs }: { byMs: number; forMs: number }): Injection {
  const how = `${byMs < 0 ? "behind" : "ahead"} by ${formatDuration(Math.abs(byMs))}`;
  return {
    kind: "shift_clock",
    place: { kind: "part", part },
    durationMs: forMs,
    sentence: () => `the clock of ${part} is ${how} for ${formatDuration(forMs)}`,
    sandbox: {
      begin: (sandbox) => sandbox.setClock(part, byMs),
      end: (sandbox) => sandbox.setClock(part, 0),
    },
    deployment: sandboxOnly("shift_clock"),
  };
}

/** Milliseconds, written as `1h` or `-1h`. */
function signedDuration(): z.ZodType<number, string> {
  const plain = duration({ max: "366d" });
  return z.string("expected a duration such as 1h or -1h").transform((text, context) => {
    const back = text.startsWith("-");
    const parsed = plain.safeParse(back ? text.slice(1) : text);
    if (parsed.success) return back ? -parsed.data : parsed.data;
    context.addIssue({ code: "custom", message: "expected a duration such as 1h or -1h" });
    return z.NEVER;
  });
}

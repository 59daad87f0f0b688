import { z } from "zod";
import { duration, wholeNumber } from "../../../proto/runtime/options/fields.ts";
import { partWithRole, role } from "./roles.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";
import { killOf } from "./kill.ts";

/** A part is killed again and again, and started at once each time. */
export const killLoop: InjectionKind = injectionKind({
  schema: z
    .strictObject({
      part: role(),
      times: wholeNumber(1, 100),
      every: duration({ min: "500ms" }),
      measured: measured(),
    })
    .transform(({ every, ...rest }) => ({ ...rest, everyMs: every })),
  plan: ({ part, times, everyMs }, parts) => ({
    injections: [killOf(partWithRole(part, parts), 0)],
    repeat: { times, everyMs },
  }),
});

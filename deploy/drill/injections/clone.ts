import { z } from "zod";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** The disk of a running gateway is copied, and a second process with this copy and the same name runs beside it. */
export const clone: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), for: limitedTime(), measured: measured() })
    .transform(({ for: forMs, ...rest }) => ({ ...rest, forMs })),
  plan: ({ part, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => cloneOf(name, forMs)),
  }),
});

function cloneOf(part: string, forMs: number): Injection {
  return {
    kind: "clone",
    place: { kind: "part", part },
    durationMs: forMs,
    sentence: () => `a copy of ${part}, disk and name, runs beside it for ${formatDuration(forMs)}`,
    sandbox: {
      begin: (sandbox) => sandbox.startClone(part),
      end: (sandbox) => sandbox.stopClone(part),
    },
    reported: ({ regions }) => {
      const region = [...regions].find(([, sample]) => sample?.twins.includes(part));
      if (region === undefined) return { by: "no region", text: null };
      return { by: `region ${region[0]}`, text: `two gateways are named ${part}` };
    },
    deployment: sandboxOnly("clone"),
  };
}

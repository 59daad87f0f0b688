import { z } from "zod";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { byPartCommands } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** A part stops answering and keeps every connection open, as a stopped virtual machine does. */
export const freeze: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), for: limitedTime(), measured: measured() })
    .transform(({ for: forMs, ...rest }) => ({ ...rest, forMs })),
  plan: ({ part, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => freezeOf(name, forMs)),
  }),
});

export function freezeOf(part: string, forMs: number): Injection {
  return {
    kind: "freeze",
    place: { kind: "part", part },
    durationMs: forMs,
    sentence: () => `${part} is frozen for ${formatDuration(forMs)}`,
    sandbox: {
      begin: (sandbox) => sandbox.signal(part, "SIGSTOP"),
      end: (sandbox) => sandbox.signal(part, "SIGCONT"),
    },
    deployment: (deployment) => byPartCommands(part, ["freeze", "thaw"], deployment),
  };
}

import { z } from "zod";
import { duration } from "../../../proto/runtime/options/fields.ts";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { byPartCommands } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";

/** A part is killed with kill -9, and started again after a time, or never (`for: ever`). */
export const kill: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), for: duration().or(z.literal("ever")), measured: measured() })
    .transform(({ for: time, ...rest }) => ({ ...rest, forMs: time === "ever" ? null : time })),
  plan: ({ part, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => killOf(name, forMs)),
  }),
});

/** @param forMs null: for ever. */
export function killOf(part: string, forMs: number | null): Injection {
  return {
    kind: "kill",
    place: { kind: "part", part },
    durationMs: forMs ?? Infinity,
    sentence: () => `${part} is killed${restartText(forMs)}`,
    sandbox: {
      begin: (sandbox) => sandbox.kill(part),
      end: (sandbox) => sandbox.start(part),
    },
    deployment: (deployment) => {
      if (forMs === null) return { unable: "for: ever is for the sandbox only" };
      const action = byPartCommands(part, ["kill", "start"], deployment);
      return "unable" in action ? action : { ...action, afterEnd: () => deployment.ready(part) };
    },
  };
}

function restartText(forMs: number | null): string {
  if (forMs === null) return ", for ever";
  return forMs === 0 ? " and started again at once" : `, and started again after ${formatDuration(forMs)}`;
}

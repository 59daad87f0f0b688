import { z } from "zod";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** An operator's command sends the gateways away from a region; a second command brings them back. */
export const evacuate: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), for: limitedTime(), measured: measured() })
    .transform(({ for: forMs, ...rest }) => ({ ...rest, forMs })),
  plan: ({ part, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => evacuationOf(name, forMs)),
  }),
});

function evacuationOf(part: string, forMs: number): Injection {
  return {
    kind: "evacuate",
    place: { kind: "part", part },
    durationMs: forMs,
    sentence: () => `${part} is evacuated by command, and stays after ${formatDuration(forMs)}`,
    sandbox: {
      begin: (sandbox) => sandbox.setMember(part, "leaving"),
      end: (sandbox) => sandbox.setMember(part, "member"),
    },
    deployment: (deployment) =>
      deployment.hasOperatorToken
        ? {
            begin: () => deployment.setMember(part, "leaving"),
            end: () => deployment.setMember(part, "member"),
            watchdogCommand: deployment.stayCommand(part),
          }
        : { unable: "operator_token_file is missing" },
  };
}

import { z } from "zod";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { byPartCommands, linkFaults } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** All links of a part are cut. */
export const isolate: InjectionKind = injectionKind({
  schema: z
    .strictObject({ part: role(), for: limitedTime(), measured: measured() })
    .transform(({ for: forMs, ...rest }) => ({ ...rest, forMs })),
  plan: ({ part, forMs }, parts) => ({
    injections: partsWithRole(part, parts).map((name) => isolationOf(name, forMs)),
  }),
});

function isolationOf(part: string, forMs: number): Injection {
  return {
    kind: "isolate",
    place: { kind: "part", part },
    durationMs: forMs,
    sentence: () => `${part} is cut off from everybody for ${formatDuration(forMs)}`,
    sandbox: {
      begin: (sandbox) => {
        for (const link of sandbox.linksOf(part)) sandbox.setLink(link, linkFaults("both", { cut: true }));
      },
      end: (sandbox) => {
        for (const link of sandbox.linksOf(part)) sandbox.setLink(link, {});
      },
    },
    deployment: (deployment) => byPartCommands(part, ["isolate", "rejoin"], deployment),
  };
}

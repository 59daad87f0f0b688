import { z } from "zod";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";

/** A part loses its disk. */
export const rebuild: InjectionKind = injectionKind({
  schema: z.strictObject({ part: role(), measured: measured() }),
  plan: ({ part }, parts) => ({ injections: partsWithRole(part, parts).map(rebuildOf) }),
});

function rebuildOf(part: string): Injection {
  return {
    kind: "rebuild",
    place: { kind: "part", part },
    durationMs: 0,
    sentence: () => `${part} is killed and starts with an empty disk`,
    sandbox: { begin: (sandbox) => sandbox.restartWithDisk(part, "empty") },
    deployment: sandboxOnly("rebuild"),
  };
}

import { z } from "zod";
import { partsWithRole, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";

/** A part gets back the disk that an earlier step `copy_disk` kept, as from a backup. */
export const restore: InjectionKind = injectionKind({
  schema: z.strictObject({ part: role(), measured: measured() }),
  plan: ({ part }, parts) => ({ injections: partsWithRole(part, parts).map(restorationOf) }),
});

function restorationOf(part: string): Injection {
  return {
    kind: "restore",
    place: { kind: "part", part },
    durationMs: 0,
    sentence: () => `${part} is killed and starts with the copy of its disk`,
    sandbox: { begin: (sandbox) => sandbox.restartWithDisk(part, "copied") },
    deployment: sandboxOnly("restore"),
  };
}

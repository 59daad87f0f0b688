import { z } from "zod";
import type { NetworkLink } from "../../sandbox/faulty-links.ts";
import { linksBetween, role } from "./roles.ts";
import type { Injection } from "./injection.ts";
import { sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { injectionKind, measured } from "./injection-kind.ts";

/** Every connection on a link is broken off at once, as by a firewall that forgets its table. */
export const resetLink: InjectionKind = injectionKind({
  schema: z.strictObject({ from: role(), to: role(), measured: measured() }),
  plan: ({ from, to }, parts) => ({ injections: linksBetween(from, to, parts).map(resetOf) }),
});

function resetOf(link: NetworkLink): Injection {
  return {
    kind: "reset_link",
    place: { kind: "link", link },
    durationMs: 0,
    sentence: (links) => `${links} broken off`,
    sandbox: { begin: (sandbox) => sandbox.resetLink(link) },
    deployment: sandboxOnly("reset_link"),
  };
}

import { z } from "zod";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import type { NetworkLink } from "../../sandbox/faulty-links.ts";
import { linksBetween, role } from "./roles.ts";
import type { Injection, LinkDirection } from "./injection.ts";
import { directionText, linkFaults } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { direction, injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** A link silently loses everything, in both directions or in one. Its connections stay open. */
export const cutLink: InjectionKind = injectionKind({
  schema: z
    .strictObject({ from: role(), to: role(), way: direction(), for: limitedTime(), measured: measured() })
    .transform(({ for: forMs, ...rest }) => ({ ...rest, forMs })),
  plan: ({ from, to, way, forMs }, parts) => ({
    injections: linksBetween(from, to, parts).map((link) => cutOf(link, { way, forMs })),
  }),
});

export function cutOf(link: NetworkLink, { way, forMs }: { way: LinkDirection; forMs: number }): Injection {
  return {
    kind: "cut_link",
    place: { kind: "link", link },
    durationMs: forMs,
    sentence: (links) => `${links} cut${directionText(way)} for ${formatDuration(forMs)}, silently`,
    sandbox: {
      begin: (sandbox) => sandbox.setLink(link, linkFaults(way, { cut: true })),
      end: (sandbox) => sandbox.setLink(link, {}),
    },
    deployment: (deployment) => {
      if (way !== "both") return { unable: "a link that is cut in one direction is for the sandbox only" };
      const commands = deployment.linkCommands(link);
      if (commands === undefined) return { unable: `links has no entry from ${link.from} to ${link.to}` };
      return {
        begin: () => deployment.run(commands.cut),
        end: () => deployment.run(commands.heal),
        watchdogCommand: commands.heal,
      };
    },
  };
}

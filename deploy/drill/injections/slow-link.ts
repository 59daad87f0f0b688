import { z } from "zod";
import { duration, size } from "../../../proto/runtime/options/fields.ts";
import { formatDuration } from "../../../proto/runtime/options/duration.ts";
import type { DirectionFault } from "../../sandbox/fault-proxy.ts";
import type { NetworkLink } from "../../sandbox/faulty-links.ts";
import { linksBetween, role } from "./roles.ts";
import { formatSize } from "../../terminal/figures.ts";
import type { Injection, LinkDirection } from "./injection.ts";
import { directionText, linkFaults, sandboxOnly } from "./injection.ts";
import type { InjectionKind } from "./injection-kind.ts";
import { direction, injectionKind, limitedTime, measured } from "./injection-kind.ts";

/** A link with latency, jitter or a small bandwidth. */
export const slowLink: InjectionKind = injectionKind({
  schema: z
    .strictObject({
      from: role(),
      to: role(),
      way: direction(),
      for: limitedTime(),
      latency: duration({ max: "1m" }).prefault("0ms"),
      jitter: duration({ max: "1m" }).prefault("0ms"),
      bandwidth: size({ min: "1B" }).optional().describe("bytes a second"),
      measured: measured(),
    })
    .transform(({ for: forMs, latency, jitter, bandwidth, ...rest }) => ({
      ...rest,
      forMs,
      latencyMs: latency,
      jitterMs: jitter,
      bytesPerS: bandwidth ?? null,
    })),
  plan: ({ from, to, ...how }, parts) => ({
    injections: linksBetween(from, to, parts).map((link) => slownessOf(link, how)),
  }),
});

type Slowness = {
  readonly way: LinkDirection;
  readonly forMs: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Null: as fast as the machine. */
  readonly bytesPerS: number | null;
};

function slownessOf(link: NetworkLink, { way, forMs, latencyMs, jitterMs, bytesPerS }: Slowness): Injection {
  const fault: DirectionFault = { latencyMs, jitterMs, ...(bytesPerS === null ? {} : { bytesPerS }) };
  const how = [
    ...(latencyMs > 0 ? [`${formatDuration(latencyMs)} of latency`] : []),
    ...(jitterMs > 0 ? [`up to ${formatDuration(jitterMs)} of jitter`] : []),
    ...(bytesPerS === null ? [] : [`${formatSize(bytesPerS)}/s`]),
  ];
  return {
    kind: "slow_link",
    place: { kind: "link", link },
    durationMs: forMs,
    sentence: (links) => `${links} slow${directionText(way)} for ${formatDuration(forMs)}: ${how.join(", ")}`,
    sandbox: {
      begin: (sandbox) => sandbox.setLink(link, linkFaults(way, fault)),
      end: (sandbox) => sandbox.setLink(link, {}),
    },
    deployment: sandboxOnly("slow_link"),
  };
}

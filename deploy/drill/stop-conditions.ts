import type { StopConditions } from "./drill-file.ts";
import type { Sample } from "./samples.ts";

/**
 * Why a drill must stop, from the samples so far; undefined while it may continue.
 * @param given.expected parts that this drill hit: their trouble is expected.
 */
export function stopReason(
  samples: readonly Sample[],
  given: { readonly conditions: StopConditions; readonly expected: ReadonlySet<string> },
): string | undefined {
  const { conditions, expected } = given;
  const now = samples.at(-1);
  if (now === undefined) return undefined;
  for (const [name, gateway] of now.gateways) {
    if (gateway === undefined || gateway.fillRatio <= conditions.bufferUsed) continue;
    return `the buffer of ${name} is ${Math.round(gateway.fillRatio * 100)}% full; at most ${Math.round(conditions.bufferUsed * 100)}% was allowed`;
  }
  if (!conditions.peerRegionUnhealthy) return undefined;
  for (const name of now.regions.keys()) {
    if (expected.has(name)) continue;
    const lastAnswer = samples.findLast(({ regions }) => regions.get(name) !== undefined);
    if (lastAnswer !== undefined && now.atMs - lastAnswer.atMs < UNHEALTHY_MS) continue;
    return `region ${name} has not answered for ${UNHEALTHY_MS / 1000} s, and this drill did not hit it`;
  }
  return undefined;
}

/** A busy machine may need a while to answer. */
const UNHEALTHY_MS = 5_000;

import type { StopConditions } from "./drill-file.ts";
import type { Sample } from "./samples.ts";

/**
 * Why a drill must not go on, from what was seen so far; undefined while it may.
 * @param given.expected parts that faults of this drill hit: that they are unwell is what was asked for.
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
    return `the buffer of ${name} is ${Math.round(gateway.fillRatio * 100)}% full, at most ${Math.round(conditions.bufferUsed * 100)}% was allowed`;
  }
  if (!conditions.peerRegionUnhealthy) return undefined;
  for (const name of now.regions.keys()) {
    if (expected.has(name)) continue;
    const lastAnswer = samples.findLast(({ regions }) => regions.get(name) !== undefined);
    if (lastAnswer !== undefined && now.atMs - lastAnswer.atMs < UNHEALTHY_MS) continue;
    return `region ${name} does not answer for ${UNHEALTHY_MS / 1000} s, and no fault of this drill hit it`;
  }
  return undefined;
}

/** A busy machine may take a while to answer; a region that is gone does not come back by itself. */
const UNHEALTHY_MS = 5_000;

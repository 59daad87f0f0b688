import { HttpClient } from "../../proto/runtime/http/client.ts";
import { digestsSchema } from "../../proto/wire/http/digests.ts";
import { listingSchema } from "../../proto/wire/http/listing.ts";
import type { ShownReading } from "../../proto/wire/http/records.ts";
import { readingSchema } from "../../proto/wire/http/records.ts";
import type { PlannedStep } from "./drill-plan.ts";
import { injectionsIn } from "./drill-plan.ts";
import type { Sample } from "./samples.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";

/**
 * Why a drill must not begin on a deployment, from one look at it: all reasons, each with its cure. An empty list: it may
 * begin.
 */
export function objections(sample: Sample, regions: readonly string[]): string[] {
  const found: string[] = [];
  const [first] = sample.gateways.values();
  const preferred = first?.regions.map(({ region }) => region).filter((name) => regions.includes(name)) ?? [];
  if (preferred.length > 0 && preferred[0] !== regions[0]) {
    found.push(`the first gateway prefers ${preferred.join(", ")}; write the regions of the deployment in this order`);
  }
  for (const [name, gateway] of sample.gateways) {
    if (gateway === undefined) {
      found.push(`gateway ${name} does not answer`);
      continue;
    }
    if (gateway.activeRegion === null) found.push(`gateway ${name} is not connected to any region; wait until it is`);
    if (gateway.fillRatio >= BUFFER_MAX) {
      found.push(
        `the buffer of ${name} is ${Math.round(gateway.fillRatio * 100)}% full; wait until it is under ${BUFFER_MAX * 100}%`,
      );
    }
    if ((gateway.behindMs ?? 0) > UNREPLICATED_MAX_MS) {
      found.push(
        `gateway ${name} has readings from ${Math.round(gateway.behindMs! / 1000)} s ago that no region has; wait until it has sent them`,
      );
    }
  }
  for (const name of regions) {
    const region = sample.regions.get(name);
    if (region === undefined) {
      found.push(`region ${name} does not answer`);
      continue;
    }
    for (const peer of region.peers) {
      if (peer.state !== "member")
        found.push(`region ${name} sees ${peer.name} as ${peer.state}; a drill needs members only`);
      else if (!peer.connected) found.push(`region ${name} has no connection to ${peer.name}`);
      else if (peer.behindBatches > 0 && (peer.behindMs ?? 0) > UNREPLICATED_MAX_MS) {
        found.push(
          `region ${peer.name} is ${Math.round(peer.behindMs! / 1000)} s behind ${name}; wait until it has caught up`,
        );
      }
    }
  }
  return found;
}

/** Why the target cannot carry out these steps. */
export function inability(target: DrillTarget, steps: readonly PlannedStep[]): string[] {
  const needsCopies = steps.some(({ kind }) => kind === "copy_disk") && !target.copiesDisks;
  const copies = needsCopies ? ["copy_disk is for the sandbox only"] : [];
  return [...new Set([...copies, ...injectionsIn(steps).flatMap((injection) => target.inabilityTo(injection) ?? [])])];
}

/**
 * More reasons, which the regions know: their rows differ, or another drill is running.
 * @param given.own runs of this process; they are over.
 */
export async function objectionsOfRegions(
  regions: readonly TargetRegion[],
  given: { readonly nowMs: number; readonly own: ReadonlySet<string> },
): Promise<string[]> {
  const found: string[] = [];
  const markers: ShownReading[] = [];
  const query = { device: MARKER_DEVICE, metric: "run", from: new Date(given.nowMs - MARKER_FRESH_MS).toISOString() };
  for (const region of regions) {
    const client = new HttpClient(region.url, { process: "region", deadlineMs: ANSWER_MS });
    const digests = await client.look("/v1/digests", digestsSchema);
    if (digests === undefined) found.push(`region ${region.name} does not answer /v1/digests`);
    else if (Object.keys(digests.differing).length > 0) {
      const others = Object.keys(digests.differing).join(", ");
      found.push(`the rows of region ${region.name} differ from those of ${others}; see /v1/digests`);
    }
    markers.push(...((await client.look("/v1/readings", listingSchema(readingSchema), query))?.rows ?? []));
  }
  const last = markers.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time)).at(-1);
  if (last !== undefined && last.value !== MARKER_OVER && !given.own.has(String(last.value))) {
    found.push(`another drill is running, run ${last.value}; wait until it is over`);
  }
  return found;
}

/** While a drill runs, this device sends the name of the run once a second, so that every region knows of the drill. */
export const MARKER_DEVICE = "drill/marker";
export const MARKER_OVER = "over";
const MARKER_FRESH_MS = 15_000;
const BUFFER_MAX = 0.5;
const UNREPLICATED_MAX_MS = 10_000;
const ANSWER_MS = 5_000;

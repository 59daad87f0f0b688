import { formatDuration } from "../../proto/runtime/options/duration.ts";
import { formatSize } from "./figures.ts";
import type { Link } from "../sandbox/faulty-links.ts";
import type { Way } from "./drill-file.ts";

/** What is done to a deployment, with the names of its parts. What ends carries its end in it. */
export type Fault =
  /** `forMs` null: for ever. */
  | { readonly kind: "kill"; readonly part: string; readonly forMs: number | null }
  | { readonly kind: "freeze"; readonly part: string; readonly forMs: number }
  | { readonly kind: "isolate"; readonly part: string; readonly forMs: number }
  | { readonly kind: "cut_link"; readonly link: Link; readonly way: Way; readonly forMs: number }
  | {
      readonly kind: "slow_link";
      readonly link: Link;
      readonly way: Way;
      readonly forMs: number;
      readonly latencyMs: number;
      readonly jitterMs: number;
      readonly bytesPerS: number | null;
    }
  | { readonly kind: "reset_link"; readonly link: Link }
  | { readonly kind: "evacuate"; readonly part: string; readonly forMs: number }
  | { readonly kind: "restore"; readonly part: string }
  | { readonly kind: "rebuild"; readonly part: string }
  | { readonly kind: "shift_clock"; readonly part: string; readonly byMs: number; readonly forMs: number };

/** How long it lasts: 0 for what happens at once, Infinity for what never ends. */
export function faultDurationMs(fault: Fault): number {
  switch (fault.kind) {
    case "reset_link":
    case "restore":
    case "rebuild":
      return 0;
    default:
      return fault.forMs ?? Infinity;
  }
}

/** What they do, for people: `eu is killed, and started again after 10s`. Links that suffer the same are one sentence. */
export function faultsSentence(faults: readonly Fault[]): string {
  const sentences: string[] = [];
  for (const alike of Map.groupBy(faults, (fault) => JSON.stringify({ ...fault, link: null })).values()) {
    const pairs = alike.flatMap((fault) => ("link" in fault ? [`${fault.link.from} > ${fault.link.to}`] : []));
    const shown =
      pairs.length > PAIRS_SHOWN ? [...pairs.slice(0, PAIRS_SHOWN), `${pairs.length - PAIRS_SHOWN} more`] : pairs;
    const links = pairs.length > 1 ? `the links ${shown.join(", ")} are` : `the link ${shown.join("")} is`;
    sentences.push(faultSentence(alike[0]!, links));
  }
  return sentences.join("; ");
}

const PAIRS_SHOWN = 4;

/** @param links how it begins where it is about links. */
function faultSentence(fault: Fault, links: string): string {
  switch (fault.kind) {
    case "kill":
      return fault.forMs === null
        ? `${fault.part} is killed, for ever`
        : `${fault.part} is killed, and started again after ${formatDuration(fault.forMs)}`;
    case "freeze":
      return `${fault.part} is frozen for ${formatDuration(fault.forMs)}`;
    case "isolate":
      return `${fault.part} is cut off from everybody for ${formatDuration(fault.forMs)}`;
    case "cut_link":
      return `${links} cut${wayText(fault.way)} for ${formatDuration(fault.forMs)}, silently`;
    case "slow_link": {
      const { latencyMs, jitterMs, bytesPerS } = fault;
      const how = [
        ...(latencyMs > 0 ? [`${formatDuration(latencyMs)} later`] : []),
        ...(jitterMs > 0 ? [`up to ${formatDuration(jitterMs)} of jitter`] : []),
        ...(bytesPerS === null ? [] : [`${formatSize(bytesPerS)}/s`]),
      ].join(", ");
      return `${links} slow${wayText(fault.way)} for ${formatDuration(fault.forMs)}: ${how}`;
    }
    case "reset_link":
      return `${links} broken off`;
    case "evacuate":
      return `${fault.part} is evacuated by command, and stays after ${formatDuration(fault.forMs)}`;
    case "restore":
      return `${fault.part} is killed and starts with the copy of its disk`;
    case "rebuild":
      return `${fault.part} is killed and starts with an empty disk`;
    case "shift_clock":
      return `the clock of ${fault.part} is ${fault.byMs < 0 ? "behind" : "ahead"} by ${formatDuration(Math.abs(fault.byMs))} for ${formatDuration(fault.forMs)}`;
  }
}

/** The parts that it hits; for a link, both ends. */
export function partsOf(fault: Fault): readonly string[] {
  return "link" in fault ? [fault.link.from, fault.link.to] : [fault.part];
}

/**
 * Whether new readings of `gateway` cannot be expected in `region` while it lasts. What hits a gateway itself, or two
 * regions among each other, keeps no region from taking them.
 */
export function hits(fault: Fault, gateway: string, region: string): boolean {
  if (!("link" in fault)) return fault.part === region;
  return fault.link.from === gateway && fault.link.to === region;
}

function wayText(way: Way): string {
  return { both: "", there: " in this direction only", back: " in the other direction only" }[way];
}

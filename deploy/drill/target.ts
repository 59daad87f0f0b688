import type { BrokerTarget } from "../sensors/sensor-client.ts";
import type { Fault } from "./injections.ts";

/**
 * A deployment that drills are run on. Who asks for a fault also asks for its end, in time; what a target promises
 * besides is that the end comes when nobody asks any more, because who asked is dead.
 */
export interface DrillTarget {
  readonly name: string;
  readonly kind: "sandbox" | "deployment";
  /** Somebody depends on it: a person must say its name before anything is done to it. */
  readonly production: boolean;
  /** The first gateway's home first. */
  readonly regions: readonly TargetRegion[];
  readonly gateways: readonly TargetGateway[];
  /** Why it cannot do this, in words that say what to add; undefined when it can. */
  unable(fault: Fault | { readonly kind: "copy_disk"; readonly part: string }): string | undefined;
  begin(fault: Fault): Promise<void>;
  end(fault: Fault): Promise<void>;
  /** Keeps a copy of the part's disk for a later `restore`. */
  copyDisk(part: string): Promise<void>;
  /** Ends every fault, and for a sandbox everything. May come twice, and at any moment. */
  close(): Promise<void>;
}

export type TargetRegion = { readonly name: string; readonly url: string };
export type TargetGateway = { readonly name: string; readonly url: string; readonly mqtt: BrokerTarget };
